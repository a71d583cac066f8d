/// A JSON document that is always written in the same bytes: keys in the order given, the shortest exact form of each number.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  /// NaN and infinity are written as `null`.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A key and its value. The writer keeps the order; whoever builds the object sees to it that a key stands once.
  public struct Member: Sendable, Equatable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) { (self.key, self.value) = (key, value) }
  }

  /// The document, indented by two spaces and ended by a line feed; an array of numbers stands on one line.
  public var text: String {
    var output = ""
    write(to: &output, indent: 0)
    output += "\n"
    return output
  }

  /// The document as commands print it: indented by two spaces, ` : ` behind a key, each element on a line of its own; ended by a line feed.
  public var documentText: String {
    var output = ""
    writeDocument(to: &output, indent: "")
    return output + "\n"
  }

  private func writeDocument(to output: inout String, indent: String) {
    let inner = indent + "  "
    switch self {
    case .null, .bool, .int, .double: write(to: &output, indent: 0)
    case .string(let text): Self.write(text, to: &output)
    case .array(let items):
      output += "[\n"
      for (index, item) in items.enumerated() {
        output += index > 0 ? ",\n\(inner)" : inner
        item.writeDocument(to: &output, indent: inner)
      }
      output += "\n\(indent)]"
    case .object(let members):
      output += "{\n"
      for (index, member) in members.enumerated() {
        output += index > 0 ? ",\n\(inner)" : inner
        Self.write(member.key, to: &output)
        output += " : "
        member.value.writeDocument(to: &output, indent: inner)
      }
      output += "\n\(indent)}"
    }
  }

  /// The document on one line, without a line feed.
  public var line: String {
    switch self {
    case .null, .bool, .int, .double, .string:
      var output = ""
      write(to: &output, indent: 0)
      return output
    case .array(let items): return "[" + items.map(\.line).joined(separator: ",") + "]"
    case .object(let members): return "{" + members.map { "\(JSONValue.string($0.key).line):\($0.value.line)" }.joined(separator: ",") + "}"
    }
  }

  private func write(to output: inout String, indent: Int) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .int(let value): output += String(value)
    case .double(let value): output += Self.number(value)
    case .string(let value): Self.write(value, to: &output)
    case .array(let items):
      let inline = items.allSatisfy(\.isNumberOrNull)
      Self.writeList(items.count, "[", "]", inline: inline, to: &output, indent: indent) { items[$1].write(to: &$0, indent: $2) }
    case .object(let members):
      Self.writeList(members.count, "{", "}", inline: members.isEmpty, to: &output, indent: indent) {
        Self.write(members[$1].key, to: &$0)
        $0 += ": "
        members[$1].value.write(to: &$0, indent: $2)
      }
    }
  }

  private var isNumberOrNull: Bool {
    switch self {
    case .null, .int, .double: true
    default: false
    }
  }

  private static func writeList(
    _ count: Int, _ open: String, _ close: String, inline: Bool, to output: inout String, indent: Int,
    element: (inout String, Int, Int) -> Void
  ) {
    output += open
    for index in 0..<count {
      if index > 0 { output += inline ? ", " : "," }
      if !inline { output += "\n" + String(repeating: " ", count: indent + 2) }
      element(&output, index, indent + 2)
    }
    if !inline { output += "\n" + String(repeating: " ", count: indent) }
    output += close
  }

  /// The shortest text that reads back as the same Double; whole numbers without `.0`; `null` for what is not finite.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == 0 { return "0" }
    if value == value.rounded(), abs(value) <= 0x1p53 { return String(Int64(value)) }
    return "\(value)"
  }

  private static func write(_ text: String, to output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      default:
        if needsEscape(scalar) { writeEscape(of: scalar, to: &output) } else { output.unicodeScalars.append(scalar) }
      }
    }
    output += "\""
  }

  /// Control and format characters, which a terminal or editor would act on, and the two separators that JavaScript takes for line ends.
  private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 || scalar == "<" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }

  private static func writeEscape(of scalar: Unicode.Scalar, to output: inout String) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}

extension JSONValue {
  static func optional(_ value: Double?) -> JSONValue { value.map(JSONValue.double) ?? .null }
  static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.int) ?? .null }
  static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
}
