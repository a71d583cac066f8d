import Scheduling

/// Where the stand-in for Binance takes its facts from. Bodies are in Binance's own form.
protocol CryptoMarket: Sendable {
  /// The request weight per minute that its exchangeInfo states.
  var requestWeightPerMinute: Int { get }

  /// - Returns: the rows of a klines answer.
  func klines(_ query: KlineQuery, now: Instant) async throws(BinanceError) -> [UInt8]

  /// - Parameter names: nil for all.
  func exchangeInfo(_ names: [String]?, status: String?, limits: BinanceLimits.Allowance, now: Instant) async throws(BinanceError)
    -> [UInt8]

  /// What was traded in the last day.
  func summary(of symbol: String, now: Instant) async throws(BinanceError) -> DaySummary

  /// The symbols that a list of all of them holds.
  func listedSymbols() async throws(BinanceError) -> [String]

  /// Another symbol that it knows.
  func symbol(otherThan symbol: String) -> String
}

/// A day's trading in one pair.
struct DaySummary: Sendable, Equatable {
  var openTime, closeTime: Instant
  var open, high, low, close, previousClose: Double
  var volume, quoteVolume: Double
  var trades: Int64
  var tick: Double

  /// A pair in which nothing was traded.
  static func empty(openTime: Instant, closeTime: Instant) -> DaySummary {
    DaySummary(
      openTime: openTime, closeTime: closeTime, open: 0, high: 0, low: 0, close: 0, previousClose: 0, volume: 0, quoteVolume: 0,
      trades: 0, tick: 0)
  }
}
