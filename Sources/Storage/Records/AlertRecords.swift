import Foundation
internal import GRDB
public import MarketData
public import Scheduling

/// An alert that fired, as it is stored.
public struct StoredAlert: Sendable, Equatable {
  public var alert: String
  public var key: SeriesKey
  public var barTime: Instant
  public var validFrom: Instant
  /// `info`, `warning` or `error`.
  public var severity: String
  /// The rule with its numbers.
  public var condition: String
  public var observed: [StoredSignal.Input]
  public var sentence: String

  public init(
    alert: String, key: SeriesKey, barTime: Instant, validFrom: Instant, severity: String, condition: String,
    observed: [StoredSignal.Input], sentence: String
  ) {
    (self.alert, self.key, self.barTime, self.validFrom, self.severity) = (alert, key, barTime, validFrom, severity)
    (self.condition, self.observed, self.sentence) = (condition, observed, sentence)
  }
}

/// How far an alert has been judged on a series.
public struct AlertState: Sendable, Equatable {
  public var alert: String
  public var key: SeriesKey
  /// The rule that was judged.
  public var condition: String
  /// The open time of the newest candle that was judged.
  public var judgedUntil: Instant

  public init(alert: String, key: SeriesKey, condition: String, judgedUntil: Instant) {
    (self.alert, self.key, self.condition, self.judgedUntil) = (alert, key, condition, judgedUntil)
  }
}

extension WarehouseTransaction {
  /// Stores firings by their key; one that is known stays as it was first found.
  /// - Returns: those that are new.
  public func insert(_ alerts: [StoredAlert], foundAt logicalDate: Instant) throws -> [StoredAlert] {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO alerts
          (alert, symbol, interval, bar_time, source, valid_from, severity, condition, observed, sentence, logical_date)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """)
    return try alerts.filter { row in
      try statement.execute(arguments: [
        row.alert, row.key.symbol.name, row.key.interval.rawValue, row.barTime.milliseconds, row.key.source,
        row.validFrom.milliseconds, row.severity, row.condition, try JSONText.encode(row.observed), row.sentence,
        logicalDate.milliseconds,
      ])
      return database.changesCount > 0
    }
  }

  /// Moves what was judged forward, never back: a run for an earlier date has seen less. Another rule begins anew.
  public func store(_ states: [AlertState]) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO alert_states (alert, source, symbol, interval, condition, judged_until) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET judged_until =
          iif(condition = excluded.condition, max(judged_until, excluded.judged_until), excluded.judged_until),
          condition = excluded.condition
        """)
    for row in states {
      try statement.execute(arguments: [
        row.alert, row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.condition, row.judgedUntil.milliseconds,
      ])
    }
  }
}

extension WarehouseReader {
  /// The states of the alerts of a symbol.
  public func alertStates(of symbol: Symbol) throws -> [AlertState] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, alert, condition, judged_until FROM alert_states WHERE symbol = ?
        ORDER BY alert, source, interval
        """, arguments: [symbol.name]
    ).map {
      AlertState(
        alert: $0[3], key: try WarehouseReader.seriesKey($0), condition: $0[4], judgedUntil: Instant(milliseconds: $0[5]))
    }
  }

  /// Alerts that runs for a date in `(after, until]` found, those of the newest candle first.
  public func alerts(foundAfter after: Instant, until: Instant) throws -> [StoredAlert] {
    try Row.fetchAll(
      database,
      sql: """
        \(WarehouseReader.selectAlert) WHERE logical_date > ? AND logical_date <= ?
        ORDER BY valid_from DESC, alert, symbol, interval
        """, arguments: [after.milliseconds, until.milliseconds]
    ).map { try WarehouseReader.alert($0) }
  }

  /// The alerts that a candle caused, in order of their names, and the logical date of the run that found each.
  public func alerts(of key: SeriesKey, causedAt openTime: Instant) throws -> [(alert: StoredAlert, foundAt: Instant)] {
    try Row.fetchAll(
      database,
      sql: "\(WarehouseReader.selectAlert) WHERE source = ? AND symbol = ? AND interval = ? AND bar_time = ? ORDER BY alert",
      arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds]
    ).map { (try WarehouseReader.alert($0), Instant(milliseconds: $0[10])) }
  }

  private static let selectAlert =
    "SELECT source, symbol, interval, alert, bar_time, valid_from, severity, condition, observed, sentence, logical_date FROM alerts"

  private static func alert(_ row: Row) throws -> StoredAlert {
    StoredAlert(
      alert: row[3], key: try WarehouseReader.seriesKey(row), barTime: Instant(milliseconds: row[4]),
      validFrom: Instant(milliseconds: row[5]), severity: row[6], condition: row[7],
      observed: try JSONDecoder().decode([StoredSignal.Input].self, from: Data((row[8] as String).utf8)), sentence: row[9])
  }
}
