extension WireValue {
  /// The text of the value: keys sorted, nothing blank. The same value always gives the same text.
  public var json: String { json { $0 } }

  /// - Parameter key: how a key is written.
  func json(key: (String) -> String) -> String {
    var bytes: [UInt8] = []
    write(to: &bytes, key: key)
    return String(decoding: bytes, as: UTF8.self)
  }

  func write(to bytes: inout [UInt8], key: (String) -> String) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .number(let text): bytes += text.utf8
    case .string(let text): WireValue.write(text, to: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(to: &bytes, key: key)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let children):
      bytes.append(UInt8(ascii: "{"))
      for (index, child) in children.map({ (key($0.key), $0.value) }).sorted(by: { $0.0 < $1.0 }).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        WireValue.write(child.0, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        child.1.write(to: &bytes, key: key)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// How many bytes ``write(to:key:)`` adds.
  func byteCount(key: (String) -> String) -> Int {
    switch self {
    case .null: 4
    case .bool(let flag): flag ? 4 : 5
    case .number(let text): text.utf8.count
    case .string(let text): WireValue.byteCount(of: text)
    case .array(let elements): elements.reduce(1 + max(1, elements.count)) { $0 + $1.byteCount(key: key) }
    case .object(let children):
      children.reduce(1 + max(1, children.count)) { $0 + WireValue.byteCount(of: key($1.key)) + 1 + $1.value.byteCount(key: key) }
    }
  }

  private static func byteCount(of text: String) -> Int {
    text.utf8.reduce(2) { count, byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x0A: count + 2
      case 0..<0x20, 0x7F: count + 6
      default: count + 1
      }
    }
  }

  static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x0A: bytes += "\\n".utf8
      case 0..<0x20, 0x7F:
        let hex = String(byte, radix: 16)
        bytes += "\\u00\(hex.count < 2 ? "0" : "")\(hex)".utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
