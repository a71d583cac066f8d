public import Analysis
import Foundation
public import JobGraph
import MarketData
import Mirroring
public import Running
import Scheduling
public import Storage

/// `analysis.alerts`: which alerts fire on the bars of a symbol that closed since they were judged before.
///
/// Whether an alert is armed comes from the candles alone; what is kept is how far it was judged. So a second run is silent, and a missed
/// night is made up. Every source of the symbol is judged by itself; of two that fire on the same bar the first one is told.
public struct WatchAlerts: StepOperation {
  private let warehouse: Warehouse
  private let alerts: [Alert]
  private let markets: MarketRules

  /// So many of the newest bars are read: all that a daily series has, two years of hours.
  static let barsMax = 20_000

  public init(_ warehouse: Warehouse, alerts: [Alert], markets: MarketRules = MarketRules()) {
    (self.warehouse, self.alerts, self.markets) = (warehouse, alerts, markets)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (symbol, logicalDate) = (try context.symbol(), context.logicalDate)
    let wanted = alerts.filter { $0.symbols.contains(symbol) }
    let memory = try await warehouse.read { try AlertMemory($0, of: symbol, at: logicalDate) }
    if wanted.isEmpty, memory.states.isEmpty { return TaskOutcome(note: "no alert on it") }
    var judgement = Judgement()
    for (interval, alerts) in Dictionary(grouping: wanted, by: \.interval).sorted(by: { $0.key < $1.key }) {
      let all = try await warehouse.read { reader in
        try reader.seriesKeys(of: symbol, interval).map {
          AnalysedSeries(key: $0, bars: try reader.adjustedSeries($0, closedBy: logicalDate, last: Self.barsMax))
        }
      }.filter { !$0.bars.isEmpty }
      if all.isEmpty { judgement.warnings.append("\(symbol) has no \(interval) candles for \(alerts.map(\.id).joined(separator: ", "))") }
      for series in all {
        for alert in alerts {
          try Task.checkCancellation()
          judge(alert, on: series, memory, at: logicalDate, &judgement)
        }
      }
    }
    let (found, known) = (judgement, Set(wanted.map { [$0.id, $0.interval.rawValue] }))
    return try await context.commit(in: warehouse) { transaction in
      let new = try transaction.insert(found.rows, foundAt: logicalDate)
      try transaction.store(found.states)
      try transaction.forgetAlertStates(of: symbol, except: known)
      for row in new {
        let path = RealtimePath("alerts", row.key.symbol.name, row.alert, row.key.interval.rawValue, row.barTime.iso8601)
        try transaction.enqueue(path: path.description, value: try row.json, logicalDate: logicalDate)
      }
      return TaskOutcome(
        note: new.isEmpty ? "no new alert" : new.map(\.alert).joined(separator: ", "),
        counts: [.init("alerts", found.states.count), .init("new", new.count)], warnings: found.warnings)
    }
  }

  private struct Judgement: Sendable {
    var rows: [StoredAlert] = []
    var states: [AlertState] = []
    var warnings: [String] = []
  }

  private func judge(_ alert: Alert, on series: AnalysedSeries, _ memory: AlertMemory, at logicalDate: Instant, _ result: inout Judgement) {
    guard let last = series.bars.openTimes.last else { return }
    let before = memory.of(alert, on: series.key)
    if case .stale = alert.rule.kind {
      let missing = MissingRanges.missingBars(
        after: last, series.key.interval, calendar: markets.calendar(of: series.key), at: logicalDate)
      if alert.isEnabled(closing: logicalDate), let firing = alert.rule.staleness(series.bars, missing: missing) {
        result.rows.append(StoredAlert(firing, of: alert, on: series.key, from: logicalDate))
      }
    } else {
      result.rows += alert.newFirings(on: series.bars, memory: before, now: logicalDate).map { StoredAlert($0, of: alert, on: series.key) }
      if let warning = memory.splitWarning(alert, on: series.key) { result.warnings.append(warning) }
    }
    result.states.append(
      AlertState(
        alert: alert.id, key: series.key, condition: alert.rule.description, judgedFrom: before.map { min($0.judgedFrom, last) } ?? last,
        judgedUntil: last))
  }
}

extension StoredAlert {
  /// - Parameter instant: when it was known; nil: when the bar had closed.
  init(_ firing: AlertFiring, of alert: Alert, on key: SeriesKey, from instant: Instant? = nil) {
    self.init(
      alert: alert.id, key: key, barTime: firing.barTime, validFrom: instant ?? key.interval.next(after: firing.barTime),
      severity: alert.severity.rawValue, condition: alert.rule.description,
      observed: firing.observed.map { .init(name: $0.name, value: $0.value) }, sentence: firing.sentence)
  }
}

extension StoredAlert {
  /// What the mirror is told.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      let told = Told(
        alert: alert, barTime: barTime.iso8601, condition: condition, interval: key.interval.rawValue,
        observed: Dictionary(observed.map { ($0.name, $0.value) }) { $1 }, sentence: sentence, severity: severity, source: key.source,
        symbol: key.symbol.name, validFrom: validFrom.iso8601)
      return String(decoding: try encoder.encode(told), as: UTF8.self)
    }
  }

  private struct Told: Encodable {
    let alert, barTime, condition, interval: String
    let observed: [String: Double]
    let sentence, severity, source, symbol, validFrom: String
  }
}
