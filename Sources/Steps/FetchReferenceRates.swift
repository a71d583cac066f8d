public import JobGraph
import MarketData
public import Providers
public import Running
import Scheduling
public import Storage

/// `ecb.rates`: the reference rates up to the logical date. One request, for no more than what is missing.
public struct FetchReferenceRates: StepOperation {
  private let bank: EuropeanCentralBank
  private let warehouse: Warehouse

  public init(from bank: EuropeanCentralBank, into warehouse: Warehouse) {
    (self.bank, self.warehouse) = (bank, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (source, logicalDate) = (bank.name, context.logicalDate)
    let last = try await warehouse.read { try $0.lastReferenceDay(source: source) }
    let wanted = EuropeanCentralBank.Span(rawValue: context.parameters.optionalText("history") ?? "") ?? .quarter
    guard let span = FetchReferenceRates.span(known: last, wanted: wanted, at: logicalDate) else {
      return try await context.commit(in: warehouse) { _ in TaskOutcome(note: "up to date") }
    }
    let page = try await context.counting(in: warehouse) {
      try await bank.rates(span, logicalDate: logicalDate, latest: context.latest)
    }
    let rows = page.rates.map { ReferenceRateRow(currency: $0.currency, date: $0.date, rate: $0.rate) }
    return try await context.commit(in: warehouse) { transaction in
      let changes = try transaction.upsert(rows, source: source, responseHash: page.responseHash, seenAt: logicalDate)
      let newest = rows.last.map { " up to \($0.date)" } ?? ""
      return TaskOutcome(
        note: "\(changes.new) new\(newest)",
        counts: [.init("rows", rows.count), .init("new", changes.new), .init("restated", changes.restated)],
        warnings: page.problems.isEmpty ? [] : ["\(page.problems.count) rates could not be read; the first is `\(page.problems[0].text)`"])
    }
  }

  /// What must be asked for; nil when the rates of the last working day are there.
  ///
  /// - Parameters:
  ///   - last: the newest day that is stored.
  ///   - wanted: how much is wanted when nothing is stored.
  static func span(known last: CivilDate?, wanted: EuropeanCentralBank.Span, at logicalDate: Instant) -> EuropeanCentralBank.Span? {
    guard let last else { return wanted }
    var day = logicalDate.utcDay
    while !(1...5).contains(day.weekday) || EuropeanCentralBank.publication(on: day) > logicalDate { day = day.adding(days: -1) }
    guard last < day else { return nil }
    // The one before it is stored: the last day is all that is missing, were the days between weekends or holidays.
    var earlier = day.adding(days: -1)
    while !(1...5).contains(earlier.weekday) { earlier = earlier.adding(days: -1) }
    if last >= earlier { return .day }
    return day.daysSinceEpoch - last.daysSinceEpoch < 85 ? .quarter : .all
  }
}
