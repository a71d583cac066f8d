public import MarketData
public import Scheduling

extension AlphaVantage: CandleProvider {
  public var name: String { market.source(of: client.settings.name) }

  public var intervals: Set<Interval> {
    market == .shares ? [.minute1, .minute5, .minute15, .minute30, .hour1, .day1, .week1, .month1] : [.day1]
  }

  /// Delivers all bars from `from` in one page; bars within a day in one page for each month, one request each.
  public func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    guard intervals.contains(interval) else { throw unservedInterval(symbol, interval) }
    guard from < logicalDate else { return }
    let questions = questions(SeriesQuestion(symbol: symbol, interval: interval, from: from, logicalDate: logicalDate, latest: latest))
    var unknown: ProviderFailure?
    var isKnown = false
    for question in questions {
      do {
        let answered = try await answer(to: question)
        isKnown = true
        let delivered = self.page(of: answered, question)
        if delivered.lastOpenTime != nil || !delivered.problems.isEmpty { try await page(delivered) }
      } catch let failure as ProviderFailure where failure.answer == .unknownSymbol && questions.count > 1 {
        // A month before the company was listed is refused like a symbol that does not exist.
        unknown = failure
      }
    }
    if let unknown, !isKnown { throw unknown }
  }

  /// One question, or one for each month that has a session.
  private func questions(_ question: SeriesQuestion) -> [SeriesQuestion] {
    guard question.interval.minutes != nil else { return [question] }
    return AlphaVantage.months(of: calendar, from: question.from, until: question.logicalDate).map { month in
      var part = question
      part.month = month
      return part
    }
  }

  /// The months, as `2026-01`, whose bars within a day lie in a span and belong to sessions that had closed: one request each.
  public static func months(of calendar: SessionCalendar, from: Instant, until logicalDate: Instant) -> [String] {
    guard let last = calendar.lastClosed(at: logicalDate)?.date else { return [] }
    let start = max(calendar.day(of: from), firstMonth)
    guard start <= last else { return [] }
    var (year, month, result) = (start.year, start.month, [String]())
    while (year, month) <= (last.year, last.month) {
      result.append(String(CivilDate(year: year, month: month, day: 1)!.description.prefix(7)))
      (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
    }
    return result
  }

  /// Before it there are no bars within a day.
  private static let firstMonth = CivilDate(year: 2000, month: 1, day: 1)!

  /// The part of an answer that was asked for and had closed.
  private func page(of answered: Answered<SeriesDocument>, _ question: SeriesQuestion) -> CandlePage {
    let rows = answered.value.rows ?? []
    let times = question.times(of: answered.value, calendar: calendar, market: market)
    var page = CandlePage()
    page.responseHash = answered.responseHash
    page.notes = answered.value.notice.lines
    page.problems = answered.value.problems.filter { problem in
      // A row that does not say its day is wanted: it must be reported.
      guard let day = problem.openTime else { return true }
      return day + max(.days(1), question.interval.length ?? .days(31)) > question.from && day < question.logicalDate
    }
    page.firstOpenTime = rows.first.map(times.openTime)
    page.lastOpenTime = rows.last.map(times.openTime)
    for (index, row) in rows.enumerated() {
      guard times.openTime(of: row) >= question.from,
        times.isClosed(row, isLast: index == rows.count - 1, at: question.logicalDate)
      else { continue }
      add(row, index, times, to: &page)
    }
    if page.adjustedCloses.allSatisfy({ $0 == nil }) { page.adjustedCloses = [] }
    return page
  }

  private func add(_ row: SeriesRow, _ index: Int, _ times: BarTimes, to page: inout CandlePage) {
    let openTime = times.openTime(of: row)
    do {
      page.candles.append(try row.candle(openTime: openTime, closeTime: times.closeTime(of: row)))
      page.adjustedCloses.append(row.adjustedClose)
      // What a week or month adds up has no ex-date.
      if times.interval == .day1, let event = row.event { page.events.append(event) }
    } catch {
      // Only a calendar that closes a day before it begins leads here: the row itself was checked when it was read.
      page.problems.append(RowProblem(index: index, openTime: openTime, reason: .candle(error), text: "\(row.date)"))
    }
  }
}

/// What is asked for one symbol.
struct SeriesQuestion {
  var symbol: Symbol
  var interval: Interval
  var from: Instant
  var logicalDate: Instant
  var latest: Instant?
  /// Of bars within a day: `2026-01`.
  var month: String?

  /// A compact answer holds the latest 100 days of trading, some 145 of the calendar.
  static let compactDays = 140
  static let compactRows = 100

  var needsHistory: Bool { from < logicalDate - .days(SeriesQuestion.compactDays) }

  /// A full page of rows that begins well after what was asked for: more lies before it.
  func isCutShort(_ document: SeriesDocument) -> Bool {
    guard let rows = document.rows, rows.count >= SeriesQuestion.compactRows, let first = rows.first else { return false }
    return first.date.midnight > from + .days(7)
  }

  func times(of document: SeriesDocument, calendar: SessionCalendar, market: AlphaVantage.Market) -> BarTimes {
    var times = BarTimes(market: market, interval: interval, calendar: calendar)
    if interval.minutes != nil { times.label = BarLabel(of: document.rows ?? [], refreshed: document.metadata["Last Refreshed"]) }
    return times
  }
}
