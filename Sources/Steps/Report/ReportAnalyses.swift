import Analysis
import JobGraph
import MarketData
import Reporting
import Scheduling
import Storage

/// What the analyses of a plan found, for its report.
struct ReportAnalyses: Sendable {
  /// nil when no step of the plan looks for it, as with the others.
  var patterns: [SeriesKey: [StoredPattern]]?
  var patternRecords: [Interval: [PatternRecord]] = [:]
  /// Of each series that has any, the newest first.
  var regimes: [SeriesKey: [StoredRegime]] = [:]
  var outcomes: [Interval: [OutcomeRecord]]?
  var backtests: [StoredBacktest] = []

  /// Bars behind the end of a pattern for which it is still told of.
  private static let recentBars = 10
  /// Bars whose regimes are looked at for a change.
  private static let regimeBars = 40

  init() {}

  init(_ reader: WarehouseReader, _ data: ReportData) throws {
    let uses = Set(data.plan.steps.map(\.uses))
    let intervals = Set(data.expected.map(\.interval))
    if uses.contains(Operations.patterns.name) {
      var found: [SeriesKey: [StoredPattern]] = [:]
      for (key, series) in data.series {
        let since = series.openTimes[max(0, series.count - Self.recentBars)]
        found[key] = try reader.patterns(of: key, endingAt: since, until: data.logicalDate)
      }
      patterns = found
      for interval in intervals { patternRecords[interval] = try reader.patternRecords(of: interval, until: data.logicalDate) }
    }
    if uses.contains(Operations.regimes.name) {
      for (key, series) in data.series {
        regimes[key] = try reader.regimes(of: key, until: series.openTimes[series.count - 1], limit: Self.regimeBars)
      }
    }
    if uses.contains(Operations.outcomes.name) {
      var found: [Interval: [OutcomeRecord]] = [:]
      for interval in intervals { found[interval] = try reader.outcomes(of: interval, knownBy: data.logicalDate) }
      outcomes = found
    }
    if uses.contains(Operations.backtest.name) {
      let expected = Set(data.expected)
      backtests = try reader.backtests(at: data.logicalDate).filter { expected.contains($0.key) }
    }
  }
}

extension ReportAnalyses {
  /// A pattern's kind says something of itself from so many on.
  private static let recordMin = 30

  func patternRows(of key: SeriesKey) -> [PatternRow] {
    (patterns?[key] ?? []).map { pattern in
      let record = patternRecords[key.interval]?.first { $0.kind == pattern.kind && $0.decided >= Self.recordMin }
      return PatternRow(
        symbol: key.symbol, interval: key.interval, kind: pattern.kind, direction: pattern.direction == "bullish" ? .long : .short,
        state: pattern.state, confidence: pattern.confidence, start: pattern.start, end: pattern.end, confirmedAt: pattern.confirmedAt,
        target: pattern.target, stop: pattern.stop,
        hitRate: record.map { HitRate(share: Double($0.hits) / Double($0.decided), sample: $0.decided) })
    }
  }

  /// Those that form first, then the newest; of the same bar the better one.
  func patternRows(of keys: [SeriesKey]) -> [PatternRow] {
    keys.flatMap { patternRows(of: $0) }.enumerated().sorted { a, b in
      let (first, second) = (a.element, b.element)
      if (first.state == "forming") != (second.state == "forming") { return first.state == "forming" }
      if first.end != second.end { return first.end > second.end }
      return first.confidence != second.confidence ? first.confidence > second.confidence : a.offset < b.offset
    }.map(\.element)
  }

  /// The regime of the last bar; nil when it was not told.
  func regime(of key: SeriesKey, at openTime: Instant?) -> RegimeState? {
    guard let last = regimes[key]?.first, last.openTime == openTime else { return nil }
    return RegimeState(trend: last.trend, volatility: last.volatility, model: last.model?.label, probability: last.model?.probability)
  }

  /// Regimes that have been others for two bars, where the second of them closed after `since`.
  func regimeChanges(of keys: [SeriesKey], since: Instant) -> [NightlyReport.RegimeChange] {
    keys.flatMap { key -> [NightlyReport.RegimeChange] in
      let rows = (regimes[key] ?? []).reversed() as [StoredRegime]
      let parts: [(name: String, states: [String?])] = [
        ("trend", rows.map(\.trend)), ("volatility", rows.map { $0.volatility == "unknown" ? nil : $0.volatility }),
      ]
      return parts.flatMap { part in
        RegimeChange.changes(in: part.states).filter { key.interval.next(after: rows[$0.index].openTime) > since }.map {
          NightlyReport.RegimeChange(
            symbol: key.symbol, interval: key.interval, part: part.name, from: $0.from, to: $0.to, since: rows[$0.index - 1].openTime)
        }
      }
    }
  }

  /// How often signals of a strategy were right after five bars; nil when that is not known.
  func hitRate(of strategy: String, _ interval: Interval) -> HitRate? {
    guard let record = outcomes?[interval]?.first(where: { $0.strategy == strategy && $0.horizon == 5 }),
      let statistics = OutcomeStatistics(record.changes)
    else { return nil }
    return HitRate(share: statistics.rate, sample: statistics.count)
  }

  /// One row for each strategy and interval; nil when no step scores them.
  var strategyRows: [StrategyRow]? {
    guard let outcomes else { return nil }
    let intervals = Set(outcomes.keys).union(backtests.map(\.key.interval)).sorted()
    return intervals.flatMap { interval -> [StrategyRow] in
      let records = outcomes[interval] ?? []
      let tried = Dictionary(grouping: backtests.filter { $0.key.interval == interval }, by: \.strategy)
      let suffix = intervals.count > 1 ? " \(interval)" : ""
      return Set(records.map(\.strategy)).union(tried.keys).sorted().map { name in
        StrategyRow(
          strategy: name + suffix,
          outcomes: records.filter { $0.strategy == name }.compactMap { record in
            OutcomeStatistics(record.changes).map {
              StrategyRow.Outcome(
                horizon: record.horizon, hitRate: HitRate(share: $0.rate, sample: $0.count), interval: $0.rateInterval, mean: $0.mean)
            }
          }, backtest: tried[name].map(StrategyRow.Backtest.init))
      }
    }
  }
}

extension StrategyRow.Backtest {
  fileprivate init(_ rows: [StoredBacktest]) {
    let trades = rows.reduce(0) { $0 + $1.trades }
    self.init(
      symbols: rows.count, trades: trades, medianReturn: rows.compactMap(\.totalReturn).median,
      medianHeld: rows.compactMap(\.heldReturn).median,
      isThin: trades < StrategyBacktest.tradesMin)
  }
}

extension [Double] {
  /// Of an even number of values the mean of the two in the middle; nil for none.
  fileprivate var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
  }
}
