extension JSONScanner {
  /// Reads a string and tells where it stands.
  public mutating func string() throws(JSONError) -> Text {
    try expect(UInt8(ascii: "\""), "a string")
    let start = offset
    var isEscaped = false
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return Text(range: start..<(offset - 1), isEscaped: isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        try skipEscape()
      case 0..<0x20:
        throw JSONError(offset: offset, fact: .controlCharacterInString(byte))
      case 0x20..<0x80:
        offset += 1
      default:
        try skipMultibyte()
      }
    }
    throw JSONError(offset: bytes.count, fact: .unexpectedEnd)
  }

  /// Reads a number and tells where it stands.
  public mutating func number() throws(JSONError) -> Range<Int> {
    skipBlanks()
    let start = offset
    guard let end = DecimalReader.end(of: bytes, from: start) else {
      throw start < bytes.count ? JSONError(offset: start, fact: .badNumber) : mismatch("a number")
    }
    offset = end
    return start..<end
  }

  /// The characters of a string: escapes resolved.
  public func string(_ text: Text) -> String {
    let raw = UnsafeRawBufferPointer(rebasing: bytes[text.range])
    return text.isEscaped ? JSONScanner.unescaped(raw) : String(decoding: raw, as: UTF8.self)
  }

  /// The bytes of `range` as they stand in the body.
  public func source(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  /// Whether a string reads `literal`.
  public func matches(_ text: Text, _ literal: StaticString) -> Bool {
    text.isEscaped ? string(text) == literal.description : holds(literal, at: text.range)
  }
}

extension JSONScanner {
  private mutating func skipEscape() throws(JSONError) {
    let start = offset
    offset += 2
    switch byte(at: start + 1) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      return
    case UInt8(ascii: "u"):
      try skipUnicodeEscape(at: start)
    default:
      throw start + 1 < bytes.count
        ? JSONError(offset: start, fact: .badEscape) : JSONError(offset: bytes.count, fact: .unexpectedEnd)
    }
  }

  /// A `\uXXXX`, or two that make a surrogate pair.
  private mutating func skipUnicodeEscape(at start: Int) throws(JSONError) {
    let unit = try hexadecimal(at: start + 2)
    offset = start + 6
    guard (0xd800..<0xe000).contains(unit) else { return }
    guard unit < 0xdc00 else { throw JSONError(offset: start, fact: .badEscape) }
    for (position, expected) in [(start + 6, UInt8(ascii: "\\")), (start + 7, UInt8(ascii: "u"))] {
      guard position < bytes.count else { throw JSONError(offset: bytes.count, fact: .unexpectedEnd) }
      guard bytes[position] == expected else { throw JSONError(offset: start, fact: .badEscape) }
    }
    guard (0xdc00..<0xe000).contains(try hexadecimal(at: start + 8)) else { throw JSONError(offset: start, fact: .badEscape) }
    offset = start + 12
  }

  private func hexadecimal(at index: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for position in index..<(index + 4) {
      guard position < bytes.count else { throw JSONError(offset: bytes.count, fact: .unexpectedEnd) }
      guard let digit = JSONScanner.hexadecimalDigit(bytes[position]) else { throw JSONError(offset: position, fact: .badEscape) }
      value = value << 4 | digit
    }
    return value
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// One character of two to four bytes: no overlong form, no surrogate, nothing above U+10FFFF.
  private mutating func skipMultibyte() throws(JSONError) {
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch bytes[offset] {
      case 0xc2...0xdf: (2, 0x80...0xbf)
      case 0xe0: (3, 0xa0...0xbf)
      case 0xed: (3, 0x80...0x9f)
      case 0xe1...0xef: (3, 0x80...0xbf)
      case 0xf0: (4, 0x90...0xbf)
      case 0xf1...0xf3: (4, 0x80...0xbf)
      case 0xf4: (4, 0x80...0x8f)
      default: throw JSONError(offset: offset, fact: .invalidUTF8)
      }
    guard offset + length <= bytes.count else { throw JSONError(offset: bytes.count, fact: .unexpectedEnd) }
    guard second.contains(bytes[offset + 1]), bytes[(offset + 2)..<(offset + length)].allSatisfy({ (0x80...0xbf).contains($0) })
    else { throw JSONError(offset: offset, fact: .invalidUTF8) }
    offset += length
  }

  /// - Parameter raw: the inside of a string that was checked while it was read.
  private static func unescaped(_ raw: UnsafeRawBufferPointer) -> String {
    var units: [UInt16] = []
    for unit in String(decoding: raw, as: UTF8.self).utf16 { units.append(unit) }
    var (result, index): ([UInt16], Int) = ([], 0)
    while index < units.count {
      guard units[index] == UInt16(UInt8(ascii: "\\")), index + 1 < units.count else {
        result.append(units[index])
        index += 1
        continue
      }
      let name = UInt8(truncatingIfNeeded: units[index + 1])
      if name == UInt8(ascii: "u"), index + 6 <= units.count {
        let digits = units[(index + 2)..<(index + 6)].map { hexadecimalDigit(UInt8(truncatingIfNeeded: $0)) ?? 0 }
        result.append(UInt16(digits.reduce(0) { $0 << 4 | $1 }))
        index += 6
      } else {
        result.append(simpleEscape(name))
        index += 2
      }
    }
    return String(decoding: result, as: UTF16.self)
  }

  private static func simpleEscape(_ name: UInt8) -> UInt16 {
    switch name {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    default: UInt16(name)
    }
  }
}
