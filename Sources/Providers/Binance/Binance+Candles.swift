public import MarketData
public import Scheduling

extension Binance: CandleProvider {
  public var name: String { client.settings.name }
  public var intervals: Set<Interval> { Set(Interval.allCases) }

  /// Pages through klines from `from` to the last bar that can have closed at the logical date.
  ///
  /// The requests, and so the bodies, depend only on the arguments and on earlier answers. A short page is not taken for the
  /// end: outages leave holes. Bars that stand off the grid, and close times cut short by an outage, come through as they are.
  public func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    try await candles(symbol, interval, in: from..<max(from, logicalDate), until: logicalDate, latest: latest, each: page)
  }

  /// As above, up to the last bar that opens in the range.
  public func candles(
    _ symbol: Symbol, _ interval: Interval, in range: Range<Instant>, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    var walk = KlineWalk(symbol: symbol, interval: interval, from: range.lowerBound, end: range.upperBound, logicalDate: logicalDate)
    while let request = walk.nextRequest {
      guard walk.pagesLeft > 0 else { throw endless(request) }
      let span = walk.span
      let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
        try KlinePage.read(answer, span)
      }
      walk.advance(behind: answered.value)
      guard answered.value.lastOpenTime != nil || !answered.value.problems.isEmpty else { return }
      try await page(answered.value.candlePage(hash: answered.responseHash))
    }
  }
}

extension Binance {
  /// The candles of a body that was kept: a page of klines, or a file of the archive.
  /// - Returns: nil when it is neither.
  public static func candles(inStored body: [UInt8]) -> [Candle]? {
    if body.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "K")]) { return ArchivedKlines.candles(inZip: body) }
    // `try?`: why does not matter here, what cannot be read any more is asked for again.
    return try? KlineScanner.scan(body).candles
  }

  private func endless(_ request: ProviderRequest) -> ProviderFailure {
    let refusal = Refusal(.unexpectedShape, "stopped paging, there are many more pages than bars can fill", isTransient: false)
    return ProviderFailure(refusal, provider: name, subject: request.subject)
  }
}

/// Where the paging of one series stands: a value, so that every decision about the next request can be tested.
struct KlineWalk {
  let symbol: Symbol
  let interval: Interval
  let logicalDate: Instant
  /// No bar that opens here or later is asked for; at most the logical date.
  private let end: Instant
  private var start: Instant
  /// Zero means that the provider goes on where no more bars can be.
  private(set) var pagesLeft: Int
  private var isDone = false

  /// Pages that holes and off-grid bars may cost beyond the estimate; an endless answer ends here.
  private static let pagesBeyondEstimateMax = 100

  init(symbol: Symbol, interval: Interval, from: Instant, end: Instant, logicalDate: Instant) {
    (self.symbol, self.interval, self.logicalDate) = (symbol, interval, logicalDate)
    (start, self.end) = (from, min(end, logicalDate))
    pagesLeft = Binance.klineRequests(from: from, until: self.end, interval: interval) + KlineWalk.pagesBeyondEstimateMax
  }

  /// What the next page may hold.
  var span: KlineSpan { KlineSpan(interval: interval, first: start, end: end, logicalDate: logicalDate) }

  /// nil when no further bar can have opened in the range and closed at the logical date.
  var nextRequest: ProviderRequest? {
    guard !isDone, start < end, interval.next(after: start) <= logicalDate else { return nil }
    return ProviderRequest(
      path: "/api/v3/klines",
      query: [
        ("symbol", symbol.name), ("interval", interval.rawValue), ("startTime", String(start.milliseconds)),
        ("endTime", String(end.milliseconds - 1)), ("limit", String(Binance.klinesPerRequest)),
      ],
      weight: Binance.Weight.klines, subject: "\(symbol) \(interval)")
  }

  mutating func advance(behind page: KlinePage) {
    pagesLeft -= 1
    guard let last = page.lastOpenTime, !page.endsOpen else {
      isDone = true
      return
    }
    // Off the grid, the next bar may open any time: on 2018-02-11 one opens a second before the last one's close time.
    start = last + .milliseconds(1)
  }
}
