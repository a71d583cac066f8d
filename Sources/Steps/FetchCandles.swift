public import JobGraph
public import MarketData
import Mirroring
public import Providers
public import Running
public import Scheduling
public import Storage

/// `binance.candles`, `alphavantage.candles`, `alphavantage.fx`, `alphavantage.crypto`: brings a series up to the logical date.
///
/// Only what the watermark says is missing is asked for, and the last bars once more, since sources restate them. All pages land in
/// the raw store; then rows, watermark, provenance, the mirror's change and the completion are one transaction. Memory does not grow
/// with the length of history: beyond a bound, pages are read again from the raw store while they are written.
public struct FetchCandles: StepOperation {
  private let provider: any CandleProvider
  private let calendar: SessionCalendar
  private let warehouse: Warehouse
  /// Reads a stored body again; nil for a provider whose answers are never long.
  private let reread: (@Sendable (_ hash: String) -> [Candle]?)?

  /// Candles that a task holds before it reads pages again instead.
  private static let heldMax = 20_000

  public init(
    from provider: any CandleProvider, calendar: SessionCalendar, into warehouse: Warehouse,
    reread: (@Sendable (_ hash: String) -> [Candle]?)? = nil
  ) {
    (self.provider, self.calendar, self.warehouse, self.reread) = (provider, calendar, warehouse, reread)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (symbol, interval) = (try context.symbol(), try context.interval())
    let said = context.parameters.optionalText("history")
    guard let history = History(said, of: interval) else {
      throw TaskFailure(.permanent, "`history` is `\(said ?? "")`; write a duration such as 2y, or all")
    }
    let key = SeriesKey(source: provider.name, symbol: symbol, interval: interval)
    let watermark = try await warehouse.read { try $0.watermark(of: key) }
    let wanted = history.start(before: context.logicalDate)
    let ranges = MissingRanges.of(
      interval, calendar: calendar, wanted: wanted, watermark: watermark, logicalDate: context.logicalDate,
      answersInOnePiece: reread == nil && interval >= .day1)
    let holes = try await dueHoles(of: key, context)
    var fetched: [Fetched] = []
    for (range, isReask) in ranges.map({ ($0, false) }) + holes.map({ ($0, true) }) {
      fetched.append(try await context.counting(in: warehouse) { try await fetch(range, isReask: isReask, key, context) })
    }
    let known = try await warehouse.read { reader in
      try watermark.map { try reader.series(key, closedBy: $0.completeUntil, last: MissingRanges.recheckedBars) }
    }
    if let known { try refuseForeign(fetched, known, key) }
    return try await store(fetched, of: key, known: watermark, context)
  }

  /// Holes that are asked for again; a market with sessions has none, for nobody knows its quiet hours.
  private func dueHoles(of key: SeriesKey, _ context: StepContext) async throws -> [Range<Instant>] {
    guard calendar.isAlwaysOpen else { return [] }
    let logicalDate = context.logicalDate
    return try await warehouse.read { MissingRanges.holes(try $0.dueHoles(of: key, at: logicalDate), key.interval) }
  }

  /// An answer need not say which symbol it is about; but a series does not change all its last prices by half overnight.
  private func refuseForeign(_ fetched: [Fetched], _ known: CandleSeries, _ key: SeriesKey) throws {
    let stored = Dictionary(uniqueKeysWithValues: zip(known.openTimes, known.close))
    let again = fetched.flatMap(\.pages).flatMap { $0.candles ?? [] }.compactMap { candle in
      stored[candle.openTime].map { (stored: $0, stated: candle.close) }
    }
    guard again.count > 1, again.allSatisfy({ max($0.stored, $0.stated) > 1.5 * min($0.stored, $0.stated) }) else { return }
    throw TaskFailure(
      .data,
      "\(key): the answer says another price for each of the \(again.count) bars that are stored already (\(again[0].stated) instead of "
        + "\(again[0].stored)), as if it were about another symbol; nothing of it was stored; the body is kept in the archive")
  }

  private func fetch(_ range: Range<Instant>, isReask: Bool, _ key: SeriesKey, _ context: StepContext) async throws -> Fetched {
    let held = Held(key, bound: reread == nil ? .max : FetchCandles.heldMax)
    try await provider.candles(
      key.symbol, key.interval, in: range, until: context.logicalDate, latest: context.latest
    ) { page in
      held.add(page, before: range.upperBound)
    }
    return Fetched(range: range, pages: held.pages, begins: held.begins, isReask: isReask)
  }

  private func store(
    _ fetched: [Fetched], of key: SeriesKey, known watermark: Watermark?, _ context: StepContext
  ) async throws -> TaskOutcome {
    let (reread, logicalDate, hasHoles) = (reread, context.logicalDate, calendar.isAlwaysOpen)
    return try await context.commit(in: warehouse) { transaction in
      var (changes, problems, warnings) = (CandleChanges(), 0, [String]())
      for part in fetched {
        for page in part.pages {
          guard let candles = page.candles ?? reread?(page.hash) else {
            throw TaskFailure(.transient, "\(key): a response that had landed cannot be read again; it is asked for once more")
          }
          let wanted = candles.filter { part.range.contains($0.openTime) && $0.openTime <= page.last }
          changes += try transaction.upsert(wanted, of: key, seenAt: logicalDate)
          try page.record(of: key, logicalDate, transaction)
          problems += page.problems.count
          warnings += page.notes
          if let drift = page.drift {
            try transaction.record(StoredVerdict(drift, of: key), logicalDate: logicalDate)
            if !drift.isTolerable || !drift.absurd.isEmpty { warnings.append("\(key): \(drift.sentence)") }
          }
        }
        if !part.isReask {
          try transaction.extendWatermark(
            of: key, from: part.completeFrom, until: part.completeUntil(of: key.interval, known: watermark), askedAt: logicalDate)
        }
        if hasHoles { try transaction.reviewHoles(of: key, in: part.range, wasReasked: part.isReask, at: logicalDate) }
      }
      if problems > 0 { warnings.append("\(problems) rows are no candles and went to quarantine") }
      if changes.new + changes.restated > 0 {
        try transaction.enqueueQuote(of: key, at: logicalDate)
        try transaction.enqueueChart(of: key, at: logicalDate)
      }
      let reasked = fetched.count(where: \.isReask)
      return TaskOutcome(
        note: fetched.isEmpty ? "up to date" : changes.note,
        counts: [
          .init("rows", changes.new + changes.restated + changes.unchanged), .init("new", changes.new),
          .init("restated", changes.restated), .init("quarantined", problems),
        ] + (reasked > 0 ? [.init("holes_asked_again", reasked)] : []), warnings: warnings)
    }
  }
}

/// What was fetched of one range.
private struct Fetched: Sendable {
  let range: Range<Instant>
  let pages: [HeldPage]
  /// The first open time that any page had.
  let begins: Instant?
  /// It was asked for because of its holes: what is known to be whole does not change.
  let isReask: Bool

  /// Behind the last bar that was delivered: what comes after it may only be late.
  func completeUntil(of interval: Interval, known watermark: Watermark?) -> Instant {
    // A range that ends where known bars begin is whole, however it ends.
    if let watermark, range.upperBound == watermark.completeFrom { return range.upperBound }
    guard let last = pages.last(where: { $0.rows > 0 })?.last else { return range.lowerBound }
    return min(range.upperBound, interval.next(after: last))
  }

  /// A short answer that begins later than asked is not known to be the beginning of history: a free key gets the last 100 rows.
  var completeFrom: Instant {
    let rows = pages.reduce(0) { $0 + $1.rows }
    guard let begins, pages.count == 1, rows <= 100, begins > range.lowerBound + .days(7) else { return range.lowerBound }
    return begins
  }
}

/// A page on its way to the warehouse.
private struct HeldPage: Sendable {
  let hash: String
  let rows: Int
  let first: Instant
  /// The last candle that had closed.
  let last: Instant
  /// nil: too many to hold; they are read again.
  var candles: [Candle]?
  let problems: [RowProblem]
  let events: [CorporateEvent]
  let notes: [String]
  /// How far the provider's adjusted closes are from ours; nil where it tells none.
  let drift: AdjustmentDrift?

  func record(of key: SeriesKey, _ logicalDate: Instant, _ transaction: WarehouseTransaction) throws {
    if rows > 0 { try transaction.recordPage(of: key, first: first, last: last, responseHash: hash, logicalDate: logicalDate) }
    let actions = try events.flatMap { try $0.actions }
    try transaction.upsert(actions, symbol: key.symbol, source: key.source)
    for problem in problems {
      try transaction.quarantine(
        rowAt: problem.index, of: key, text: problem.text, reason: problem.reason.description, responseHash: hash,
        logicalDate: logicalDate)
    }
  }
}

/// Collects pages, and lets go of their candles beyond a bound.
private final class Held {
  private let key: SeriesKey
  private let bound: Int
  private var count = 0
  private(set) var pages: [HeldPage] = []
  private(set) var begins: Instant?

  init(_ key: SeriesKey, bound: Int) { (self.key, self.bound) = (key, bound) }

  func add(_ page: CandlePage, before end: Instant) {
    count += page.candles.count
    begins = begins ?? page.firstOpenTime
    let first = page.candles.first?.openTime ?? page.firstOpenTime ?? end
    pages.append(
      HeldPage(
        hash: page.responseHash, rows: page.candles.count, first: first, last: page.candles.last?.openTime ?? first,
        candles: count > bound && !page.candles.isEmpty ? nil : page.candles, problems: page.problems, events: page.events,
        notes: page.notes,
        drift: key.interval == .day1 ? AdjustmentDrift(page, of: key) : nil))
  }
}

extension AdjustmentDrift {
  /// - Returns: nil when the page tells no adjusted closes.
  fileprivate init?(_ page: CandlePage, of key: SeriesKey) {
    guard !page.adjustedCloses.isEmpty else { return nil }
    var series = CandleSeries(symbol: key.symbol, interval: key.interval)
    for bar in page.candles {
      series.append(openTime: bar.openTime, open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume)
    }
    // `try?`: the reader has refused what is no dividend and no split.
    let actions = page.events.compactMap { try? $0.actions }.flatMap(\.self)
    self.init(of: series, for: actions, against: page.adjustedCloses)
  }
}

extension StoredVerdict {
  fileprivate init(_ drift: AdjustmentDrift, of key: SeriesKey) {
    let passed = drift.isTolerable
    self.init(
      key: key, rule: StoredVerdict.adjustment, severity: passed ? "info" : "warning", passed: passed, observed: drift.worst,
      sentence: "\(key.symbol) \(key.interval): \(drift.sentence)")
  }
}

extension CorporateEvent {
  fileprivate var actions: [CorporateAction] {
    get throws {
      try [dividend.map { CorporateAction.Kind.dividend($0) }, split.map { .split($0) }].compactMap(\.self)
        .map { try CorporateAction(date: date, kind: $0) }
    }
  }
}

extension CandleChanges {
  fileprivate var note: String {
    restated == 0 ? "\(new) new" : "\(new) new, \(restated) restated"
  }
}
