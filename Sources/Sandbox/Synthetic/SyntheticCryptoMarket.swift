import MarketData
import Scheduling

/// Binance's facts, made from a seed.
actor SyntheticCryptoMarket: CryptoMarket {
  nonisolated let requestWeightPerMinute = 6000
  private let seed: UInt64
  private let listings: [CryptoListing]
  private let byName: [String: CryptoListing]
  private var paths: [String: (path: CryptoPath, used: Int)] = [:]
  private var uses = 0

  /// How many symbols' daily bars are kept; the others are made again when asked for, in a millisecond or two.
  private static let keptPaths = 48

  init(seed: UInt64, listedGeneratedSymbols: Int) {
    self.seed = seed
    let generated = (0..<min(max(0, listedGeneratedSymbols), CryptoListing.generatedCount)).compactMap {
      CryptoListing.generated(CryptoListing.generatedName($0))
    }
    listings = CryptoListing.known + generated
    byName = Dictionary(uniqueKeysWithValues: listings.map { ($0.symbol, $0) })
  }

  nonisolated func klines(_ query: KlineQuery, now: Instant) async throws(BinanceError) -> [UInt8] {
    let path = try await path(of: query.symbol, now: now)
    return KlineWriter.body(SyntheticCryptoMarket.bars(of: path, query, now: now), path.listing.units)
  }

  /// The bars that a query asks for, oldest first.
  static func bars(of path: CryptoPath, _ query: KlineQuery, now: Instant) -> [Bar] {
    let now = now.milliseconds
    guard let start = query.start else {
      return CryptoBars.latest(of: path, interval: query.interval, through: query.end ?? now, now: now, limit: query.limit)
    }
    let end = min(query.end ?? now, now)
    guard start <= end else { return [] }
    var bars = CryptoBars(path: path, interval: query.interval, range: start...end, now: now, limit: query.limit)
    return bars.oldest()
  }

  nonisolated func summary(of symbol: String, now: Instant) async throws(BinanceError) -> DaySummary {
    let path = try await path(of: symbol, now: now)
    let start = now.floored(to: .minutes(1)) - .hours(24)
    var bars = CryptoBars(
      path: path, interval: .hour1, range: (start - .hours(24)).milliseconds...now.milliseconds, now: now.milliseconds, limit: 60)
    let hours = bars.oldest()
    let today = hours.filter { $0.openTime > start.milliseconds }
    guard var whole = today.first else { return .empty(openTime: start, closeTime: now) }
    for hour in today.dropFirst() { whole.absorb(hour) }
    let units = path.listing.units
    let before = hours.last { $0.openTime <= start.milliseconds }?.close ?? whole.open
    func price(_ ticks: Int64) -> Double { Double(ticks) * units.tick }
    return DaySummary(
      openTime: start, closeTime: now, open: price(whole.open), high: price(whole.high), low: price(whole.low), close: price(whole.close),
      previousClose: price(before), volume: Double(whole.volume) * units.lot, quoteVolume: Double(whole.quoteVolume) / 1e6,
      trades: whole.trades, tick: units.tick)
  }

  nonisolated func symbol(otherThan symbol: String) -> String { symbol == "BTCUSDT" ? "ETHUSDT" : "BTCUSDT" }

  nonisolated func listedSymbols() async throws(BinanceError) -> [String] { listings.map(\.symbol) }

  nonisolated func exchangeInfo(_ names: [String]?, status: String?, limits: BinanceLimits.Allowance, now: Instant)
    async throws(BinanceError) -> [UInt8]
  {
    var chosen = listings
    if let names {
      chosen = []
      for name in names { chosen.append(try listing(name)) }
    }
    return ExchangeInfoWriter.body(chosen.filter { status == nil || $0.status == status }, limits: limits, now: now)
  }

  private nonisolated func listing(_ symbol: String) throws(BinanceError) -> CryptoListing {
    guard let listing = byName[symbol] ?? CryptoListing.generated(symbol) else { throw .badSymbol }
    return listing
  }

  /// The path of a symbol up to the day of `now`.
  func path(of symbol: String, now: Instant) async throws(BinanceError) -> CryptoPath {
    let listing = try listing(symbol)
    uses += 1
    var path = paths.removeValue(forKey: symbol)?.path ?? CryptoPath(listing, seed: seed)
    path.extend(through: now.utcDay.daysSinceEpoch)
    if paths.count >= Self.keptPaths, let oldest = paths.min(by: { $0.value.used < $1.value.used })?.key { paths[oldest] = nil }
    paths[symbol] = (path, uses)
    return path
  }
}
