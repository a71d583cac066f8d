extension RealtimeJSON {
  /// A value as the database prints it: keys in its order, without blanks, arrays where a reader of it would see one.
  ///
  /// - Parameter isPretty: indented, with ` : ` behind keys and a final newline.
  /// - Complexity: O(*n* log *n*) in the number of nodes.
  public static func bytes(of value: RealtimeValue, isPretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty: isPretty)
    writer.write(value, depth: 0)
    if isPretty { writer.bytes.append(UInt8(ascii: "\n")) }
    return writer.bytes
  }

  /// As ``bytes(of:isPretty:)``, as text.
  public static func text(of value: RealtimeValue, isPretty: Bool = false) -> String {
    String(decoding: bytes(of: value, isPretty: isPretty), as: UTF8.self)
  }

  /// An object of members whose values are JSON already; an object whatever its keys are.
  public static func object(_ members: [(key: String, value: String)]) -> String {
    var writer = JSONWriter(isPretty: false)
    for (index, member) in members.enumerated() {
      writer.append(index == 0 ? "{" : ",")
      writer.write(member.key)
      writer.append(":")
      writer.bytes.append(contentsOf: member.value.utf8)
    }
    writer.append(members.isEmpty ? "{}" : "}")
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The text of a number: an integer without a point, `1.5`, `1e-7`.
  public static func text(of number: Double) -> String {
    // Not beyond what is exact, and no minus before zero.
    if let integer = Int64(exactly: number), integer.magnitude <= 1 << 53 { return String(integer) }
    if number == number.rounded(.towardZero), number.magnitude < 1e18 { return String(Int64(number)) }
    var text = number.description
    // Swift writes `1e-07`.
    if let exponent = text.firstIndex(of: "e") {
      let digits = text[text.index(exponent, offsetBy: 2)...].drop { $0 == "0" }
      text = String(text[...text.index(after: exponent)] + digits)
    }
    return text
  }

  /// How long the array is that the database shows instead of an object; nil when it shows the object.
  ///
  /// It shows an array when all keys are places in one, and more than half of the places are taken.
  static func arrayCount(of children: [String: RealtimeValue]) -> Int? {
    var last = -1
    for key in children.keys {
      guard let index = RealtimeKey.arrayIndex(key) else { return nil }
      last = max(last, index)
    }
    return last >= 0 && last < 2 * children.count ? last + 1 : nil
  }
}

/// Prints values.
private struct JSONWriter {
  let isPretty: Bool
  var bytes: [UInt8] = []

  init(isPretty: Bool) {
    self.isPretty = isPretty
  }

  mutating func write(_ value: RealtimeValue, depth: Int) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let value): bytes.append(contentsOf: RealtimeJSON.text(of: value).utf8)
    case .string(let value): write(value)
    case .object(let children):
      if let count = RealtimeJSON.arrayCount(of: children) {
        list(from: "[", to: "]", 0..<count, depth: depth) { $0.write(children[String($1)] ?? .null, depth: depth + 1) }
      } else {
        list(from: "{", to: "}", children.keys.sorted(by: RealtimeKey.precedes), depth: depth) {
          $0.write($1)
          $0.append($0.isPretty ? " : " : ":")
          $0.write(children[$1]!, depth: depth + 1)
        }
      }
    }
  }

  private mutating func list<Items: Sequence>(
    from begin: StaticString, to end: StaticString, _ items: Items, depth: Int, _ body: (inout JSONWriter, Items.Element) -> Void
  ) {
    append(begin)
    var isFirst = true
    for item in items {
      if !isFirst { append(",") }
      isFirst = false
      breakLine(depth + 1)
      body(&self, item)
    }
    breakLine(depth)
    append(end)
  }

  private mutating func breakLine(_ depth: Int) {
    guard isPretty else { return }
    append("\n")
    for _ in 0..<depth { append("  ") }
  }

  mutating func write(_ text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 8: append("\\b")
      case 9: append("\\t")
      case 10: append("\\n")
      case 12: append("\\f")
      case 13: append("\\r")
      case 0..<32, 127:
        append("\\u00")
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 48 : digit + 87) }
      default: bytes.append(byte)
      }
    }
    append("\"")
  }

  mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
