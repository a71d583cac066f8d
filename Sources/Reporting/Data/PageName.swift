public import MarketData

/// File names for what is named by symbols.
public enum PageName {
  /// The name of a symbol's page without extension: reversible, different for different symbols also on disks that take `abc` and
  /// `ABC` for one, never a path separator, never a leading dot, at most 192 ASCII bytes.
  ///
  /// Capitals, digits and `-` stay; `.` stays except at the start or end. Any other byte of the name becomes `_` and two lower-case
  /// hexadecimal digits (which are told apart from names, for names have no lower case), and names that Windows keeps for devices
  /// are escaped in their first letter: `BRK.B` stays, `brk` becomes `_62_72_6b`.
  public static func file(for symbol: Symbol) -> String {
    let bytes = Array(symbol.name.utf8)
    let isDevice = devices.contains(symbol.name.prefix { $0 != "." }.description)
    var name = ""
    for (index, byte) in bytes.enumerated() {
      let isEdge = index == 0 || index == bytes.count - 1
      if isPlain(byte, isEdge: isEdge), !(isDevice && index == 0) {
        name.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        name += "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return name
  }

  /// The symbol that ``file(for:)`` made the name from; nil for a name that it would not have made.
  public static func symbol(from name: String) -> Symbol? {
    var bytes: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "_") else {
        bytes.append(first)
        continue
      }
      guard rest.count >= 2, let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    do {
      let symbol = try Symbol(text)
      return file(for: symbol) == name ? symbol : nil
    } catch {
      return nil  // What breaks the rules of a symbol was not made from one.
    }
  }

  private static func isPlain(_ byte: UInt8, isEdge: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."): !isEdge
    default: false
    }
  }

  private static let devices: Set<String> = Set(
    ["CON", "PRN", "AUX", "NUL"] + (0...9).map { "COM\($0)" } + (0...9).map { "LPT\($0)" })
}
