/// What was seen of a ticker in a part of an hour.
public struct HourRow: Sendable, Equatable {
  public let symbol: String
  /// Its start, in milliseconds since 1970.
  public let hour: Int64
  public private(set) var seen = 0
  public private(set) var open, low, high, close: FeedNumber
  /// What was traded; nil: no message has told.
  public private(set) var volume: Amount?

  init(symbol: String, hour: Int64, price: FeedNumber) {
    (self.symbol, self.hour) = (symbol, hour)
    (open, low, high, close) = (price, price, price, price)
  }

  mutating func add(_ price: FeedNumber, _ traded: Amount?) {
    seen += 1
    close = price
    if low.text != price.text { extend(low: price, high: price) }
    if let traded { volume = (volume ?? .zero) + traded }
  }

  /// With what was seen later in the same hour.
  func joined(with later: HourRow) -> HourRow {
    var row = self
    row.seen += later.seen
    row.close = later.close
    row.extend(low: later.low, high: later.high)
    if let more = later.volume { row.volume = (row.volume ?? .zero) + more }
    return row
  }

  private mutating func extend(low other: FeedNumber, high another: FeedNumber) {
    if other.value ?? .infinity < low.value ?? .infinity { low = other }
    if another.value ?? -.infinity > high.value ?? -.infinity { high = another }
  }
}
