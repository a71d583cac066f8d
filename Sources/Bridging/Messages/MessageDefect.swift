/// Why a message of a ticker channel is none that can be used.
public enum MessageDefect: Error, Sendable, Hashable, CustomStringConvertible {
  /// Longer than ``TickerMessage/bytesMax``; the bytes that it had.
  case tooLarge(Int)
  case notUTF8
  /// Not one JSON object; the offset in bytes at which that shows.
  case malformed(offset: Int)
  /// Objects and lists in one another, more than ``MessageScanner/depthMax``.
  case tooDeep
  /// A member that is needed.
  case missing(String)
  /// A member whose value is of another kind than it must be.
  case wrongType(String)
  /// A member that stands twice: which one is meant?
  case duplicateKey(String)
  /// A text or number that is longer than any can be.
  case tooLong(String)
  /// A text that is no number, or one that is not finite.
  case notNumber(String)
  /// A name with control characters, or an empty one.
  case badName(String)
  /// `type` is neither `price` nor `order`.
  case unknownType(String)
  /// So many tickers are known that a new one is not taken.
  case tooManyTickers

  /// One word for counting.
  public var kind: String {
    switch self {
    case .tooLarge: "too_large"
    case .notUTF8: "not_utf8"
    case .malformed: "malformed"
    case .tooDeep: "too_deep"
    case .missing: "missing"
    case .wrongType: "wrong_type"
    case .duplicateKey: "duplicate_key"
    case .tooLong: "too_long"
    case .notNumber: "not_number"
    case .badName: "bad_name"
    case .unknownType: "unknown_type"
    case .tooManyTickers: "too_many_tickers"
    }
  }

  public var description: String {
    switch self {
    case .tooLarge(let bytes): "\(bytes) bytes; a message has at most \(TickerMessage.bytesMax)"
    case .notUTF8: "not UTF-8"
    case .malformed(let offset): "not one JSON object: byte \(offset) is not what must come there"
    case .tooDeep: "nested more than \(MessageScanner.depthMax) deep"
    case .missing(let name): "`\(name)` is missing"
    case .wrongType(let name): "`\(name)` is of a wrong kind"
    case .duplicateKey(let name): "`\(name)` stands twice"
    case .tooLong(let name): "`\(name)` is too long"
    case .notNumber(let name): "`\(name)` is no number"
    case .badName(let name): "`\(name)` is empty, or has control characters"
    case .unknownType(let type): "`type` is `\(type)`; it may be price or order"
    case .tooManyTickers: "more than \(PriceTable.tickersMax) tickers"
    }
  }
}
