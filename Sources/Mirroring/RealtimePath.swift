/// A path in the tree of a realtime database, its keys escaped so that any text can be one.
///
/// The Realtime Database forbids `.`, `$`, `#`, `[`, `]`, `/` and control characters in keys. They, and `%` itself, are written as `%`
/// and two hexadecimal digits of each byte; the escaping is reversible.
public struct RealtimePath: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The keys as people mean them.
  public let keys: [String]

  public init(_ keys: [String]) {
    self.keys = keys
  }

  public init(_ keys: String...) {
    self.keys = keys
  }

  /// Reads an escaped path; nil when an escape is broken or a key is empty.
  public init?(escaped text: String) {
    var keys: [String] = []
    // Byte by byte: with a mark that combines, such as an accent, `/` would be another character.
    for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard !part.isEmpty, let key = RealtimePath.unescape(part) else { return nil }
      keys.append(key)
    }
    self.keys = keys
  }

  /// `quotes/binance/BRK%2EB`
  public var description: String { keys.map(RealtimePath.escape).joined(separator: "/") }

  public static func < (a: RealtimePath, b: RealtimePath) -> Bool { a.description < b.description }

  static func escape(_ key: String) -> String {
    let isPlain = key.utf8.allSatisfy { $0 >= 32 && $0 != 127 && !isForbidden($0) }
    if isPlain { return key }
    var result = ""
    for scalar in key.unicodeScalars {
      if scalar.value < 32 || scalar.value == 127 || ".$#[]/%".unicodeScalars.contains(scalar) {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        result += "%" + (hex.count < 2 ? "0" : "") + hex
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isForbidden(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: "$"), UInt8(ascii: "#"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "/"),
      UInt8(ascii: "%"):
      true
    default: false
    }
  }

  private static func unescape(_ text: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = RealtimePath.byte(of: rest.prefix(2)) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// What two hexadecimal digits mean; nil for anything else, such as `+4`.
  private static func byte(of digits: ArraySlice<UInt8>) -> UInt8? {
    var value: UInt8 = 0
    for digit in digits {
      guard let part = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      value = value << 4 | UInt8(part)
    }
    return value
  }
}
