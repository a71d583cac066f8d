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

  /// So many of the newest bars are read: all that a daily series has, two years of hours.
  private static let barsMax = 20_000

  public init(_ warehouse: Warehouse, alerts: [Alert]) {
    (self.warehouse, self.alerts) = (warehouse, alerts)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (symbol, logicalDate) = (try context.symbol(), context.logicalDate)
    let wanted = alerts.filter { $0.symbols.contains(symbol) }
    guard !wanted.isEmpty else { return TaskOutcome(note: "no alert on it") }
    let states = try await warehouse.read { try $0.alertStates(of: symbol) }
    var (rows, judged, silent): ([StoredAlert], [AlertState], [String]) = ([], [], [])
    for (interval, alerts) in Dictionary(grouping: wanted, by: \.interval).sorted(by: { $0.key < $1.key }) {
      let all = try await warehouse.read { reader in
        try reader.seriesKeys(of: symbol, interval).map {
          AnalysedSeries(key: $0, bars: try reader.adjustedSeries($0, closedBy: logicalDate, last: Self.barsMax))
        }
      }.filter { !$0.bars.isEmpty }
      if all.isEmpty { silent.append("\(symbol) has no \(interval) candles for \(alerts.map(\.id).joined(separator: ", "))") }
      for series in all {
        for alert in alerts {
          try Task.checkCancellation()
          let condition = alert.rule.description
          let state = states.first { $0.alert == alert.id && $0.key == series.key && $0.condition == condition }
          rows += alert.newFirings(on: series.bars, judgedThrough: state?.judgedUntil).map { StoredAlert($0, of: alert, on: series.key) }
          judged.append(
            AlertState(alert: alert.id, key: series.key, condition: condition, judgedUntil: series.bars.openTimes[series.bars.count - 1]))
        }
      }
    }
    let (found, newStates, warnings) = (rows, judged, silent)
    return try await context.commit(in: warehouse) { transaction in
      let new = try transaction.insert(found, foundAt: logicalDate)
      try transaction.store(newStates)
      for row in new {
        let path = RealtimePath("alerts", row.key.symbol.name, row.alert, row.key.interval.rawValue, row.barTime.iso8601)
        try transaction.enqueue(path: path.description, value: try row.json, logicalDate: logicalDate)
      }
      return TaskOutcome(
        note: new.isEmpty ? "no new alert" : new.map(\.alert).joined(separator: ", "),
        counts: [.init("alerts", newStates.count), .init("new", new.count)], warnings: warnings)
    }
  }
}

extension StoredAlert {
  init(_ firing: AlertFiring, of alert: Alert, on key: SeriesKey) {
    self.init(
      alert: alert.id, key: key, barTime: firing.barTime, validFrom: key.interval.next(after: firing.barTime),
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
