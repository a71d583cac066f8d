public import MarketData
public import Scheduling

/// Serves candles from memory: for tests of whatever asks a ``CandleProvider``.
public struct InMemoryCandleProvider: CandleProvider {
  /// What one symbol and interval has.
  public struct Listing: Hashable, Sendable {
    public let symbol: Symbol
    public let interval: Interval

    public init(_ symbol: Symbol, _ interval: Interval) {
      (self.symbol, self.interval) = (symbol, interval)
    }
  }

  public let name: String
  private let listings: [Listing: [Candle]]
  private let pageSize: Int

  /// - Parameters:
  ///   - listings: candles in any order, open times distinct.
  ///   - pageSize: above zero.
  public init(name: String = "memory", listings: [Listing: [Candle]], pageSize: Int = 1000) {
    precondition(pageSize > 0, "a page holds at least one candle")
    (self.name, self.pageSize) = (name, pageSize)
    self.listings = listings.mapValues { $0.sorted { $0.openTime < $1.openTime } }
  }

  public var intervals: Set<Interval> { Set(listings.keys.map(\.interval)) }

  public func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    guard intervals.contains(interval) else { throw unservedInterval(symbol, interval) }
    guard let all = listings[Listing(symbol, interval)] else {
      throw ProviderFailure(
        Refusal(.unknownSymbol, "no such symbol"), provider: name, subject: "\(symbol) \(interval)")
    }
    let wanted = all.filter { $0.openTime >= from && $0.closeTime < logicalDate }
    for start in stride(from: 0, to: wanted.count, by: pageSize) {
      try await page(self.page(of: wanted[start..<min(start + pageSize, wanted.count)]))
    }
  }

  private func page(of candles: ArraySlice<Candle>) -> CandlePage {
    var page = CandlePage()
    page.candles = Array(candles)
    page.firstOpenTime = candles.first?.openTime
    page.lastOpenTime = candles.last?.openTime
    page.responseHash = ContentHash.sha256(of: Array(candles.map { "\($0)" }.joined().utf8))
    return page
  }
}
