import Scheduling

/// The latest price of each ticker: however fast prices come, it has one row for each, and a row that is told on has the newest.
struct PriceTable {
  /// So many tickers are known at most; prices of others are refused.
  static let tickersMax = 20_000
  /// A ticker's price is told on so seldom, in milliseconds.
  static let tellEvery: Int64 = 1000

  private let meaning: VolumeMeaning
  /// How often nothing was heard for a while.
  private var gaps = 0
  private var tickers: [Ticker] = []
  private var places: [String: Int] = [:]

  fileprivate struct Ticker {
    let symbol: String
    var price: FeedNumber
    var volume: FeedNumber?
    var time: FeedTime?
    var receivedAt: Int64
    /// Counts the prices of the ticker.
    var count: Int64 = 0
    /// The count when it was last told on and acknowledged.
    var told: Int64 = 0
    /// When telling was last tried.
    var triedAt: Int64 = .min
    /// Since it was last kept.
    var hour: HourRow?
    var keptCount: Int64 = 0
    var counter = VolumeCounter()
  }

  init(_ meaning: VolumeMeaning = .traded) { self.meaning = meaning }

  var count: Int { tickers.count }

  /// Takes a price; one without a number changes nothing.
  /// - Parameter receivedAt: in milliseconds since 1970.
  /// - Returns: hours that ended with it, to be kept.
  /// - Throws: ``MessageDefect/tooManyTickers``.
  mutating func take(_ message: PriceMessage, receivedAt: Int64) throws(MessageDefect) -> HourRow? {
    guard let price = message.price else { return nil }
    let place: Int
    if let known = places[message.symbol] {
      place = known
    } else {
      guard tickers.count < Self.tickersMax else { throw .tooManyTickers }
      place = tickers.count
      places[message.symbol] = place
      tickers.append(Ticker(symbol: message.symbol, price: price, receivedAt: receivedAt))
    }
    return tickers[place].take(message, price, receivedAt, meaning, gaps: gaps)
  }

  /// Nothing was heard for a while.
  mutating func noteGap() { gaps += 1 }

  /// The last price of a ticker, and when it was received.
  func last(_ symbol: String) -> SeenPrice? {
    places[symbol].map { SeenPrice(price: tickers[$0].price.text, at: tickers[$0].receivedAt) }
  }

  /// The prices that are to be told on now, those first that wait longest; each is taken as tried.
  mutating func due(at now: Int64, limit: Int) -> [PriceRow] {
    var waiting: [(tried: Int64, place: Int)] = []
    for place in tickers.indices where tickers[place].count > tickers[place].told && isDue(place, at: now) {
      waiting.append((tickers[place].triedAt, place))
    }
    waiting.sort { $0.tried < $1.tried }
    return waiting.prefix(limit).map { _, place in
      tickers[place].triedAt = now
      return tickers[place].row
    }
  }

  /// Prices that the other side has acknowledged.
  mutating func confirm(_ rows: [PriceRow]) {
    for row in rows { if let place = places[row.symbol] { tickers[place].told = max(tickers[place].told, row.count) } }
  }

  /// Whether any price has not been told on.
  var hasUntold: Bool { tickers.contains { $0.count > $0.told } }

  /// Makes what was not told on due at once: nothing more comes.
  mutating func hurry() { for place in tickers.indices { tickers[place].triedAt = .min } }

  /// The tickers that changed since they were last kept, with what was seen of them meanwhile.
  mutating func changes() -> [(price: PriceRow, hour: HourRow?)] {
    var changes: [(price: PriceRow, hour: HourRow?)] = []
    for place in tickers.indices where tickers[place].count > tickers[place].keptCount {
      changes.append((tickers[place].row, tickers[place].endHour()))
      tickers[place].keptCount = tickers[place].count
    }
    return changes
  }

  /// These could not be kept: they are changes still.
  mutating func unkeep(_ rows: [PriceRow]) {
    for row in rows { if let place = places[row.symbol] { tickers[place].keptCount = min(tickers[place].keptCount, row.count - 1) } }
  }

  /// A try that lies ahead was before the clock was set back.
  private func isDue(_ place: Int, at now: Int64) -> Bool {
    let tried = tickers[place].triedAt
    return tried == .min || tried > now || now - tried >= Self.tellEvery
  }
}

extension PriceTable.Ticker {
  fileprivate var row: PriceRow {
    PriceRow(symbol: symbol, price: price, volume: volume, time: time, receivedAt: receivedAt, count: count)
  }

  fileprivate mutating func take(
    _ message: PriceMessage, _ price: FeedNumber, _ receivedAt: Int64, _ meaning: VolumeMeaning, gaps: Int
  ) -> HourRow? {
    (self.price, volume, time) = (price, message.volume, message.time)
    self.receivedAt = receivedAt
    count += 1
    let start = receivedAt - receivedAt % 3_600_000
    let ended = hour?.hour == start ? nil : endHour()
    if hour == nil { hour = HourRow(symbol: symbol, hour: start, price: price) }
    hour!.add(price, counter.traded(message, meaning, hour: start, gaps: gaps))
    return ended
  }

  fileprivate mutating func endHour() -> HourRow? {
    defer { hour = nil }
    return hour
  }
}

/// The last price of a ticker before something happened.
public struct SeenPrice: Sendable, Hashable {
  public var price: String
  /// When it was received, in milliseconds since 1970.
  public var at: Int64

  public init(price: String, at: Int64) { (self.price, self.at) = (price, at) }
}

/// A price on its way to the store and to the sink.
public struct PriceRow: Sendable, Equatable {
  public var symbol: String
  public var price: FeedNumber
  public var volume: FeedNumber?
  public var time: FeedTime?
  /// In milliseconds since 1970.
  public var receivedAt: Int64
  /// The how manieth of its ticker.
  public var count: Int64
}
