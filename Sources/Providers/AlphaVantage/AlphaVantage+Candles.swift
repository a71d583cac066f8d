public import MarketData
public import Scheduling

extension AlphaVantage: CandleProvider {
  public var name: String { client.settings.name }
  public var intervals: Set<Interval> { [.day1] }

  /// Delivers all days from `from` in one page: an answer is not paged.
  public func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    guard interval == .day1 else { throw unservedInterval(symbol, interval) }
    guard from < logicalDate else { return }
    let question = DailyQuestion(symbol: symbol, from: from, logicalDate: logicalDate, latest: latest)
    let answered = try await answer(to: question)
    let delivered = self.page(of: answered, question)
    guard delivered.lastOpenTime != nil || !delivered.problems.isEmpty else { return }
    try await page(delivered)
  }

  /// The part of an answer that was asked for and had closed.
  private func page(of answered: Answered<DailyDocument>, _ question: DailyQuestion) -> CandlePage {
    var page = CandlePage()
    page.responseHash = answered.responseHash
    page.notes = answered.value.notice.lines
    page.problems = answered.value.problems.filter { wants($0.openTime, question) }
    let rows = answered.value.rows ?? []
    page.firstOpenTime = rows.first?.date.midnight
    page.lastOpenTime = rows.last?.date.midnight
    for (index, row) in rows.enumerated() where wants(row.date.midnight, question) { add(row, index, to: &page) }
    if page.adjustedCloses.allSatisfy({ $0 == nil }) { page.adjustedCloses = [] }
    return page
  }

  /// It is not older than what was asked for, and had closed. A row that does not say its day is wanted: it must be reported.
  private func wants(_ openTime: Instant?, _ question: DailyQuestion) -> Bool {
    guard let openTime else { return true }
    return openTime >= question.from && closeOfSession(openTime.utcDay) <= question.logicalDate
  }

  private func add(_ row: DailyRow, _ index: Int, to page: inout CandlePage) {
    do {
      page.candles.append(try row.candle(closeTime: closeOfSession(row.date)))
      page.adjustedCloses.append(row.adjustedClose)
      if let event = row.event { page.events.append(event) }
    } catch {
      // Only a calendar that closes a day before it begins leads here: the row itself was checked when it was read.
      page.problems.append(RowProblem(index: index, openTime: row.date.midnight, reason: .candle(error), text: "\(row.date)"))
    }
  }
}

/// What is asked for one symbol.
struct DailyQuestion {
  var symbol: Symbol
  var from: Instant
  var logicalDate: Instant
  var latest: Instant?

  /// A compact answer holds the latest 100 days of trading, some 145 of the calendar.
  static let compactDays = 140
  static let compactRows = 100

  var needsHistory: Bool { from < logicalDate - .days(DailyQuestion.compactDays) }

  /// A full page of rows that begins well after what was asked for: more lies before it.
  func isCutShort(_ document: DailyDocument) -> Bool {
    guard let rows = document.rows, rows.count >= DailyQuestion.compactRows, let first = rows.first else { return false }
    return first.date.midnight > from + .days(7)
  }
}
