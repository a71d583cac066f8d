/// The rule that keeps a text cell from being run as a formula by a spreadsheet, and leaves numbers alone.
enum CSVGuard {
  /// The text, behind an apostrophe when it begins like a formula and is not strictly a number; likewise for each part behind a
  /// delimiter or line end inside it, because a program that splits there sees a cell begin.
  static func guarded(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: startsFormula) else { return text }
    if isNumber(text) { return text }
    var result = String.UnicodeScalarView()
    var atStart = true
    for scalar in text.unicodeScalars {
      if atStart, startsFormula(scalar) { result.append("'") }
      result.append(scalar)
      atStart = scalar == "," || scalar == ";" || scalar == "\t" || scalar == "\n" || scalar == "\r" || (atStart && scalar == " ")
    }
    return String(result)
  }

  /// An optional sign, digits with at most one point, an optional exponent: nothing else is a number.
  static func isNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func dropSign() { if let first = rest.first, first == 0x2B || first == 0x2D { rest = rest.dropFirst() } }
    func dropDigits() -> Int {
      let end = rest.firstIndex { !(0x30...0x39).contains($0) } ?? rest.endIndex
      let count = rest.distance(from: rest.startIndex, to: end)
      rest = rest[end...]
      return count
    }
    dropSign()
    var digits = dropDigits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      digits += dropDigits()
    }
    guard digits > 0 else { return false }
    if let first = rest.first, first == UInt8(ascii: "e") || first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      dropSign()
      guard dropDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// `= + - @`, their full-width forms, tab and line ends.
  private static func startsFormula(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
    default: false
    }
  }
}
