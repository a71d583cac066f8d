/// A word, number or sign of a condition.
struct ConditionToken {
  enum Kind: Equatable {
    case name
    case number(Double)
    case sign
  }

  let text: String
  let kind: Kind
  /// In bytes.
  let range: Range<Int>

  /// Words that can be no column.
  static let words: Set = ["and", "or", "not", "is", "crosses", "above", "below"]

  /// - Throws: ``ConditionDefect`` for a character that belongs to nothing, and a number that is none.
  static func all(of text: String) throws(ConditionDefect) -> [ConditionToken] {
    let bytes = Array(text.utf8)
    var (tokens, position): ([ConditionToken], Int) = ([], 0)
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x20 || byte == 0x09 || byte == 0x0A {
        position += 1
        continue
      }
      let token = try token(bytes, at: position)
      tokens.append(token)
      position = token.range.upperBound
    }
    return tokens
  }

  private static func token(_ bytes: [UInt8], at start: Int) throws(ConditionDefect) -> ConditionToken {
    func token(to end: Int, _ kind: Kind) -> ConditionToken {
      ConditionToken(text: String(decoding: bytes[start..<end], as: UTF8.self), kind: kind, range: start..<end)
    }
    if isLetter(bytes[start]) {
      return token(to: bytes[start...].firstIndex { !isLetter($0) && !isDigit($0) } ?? bytes.count, .name)
    }
    if isDigit(bytes[start]) || bytes[start] == UInt8(ascii: ".") {
      let end = bytes[start...].firstIndex { !isDigit($0) && $0 != UInt8(ascii: ".") && !isLetter($0) } ?? bytes.count
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      // Digits and a point: no exponent, no hexadecimal, no `inf`.
      guard bytes[start..<end].allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }), let value = Double(text), value.isFinite else {
        throw ConditionDefect(fact: .unexpected(text, wanted: "a number such as 1.5"), range: start..<end)
      }
      return token(to: end, .number(value))
    }
    if start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "="), [0x3C, 0x3D, 0x3E, 0x21].contains(bytes[start]) {
      return token(to: start + 2, .sign)
    }
    guard "<>+-*/()[]".utf8.contains(bytes[start]) else {
      // A character may be several bytes.
      let end = bytes[(start + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? bytes.count
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      throw ConditionDefect(fact: .unexpected(text, wanted: "a column, a number or a sign"), range: start..<end)
    }
    return token(to: start + 1, .sign)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
