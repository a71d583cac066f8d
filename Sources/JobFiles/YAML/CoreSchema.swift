import JobGraph

/// The types of plain scalars: the core schema of YAML 1.2 without its traps.
///
/// | written | read as |
/// | --- | --- |
/// | `true` `True` `TRUE`, `false` ... | a flag |
/// | `null` `Null` `NULL` `~` and an empty place | nothing |
/// | `0` `-12` `+7` | a whole number |
/// | `0.5` `-1.25e3` | a number |
/// | `yes` `no` `on` `off` `y` `n` | a text, as YAML 1.2 says and 1.1 did not |
/// | `12:30:00` `2026-01-15` | a text: no base 60, no dates |
/// | `010` `007` | a text: it may be a code, and 1.1 read it as octal |
/// | `1e3` | a text: a number with an exponent is written with a decimal point, `1.0e3` |
/// | `0x1F` `0o17` `.inf` `.nan` `1_000` | a text |
/// | a whole number beyond 64 bits | a text |
///
/// Whoever expects a number refuses a text, so none of these is ever silently another value.
/// Source: YAML 1.2.2, section 10.3.2.
enum CoreSchema {
  static func value(of text: String) -> JobValue {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: number(text) ?? .string(text)
    }
  }

  private static func number(_ text: String) -> JobValue? {
    var rest = Substring(text).utf8
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let whole = digits(&rest)
    guard whole.count == 1 || (whole.count > 1 && whole.first != UInt8(ascii: "0")) else { return nil }
    if rest.isEmpty { return Int(text).map(JobValue.int) }
    guard rest.first == UInt8(ascii: ".") else { return nil }
    rest = rest.dropFirst()
    guard !digits(&rest).isEmpty else { return nil }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard !digits(&rest).isEmpty else { return nil }
    }
    guard rest.isEmpty, let value = Double(text), value.isFinite else { return nil }
    return .double(value)
  }

  /// Takes the digits at the front.
  private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
    let taken = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest[taken.endIndex...]
    return taken
  }
}
