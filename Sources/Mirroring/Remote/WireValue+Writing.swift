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
