/// What a bot saw as a price.
public struct PriceMessage: Sendable, Equatable {
  public var symbol: String
  /// nil: the message has none that can be read.
  public var time: FeedTime?
  /// nil: the feed had none. That is not zero.
  public var price: FeedNumber?
  public var volume: FeedNumber?

  init(_ members: TickerMessage.Members, _ scanner: MessageScanner) throws(MessageDefect) {
    symbol = try scanner.name(members.symbol, "symbol", bytesMax: TickerMessage.symbolBytesMax)
    time = try scanner.time(members.timestamp, "timestamp")
    price = try scanner.number(members.price, "price")
    volume = try scanner.number(members.volume, "volume")
    guard price.map({ $0.value != nil }) ?? true else { throw .notNumber("price") }
    guard volume.map({ $0.value != nil }) ?? true else { throw .notNumber("volume") }
  }
}
