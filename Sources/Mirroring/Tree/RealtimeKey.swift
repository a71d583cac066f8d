internal import Foundation

/// The rules for keys of the realtime tree, and their order.
public enum RealtimeKey {
  /// How long a key may be, in bytes of UTF-8.
  public static let bytesMax = 768

  /// How many keys a path may have, and so how deep the tree is.
  public static let depthMax = 32

  /// A key as the tree keeps it: in Unicode's composed form (NFC).
  ///
  /// Texts that differ in nothing but that form are equal to Swift, and two bytes sequences to the table. So that no child hides another, they
  /// are one key here; Google's database keeps two.
  static func canonical(_ key: String) -> String {
    key.utf8.allSatisfy { $0 < 0x80 } ? key : key.precomposedStringWithCanonicalMapping
  }

  /// The keys of a path with `/` between them. By bytes: a `/` before a combining mark is a `/`, too.
  static func keys(of path: String, omittingEmptySubsequences: Bool = true) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: omittingEmptySubsequences)
      .map { canonical(String(decoding: $0, as: UTF8.self)) }
  }

  /// What is wrong with a key.
  public enum Defect: Sendable, Equatable {
    case empty, forbiddenCharacter, tooLong
  }

  /// The first rule that a key breaks; nil for a good one.
  ///
  /// Forbidden are `.`, `$`, `#`, `[`, `]`, `/`, and the control characters 0–31 and 127.
  public static func defect(of key: String) -> Defect? {
    var count = 0
    for byte in key.utf8 {
      if isForbidden(byte) { return .forbiddenCharacter }
      count += 1
    }
    return count == 0 ? .empty : count > bytesMax ? .tooLong : nil
  }

  @inline(__always)
  static func isForbidden(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<32, 127, 0x23, 0x24, 0x2E, 0x2F, 0x5B, 0x5D: true
    default: false
    }
  }

  /// The database's order of keys: those that are 32-bit integers first, ascending; then text, by its bytes in UTF-8.
  ///
  /// Of two ways to write one integer the shorter is first.
  public static func precedes(_ a: String, _ b: String) -> Bool {
    switch (integer(a), integer(b)) {
    case (let x?, let y?): x != y ? x < y : a.utf8.count < b.utf8.count
    case (.some, nil): true
    case (nil, .some): false
    case (nil, nil): a.utf8.lexicographicallyPrecedes(b.utf8)
    }
  }

  /// The 32-bit integer that a key is: an optional minus and at most ten digits behind leading zeros.
  public static func integer(_ key: String) -> Int32? {
    var digits = Substring(key).utf8
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      if value > 1 << 32 { return nil }
    }
    return Int32(exactly: isNegative ? -value : value)
  }

  /// The place in an array that a key is: digits without a leading zero.
  static func arrayIndex(_ key: String) -> Int? {
    let digits = key.utf8
    guard let first = digits.first, digits.count <= 9, first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
    var value = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
