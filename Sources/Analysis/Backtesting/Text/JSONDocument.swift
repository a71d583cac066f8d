import Foundation

/// A JSON document: what a scenario is read from and what results are written as.
indirect enum JSONDocument: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONDocument])
  /// In the order in which it is written; a document that was read is sorted by key.
  case object([(key: String, value: JSONDocument)])

  static func optional(_ value: Double?) -> JSONDocument { value.map(JSONDocument.number) ?? .null }
  static func integer(_ value: Int) -> JSONDocument { .number(Double(value)) }
  static func integers(_ range: Range<Int>) -> JSONDocument { .array([.integer(range.lowerBound), .integer(range.upperBound)]) }

  /// Indented by one space, ended by a line feed; numbers in their shortest exact form.
  var text: String {
    var output = ""
    write(to: &output, indent: "")
    return output + "\n"
  }

  private func write(to output: inout String, indent: String) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .number(let value): output += value.isFinite ? exactText(value) : "null"
    case .string(let value): output += "\"" + value + "\""  // only names of this module are written
    case .array(let items): Self.write(items.map { ("", $0) }, "[", "]", to: &output, indent)
    case .object(let members): Self.write(members.map { ("\"\($0.key)\": ", $0.value) }, "{", "}", to: &output, indent)
    }
  }

  private static func write(
    _ items: [(head: String, value: JSONDocument)], _ open: String, _ close: String, to output: inout String, _ indent: String
  ) {
    output += open
    for (index, item) in items.enumerated() {
      output += (index > 0 ? ",\n " : "\n ") + indent + item.head
      item.value.write(to: &output, indent: indent + " ")
    }
    output += items.isEmpty ? close : "\n" + indent + close
  }

  static func == (a: JSONDocument, b: JSONDocument) -> Bool { a.text == b.text }
}

extension JSONDocument: Decodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Which of the kinds it is, is found by trying; each `try?` that fails says no more than what stands beside it.
  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {  // no object
      let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
      self = .object(try keys.map { ($0.stringValue, try container.decode(JSONDocument.self, forKey: $0)) })
      return
    }
    if var list = try? decoder.unkeyedContainer() {  // no array
      var items: [JSONDocument] = []
      while !list.isAtEnd { items.append(try list.decode(JSONDocument.self)) }
      self = .array(items)
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(Bool.self) {  // no truth value
      self = .bool(value)
    } else if let value = try? single.decode(Double.self) {  // no number
      self = .number(value)
    } else {
      self = .string(try single.decode(String.self))
    }
  }
}

/// The shortest text that reads back as the same number; whole numbers without a point.
func exactText(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 0x1p53 ? String(Int64(value)) : "\(value)"
}
