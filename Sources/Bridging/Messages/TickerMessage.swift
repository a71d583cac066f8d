/// A message of a ticker channel: the bots send prices and orders on the same one.
public enum TickerMessage: Sendable, Equatable {
  case price(PriceMessage)
  case order(OrderMessage)

  /// What is longer is not looked at.
  public static let bytesMax = 262_144

  static let symbolBytesMax = 64
  static let idBytesMax = 128
  static let textBytesMax = 512

  /// Reads a message. No bytes make it fail in another way than by a ``MessageDefect``.
  /// - Complexity: O(*n*); for a price no memory is taken beyond its short texts.
  public init(_ bytes: UnsafeRawBufferPointer) throws(MessageDefect) {
    guard bytes.count <= Self.bytesMax else { throw .tooLarge(bytes.count) }
    var members = Members()
    var scanner = MessageScanner(bytes)
    try scanner.members { name, value throws(MessageDefect) in try members.take(name, value, scanner: MessageScanner(bytes)) }
    guard let type = members.type else { throw .missing("type") }
    if scanner.isText(type, "price") {
      self = .price(try PriceMessage(members, scanner))
    } else if scanner.isText(type, "order") {
      self = .order(try Self.order(members, scanner, bytes))
    } else {
      let word = try scanner.text(type, "type", bytesMax: Self.textBytesMax)
      // Written with escapes they are the same words.
      switch word {
      case "price": self = .price(try PriceMessage(members, scanner))
      case "order": self = .order(try Self.order(members, scanner, bytes))
      default: throw .unknownType(String(word.prefix(40)))
      }
    }
  }

  /// An order is kept as it came, as a text: all of it must be one, also what nobody looks at.
  private static func order(
    _ members: Members, _ scanner: MessageScanner, _ bytes: UnsafeRawBufferPointer
  ) throws(MessageDefect) -> OrderMessage {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
    return try OrderMessage(members, scanner, bytes)
  }

  /// For whoever has the bytes in an array.
  public init(_ bytes: [UInt8]) throws(MessageDefect) {
    var result: Result<TickerMessage, MessageDefect>!
    bytes.withUnsafeBytes { buffer in
      result = Result { () throws(MessageDefect) in try TickerMessage(buffer) }
    }
    self = try result.get()
  }

  /// The members of the outer object that mean something.
  struct Members {
    var type: MessageScanner.Value?
    var timestamp: MessageScanner.Value?
    var symbol: MessageScanner.Value?
    var price: MessageScanner.Value?
    var volume: MessageScanner.Value?
    var orderData: MessageScanner.Value?

    mutating func take(_ name: MessageScanner.Value, _ value: MessageScanner.Value, scanner: MessageScanner) throws(MessageDefect) {
      switch name.count {
      case 4 where scanner.isText(name, "type"): try Self.set(&type, value, "type")
      case 5 where scanner.isText(name, "price"): try Self.set(&price, value, "price")
      case 6 where scanner.isText(name, "symbol"): try Self.set(&symbol, value, "symbol")
      case 6 where scanner.isText(name, "volume"): try Self.set(&volume, value, "volume")
      case 9 where scanner.isText(name, "timestamp"): try Self.set(&timestamp, value, "timestamp")
      case 10 where scanner.isText(name, "order_data"): try Self.set(&orderData, value, "order_data")
      default: break
      }
    }

    private static func set(
      _ place: inout MessageScanner.Value?, _ value: MessageScanner.Value, _ name: String
    ) throws(MessageDefect) {
      guard place == nil else { throw .duplicateKey(name) }
      place = value
    }
  }
}

extension MessageScanner {
  /// A name that becomes part of a path: not empty, without control characters.
  func name(_ value: Value?, _ name: String, bytesMax: Int) throws(MessageDefect) -> String {
    guard let value, value.kind != .null else { throw .missing(name) }
    let text = try text(value, name, bytesMax: bytesMax)
    guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value >= 32 && !(0x7F...0x9F).contains($0.value) }) else {
      throw .badName(name)
    }
    return text
  }

  /// A number, sent as one or as a text; null, and the texts `None` and nothing, are none.
  func number(_ value: Value?, _ name: String) throws(MessageDefect) -> FeedNumber? {
    guard let value else { return nil }
    switch value.kind {
    case .null: return nil
    case .number:
      guard value.count <= FeedNumber.bytesMax else { throw .tooLong(name) }
      return FeedNumber(scanned: String(decoding: raw(value), as: UTF8.self))
    case .text:
      let text = try text(value, name, bytesMax: FeedNumber.bytesMax)
      if text.isEmpty || text == "None" { return nil }
      guard let number = FeedNumber(text) else { throw .notNumber(name) }
      return number
    default: throw .wrongType(name)
    }
  }

  /// A time, sent as a text or a number; nil for null, `None`, and for what cannot be read as one.
  func time(_ value: Value?, _ name: String) throws(MessageDefect) -> FeedTime? {
    guard let value else { return nil }
    switch value.kind {
    case .null: return nil
    case .number:
      guard value.count <= FeedNumber.bytesMax else { throw .tooLong(name) }
      return FeedTime(String(decoding: raw(value), as: UTF8.self))
    case .text: return FeedTime(try text(value, name, bytesMax: TickerMessage.textBytesMax))
    default: throw .wrongType(name)
    }
  }
}
