public import Analysis
import JobGraph
import MarketData
import Providers
import Reporting
public import Scheduling
public import Storage

/// What the warehouse knows for a report of a logical date: read once, in one consistent state.
struct ReportData: Sendable {
  var job: String
  var logicalDate: Instant
  var previous: PublishedReport?
  /// What was to be followed: the symbols of the plan, or all that is stored.
  var expected: [SeriesKey]
  var watermarks: [SeriesKey: Watermark]
  /// The last bars of each expected series that has any, adjusted for splits.
  var series: [SeriesKey: CandleSeries]
  var actions: [SeriesKey: [CorporateAction]]
  var signals: [StoredSignal]
  /// Signals that a new one of the same strategy has turned.
  var closedSignals: [StoredSignal] = []
  var verdicts: [StoredVerdict]
  var restated: [Restatement]
  var quarantined: [(key: SeriesKey, reason: String, text: String)]
  var steps: [StepRow]
  var plan: Plan
  var failures: [AttemptRow]
  /// What could not be told of the runs since the report before, with this one's own left out: it is told after the report is made.
  var untold: [StoredNotification] = []
  /// Of the plan's analyses.
  var analyses = ReportAnalyses()
  /// nil when the bridge heard nothing.
  var bots: BotsDay?
  var markets: MarketRules
  /// nil when no step of the plan looks at alerts.
  var alerts: ReportAlerts?

  /// Bars that are read: enough for a 200-bar average to have forgotten its seed, and for a chart of 250.
  static let bars = 1450
  /// How far back signals are listed.
  static let signalDays = 7
}

extension ReportData {
  /// - Parameters:
  ///   - run: whose plan says what was expected, and whose steps are shown.
  ///   - step: the one that writes the report; steps that it does not wait for may have ended or not, so they are not shown.
  ///   - folder: where the report will lie; one that lies there now is not its predecessor.
  ///   - intervals: those that the report is about.
  ///   - markets: their sessions.
  static func read(
    _ reader: WarehouseReader, run: RunID, step: StepID, job: String, logicalDate: Instant, folder: String, intervals: [Interval],
    markets: MarketRules, alerts: [Alert]
  ) throws -> ReportData {
    let plan = try reader.plan(of: run)
    let awaited = plan.steps(awaitedBy: step)
    let stored = try reader.seriesKeys().filter { intervals.contains($0.interval) }
    let expected = plan.expectedSeries(intervals)
    let keys = expected.isEmpty ? stored : expected
    var data = ReportData(
      job: job, logicalDate: logicalDate, previous: try reader.report(of: job, before: logicalDate, notIn: folder), expected: keys.sorted(),
      watermarks: [:], series: [:], actions: [:],
      signals: try reader.signals(validAfter: logicalDate - .days(signalDays), until: logicalDate),
      verdicts: try reader.qualityResults(at: logicalDate), restated: try reader.restatements(at: logicalDate),
      quarantined: try reader.quarantined(at: logicalDate),
      steps: try reader.steps(of: run).filter { awaited.contains($0.step) }, plan: plan,
      failures: try reader.attempts(of: run).filter { $0.state == "failed" }, markets: markets)
    // An attempt that was followed by a good one is a fact of the run, not of the night.
    let lost = Set(try reader.tasks(of: run).filter { $0.state == "failed" }.map(\.task))
    data.failures.removeAll { !lost.contains($0.task) }
    // A symbol that is not followed any more is nobody's worry.
    let followed = Set(plan.expectedSeries(Interval.allCases))
    if !followed.isEmpty {
      data.verdicts.removeAll { !followed.contains($0.key) }
      data.quarantined.removeAll { !followed.contains($0.key) }
    }
    for key in data.expected {
      data.watermarks[key] = try reader.watermark(of: key)
      let series = try reader.adjustedSeries(key, closedBy: logicalDate, last: bars)
      if !series.isEmpty { data.series[key] = series }
      data.actions[key] = try reader.corporateActions(key.symbol, source: key.source, until: logicalDate)
    }
    data.untold = try reader.untold(from: data.previous?.logicalDate ?? logicalDate - .days(7), before: logicalDate)
    data.analyses = try ReportAnalyses(reader, data)
    data.bots = try BotsDay(reader, until: logicalDate)
    if plan.steps.contains(where: { $0.uses == Operations.alerts.name }) {
      let since = data.previous?.logicalDate ?? logicalDate - .days(signalDays)
      data.alerts = try ReportAlerts(
        reader, configured: alerts, keys: data.expected, after: since, until: logicalDate, bars: WatchAlerts.barsMax)
    }
    let listed = Set(data.expected)
    data.signals.removeAll { !listed.contains($0.key) }
    data.restated.removeAll { !listed.contains($0.key) }
    for signal in data.newSignals where signal.strategy.contains("cross") {
      let before = try reader.signal(before: signal.barTime, of: signal.strategy, on: signal.key)
      if let before, before.direction != signal.direction { data.closedSignals.append(before) }
    }
    return data
  }

  /// Series that do not reach the logical date, and what they reach.
  var stale: [SeriesKey] { expected.filter { !isCurrent($0) } }

  func isCurrent(_ key: SeriesKey) -> Bool {
    // A source that was asked for everything may have had nothing recent: then its last bar is old, though the watermark is not.
    guard let watermark = watermarks[key], let last = series[key]?.openTimes.last else { return false }
    return watermark.completeUntil >= end(of: key) && key.interval.next(after: last) >= end(of: key)
  }

  /// The first open time that had not closed by the logical date.
  func end(of key: SeriesKey) -> Instant {
    MissingRanges.end(of: key.interval, calendar: markets.calendar(of: key), at: logicalDate)
  }
}

extension Plan {
  /// The steps that have ended when a step begins.
  fileprivate func steps(awaitedBy step: StepID) -> Set<StepID> {
    let needs = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0.needs) })
    var (found, open) = (Set<StepID>(), needs[step] ?? [])
    while let next = open.popLast() {
      if found.insert(next).inserted { open += needs[next] ?? [] }
    }
    return found
  }
}

/// What is known of a market by the name of its source.
public struct MarketRules: Sendable {
  /// Of the shares.
  public var exchange: SessionCalendar

  public init(exchange: SessionCalendar = .xnys) { self.exchange = exchange }

  public func calendar(of key: SeriesKey) -> SessionCalendar { MarketRules.market(of: key)?.calendar(ofShares: exchange) ?? .always }

  /// What its prices are annualised by.
  public static func assetClass(of key: SeriesKey) -> AssetClass {
    switch market(of: key) {
    case .shares: .equity
    case .currencies: .forex
    case .digitalCurrencies, nil: .crypto
    }
  }

  static func title(of source: String) -> String {
    if AlphaVantage.Market.allCases.contains(where: { $0.source(of: "alphavantage") == source }) { return "Alpha Vantage" }
    return source == "binance" ? "Binance" : source
  }

  /// nil for a series of another provider.
  private static func market(of key: SeriesKey) -> AlphaVantage.Market? {
    AlphaVantage.Market.allCases.first { $0.source(of: "alphavantage") == key.source }
  }
}

extension Plan {
  /// The series that the plan's tasks fetch.
  func expectedSeries(_ intervals: [Interval]) -> [SeriesKey] {
    let keys = steps.filter { Operations.bringsCandles($0.uses) }
      .flatMap { step in step.tasks.compactMap { SeriesKey(fetchedBy: $0, of: step.uses, with: step.with) } }
    return Set(keys.filter { intervals.contains($0.interval) }).sorted()
  }
}
