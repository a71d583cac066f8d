import MarketData
import Scheduling

/// What a page of klines may hold.
struct KlineSpan {
  var interval: Interval
  /// The `startTime` of the request.
  var first: Instant
  /// No bar opens here or later.
  var end: Instant
  var logicalDate: Instant

  /// Its interval has passed, or the market says that it ended earlier. A close time one millisecond too long, as some old bars
  /// have it, does not keep a bar open.
  func hasClosed(_ candle: Candle) -> Bool {
    min(candle.closeTime + .milliseconds(1), interval.next(after: candle.openTime)) <= logicalDate
  }
}

/// One page of klines, judged.
struct KlinePage {
  /// Those that had closed.
  var candles: [Candle] = []
  var problems: [RowProblem] = []
  var firstOpenTime: Instant?
  var lastOpenTime: Instant?
  /// The last row had not closed: everything behind it has not either.
  var endsOpen = false

  /// - Throws: ``Refusal`` when the body is a refusal, no JSON, or not the rows that were asked for.
  static func read(_ answer: ProviderAnswer, _ span: KlineSpan) throws(Refusal) -> Reading<KlinePage> {
    if let refusal = BinanceRules.refusal(answer) { throw refusal }
    let rows: (candles: [Candle], problems: [RowProblem])
    do {
      rows = try KlineScanner.scan(answer.body, rowsMax: Binance.klinesPerRequest)
    } catch {
      throw Refusal(error, in: answer.body)
    }
    let page = try KlinePage(rows.candles, rows.problems, span)
    if let serverTime = answer.serverTime { try page.refuseOpen(span, serverTime) }
    return Reading(value: page, isEmpty: rows.candles.isEmpty && rows.problems.isEmpty)
  }

  /// Judges rows by the rules that hold wherever they come from.
  /// - Throws: ``Refusal`` when they are not the rows that were asked for.
  init(_ candles: [Candle], _ problems: [RowProblem], _ span: KlineSpan) throws(Refusal) {
    self.problems = problems
    try checkOrder(candles, problems, span)
    keepClosed(candles, span)
  }

  func candlePage(hash: String) -> CandlePage {
    var page = CandlePage()
    (page.candles, page.problems, page.responseHash) = (candles, problems, hash)
    (page.firstOpenTime, page.lastOpenTime) = (firstOpenTime, lastOpenTime)
    return page
  }

  /// Rows ascend and lie inside the span that was asked for; else they are not the answer to this request.
  private mutating func checkOrder(_ candles: [Candle], _ problems: [RowProblem], _ span: KlineSpan) throws(Refusal) {
    var times = candles.map(\.openTime)
    if !problems.isEmpty { times = KlinePage.openTimes(candles, problems) }
    for time in times {
      guard time >= span.first, time < span.end else {
        throw Refusal(.unexpectedShape, "a row opens at \(time), outside the range that was asked for")
      }
      if let lastOpenTime, time <= lastOpenTime {
        throw Refusal(.unexpectedShape, "a row opens at \(time), not after the one before (\(lastOpenTime))")
      }
      firstOpenTime = firstOpenTime ?? time
      lastOpenTime = time
    }
    if lastOpenTime == nil, !problems.isEmpty {
      throw Refusal(.unexpectedShape, "no row has an open time that can be read (\(problems[0].reason))")
    }
  }

  /// The exchange decides whether a bar has closed. Where this computer's clock is ahead, the logical date may lie in the exchange's
  /// future, and its last bar is still open there.
  private func refuseOpen(_ span: KlineSpan, _ serverTime: ServerTime) throws(Refusal) {
    guard let last = candles.last else { return }
    let closes = min(last.closeTime + .milliseconds(1), span.interval.next(after: last.openTime))
    guard closes > serverTime.latest else { return }
    let wait = closes - serverTime.earliest
    var refusal = Refusal(
      .unexpectedShape,
      "its clock says \(serverTime.earliest.iso8601), so the bar of \(last.openTime.iso8601) is still open there, though the logical date "
        + "is \(span.logicalDate.iso8601)", isTransient: wait <= KlinePage.clockWaitMax)
    refusal.advice =
      wait <= KlinePage.clockWaitMax
      ? "it is asked again when the bar has closed there" : "set this computer's clock (`timedatectl`), or give an earlier --date"
    refusal.retryAfter = wait
    throw refusal
  }

  /// A clock that is wrong by more than this is not waited for.
  private static let clockWaitMax = Duration.minutes(5)

  private mutating func keepClosed(_ rows: [Candle], _ span: KlineSpan) {
    candles = rows.filter(span.hasClosed)
    problems.removeAll { $0.openTime.map { span.interval.next(after: $0) > span.logicalDate } ?? false }
    guard let last = rows.last, last.openTime == lastOpenTime else { return }
    endsOpen = !span.hasClosed(last)
  }

  /// The open times of all rows in the order of the body.
  private static func openTimes(_ candles: [Candle], _ problems: [RowProblem]) -> [Instant] {
    var (times, remaining): ([Instant], ArraySlice<Candle>) = ([], candles[...])
    var index = 0
    for problem in problems {
      let before = remaining.prefix(problem.index - index)
      times += before.map(\.openTime)
      remaining = remaining.dropFirst(before.count)
      if let time = problem.openTime { times.append(time) }
      index = problem.index + 1
    }
    return times + remaining.map(\.openTime)
  }
}
