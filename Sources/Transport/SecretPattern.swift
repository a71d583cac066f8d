/// A place in bytes.
struct Cursor {
  let bytes: UnsafeBufferPointer<UInt8>
  var index: Int

  /// The byte `offset` after (or before) this place; nil beyond the ends.
  func byte(at offset: Int = 0) -> UInt8? {
    bytes.indices.contains(index + offset) ? bytes[index + offset] : nil
  }

  /// Whether the lower-case ASCII text stands here, in any case.
  func hasPrefix(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { text in
      bytes.count - index >= text.count
        && text.indices.allSatisfy { bytes[index + $0] == text[$0] || lower(bytes[index + $0]) == text[$0] }
    }
  }

  private func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

/// One secret, found however its characters are written.
struct SecretPattern: Sendable {
  private let secret: [UInt8]

  init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    secret = Array(text.utf8)
  }

  var count: Int { secret.count }

  /// Where the secret ends that starts here: each character plain, as %XX, a blank as `+`, or behind a backslash.
  func match(_ cursor: Cursor) -> Int? {
    var index = cursor.index
    for expected in secret {
      guard let next = step(cursor.bytes, index, expected) else { return nil }
      index = next
    }
    return index
  }

  @inline(__always)
  private func step(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ expected: UInt8) -> Int? {
    guard index < bytes.count else { return nil }
    let byte = bytes[index]
    if byte == expected { return index + 1 }
    switch byte {
    case UInt8(ascii: "%"):
      guard index + 2 < bytes.count, let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2]) else { return nil }
      return high << 4 | low == expected ? index + 3 : nil
    case UInt8(ascii: "+"): return expected == UInt8(ascii: " ") ? index + 1 : nil
    case UInt8(ascii: "\\"): return index + 1 < bytes.count && bytes[index + 1] == expected ? index + 2 : nil
    default: return nil
    }
  }

  private func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// What looks like a secret, whatever it is.
enum SecretShape {
  private static let parameters: [StaticString] = ["apikey=", "key=", "access_token=", "auth=", "signature=", "token="]

  /// The part to hide of what starts here.
  static func match(in cursor: Cursor) -> Range<Int>? {
    guard let first = cursor.byte() else { return nil }
    switch first | 0x20 {
    case UInt8(ascii: "a"), UInt8(ascii: "k"), UInt8(ascii: "s"), UInt8(ascii: "t"): return parameter(cursor)
    case UInt8(ascii: "b"): return cursor.hasPrefix("bearer ") ? hidden(after: 7, in: cursor, while: isTokenByte, atLeast: 8) : nil
    case UInt8(ascii: "/"): return path(cursor)
    default: return nil
    }
  }

  private static func parameter(_ cursor: Cursor) -> Range<Int>? {
    if let before = cursor.byte(at: -1), isWordByte(before) { return nil }
    guard let name = parameters.first(where: { cursor.hasPrefix($0) }) else { return nil }
    return hidden(after: name.utf8CodeUnitCount, in: cursor, while: isValueByte, atLeast: 1)
  }

  private static func path(_ cursor: Cursor) -> Range<Int>? {
    if cursor.hasPrefix("/bot"), let digit = cursor.byte(at: 4), isDigit(digit) { return telegram(cursor) }
    if cursor.hasPrefix("/services/t") { return hidden(after: 10, in: cursor, while: isPathByte, atLeast: 8) }
    if cursor.hasPrefix("/api/webhooks/") { return hidden(after: 14, in: cursor, while: isPathByte, atLeast: 8) }
    return nil
  }

  /// `/bot123456:ABC-DEF/`
  private static func telegram(_ cursor: Cursor) -> Range<Int>? {
    var index = cursor.index + 4
    while index < cursor.bytes.count, isDigit(cursor.bytes[index]) { index += 1 }
    let colon = Cursor(bytes: cursor.bytes, index: index)
    guard colon.hasPrefix(":") || colon.hasPrefix("%3a") else { return nil }
    return hidden(after: 4, in: cursor, while: { isTokenByte($0) && $0 != UInt8(ascii: "/") }, atLeast: 1)
  }

  /// From `offset` as far as the bytes are of a kind; nil when they are too few.
  private static func hidden(after offset: Int, in cursor: Cursor, while belongs: (UInt8) -> Bool, atLeast count: Int) -> Range<Int>? {
    let start = cursor.index + offset
    var end = start
    while end < cursor.bytes.count, belongs(cursor.bytes[end]) { end += 1 }
    return end - start >= count ? start..<end : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
  }
  /// What ends a value: the next parameter, a fragment, a quote, a bracket, a blank.
  private static func isValueByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte != 0x7f && !"&;#\"'<>()[]{}\\,`|".utf8.contains(byte) }
  private static func isPathByte(_ byte: UInt8) -> Bool { isValueByte(byte) && byte != UInt8(ascii: "?") }
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    isWordByte(byte) || "-.~+/=:%".utf8.contains(byte)
  }
}
