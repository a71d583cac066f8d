/// A decimal number as it was sent, with all its digits.
public struct FeedNumber: Sendable, Hashable, CustomStringConvertible {
  /// What a number may have: no price or quantity has more.
  public static let bytesMax = 64

  /// As it was sent, without quotes.
  public let text: String
  /// Whether it was sent as a number, and not as a text.
  public let isNumeral: Bool

  /// - Parameter text: a finite decimal number, as JSON, Python or a person writes one; nil for anything else.
  public init?(_ text: String, isNumeral: Bool = false) {
    guard text.utf8.count <= Self.bytesMax, Self.isDecimal(text) else { return nil }
    (self.text, self.isNumeral) = (text, isNumeral)
  }

  /// For a number that the scanner has read.
  init(scanned text: String) { (self.text, isNumeral) = (text, true) }

  /// The nearest double; what is beyond all of them is nil.
  public var value: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

  public var description: String { text }

  /// As JSON: a number where a double holds all digits, else a text.
  public var json: String {
    guard isNumeral, text.utf8.count(where: { $0 &- 0x30 < 10 }) <= 15, let value else { return "\"\(text)\"" }
    // What is too small for a double is not zero.
    guard value.isNormal || !text.utf8.prefix(while: { $0 | 0x20 != 0x65 }).contains(where: { (0x31...0x39).contains($0) }) else {
      return "\"\(text)\""
    }
    return text
  }

  private static func isDecimal(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits() -> Int {
      let count = rest.prefix { $0 &- 0x30 < 10 }.count
      rest = rest.dropFirst(count)
      return count
    }
    if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() }
    var count = digits()
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      count += digits()
    }
    guard count > 0 else { return false }
    if rest.first == 0x65 || rest.first == 0x45 {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() }
      guard (1...4).contains(digits()) else { return false }
    }
    return rest.isEmpty
  }
}
