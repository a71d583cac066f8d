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
  /// The open times of the first and of the newest candle that it was judged on.
  public var judgedFrom, judgedUntil: Instant

  public init(alert: String, key: SeriesKey, condition: String, judgedFrom: Instant, judgedUntil: Instant) {
    (self.alert, self.key, self.condition, self.judgedFrom, self.judgedUntil) = (alert, key, condition, judgedFrom, judgedUntil)
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
        INSERT INTO alert_states (alert, source, symbol, interval, condition, judged_until, judged_from) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET judged_until =
          iif(condition = excluded.condition, max(judged_until, excluded.judged_until), excluded.judged_until),
          judged_from = iif(condition = excluded.condition, min(judged_from, excluded.judged_from), excluded.judged_from),
          condition = excluded.condition
        """)
    for row in states {
      try statement.execute(arguments: [
        row.alert, row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.condition, row.judgedUntil.milliseconds,
        row.judgedFrom.milliseconds,
      ])
    }
  }

  /// Forgets how far the alerts of a symbol were judged that are not among these: one that comes back is a new one.
  /// - Parameter alerts: their names and intervals.
  public func forgetAlertStates(of symbol: Symbol, except alerts: Set<[String]>) throws {
    let known = try Row.fetchAll(
      database, sql: "SELECT DISTINCT alert, interval FROM alert_states WHERE symbol = ?", arguments: [symbol.name]
    ).map { [$0[0] as String, $0[1] as String] }
    for gone in known where !alerts.contains(gone) {
      try database.execute(
        sql: "DELETE FROM alert_states WHERE symbol = ? AND alert = ? AND interval = ?", arguments: [symbol.name, gone[0], gone[1]])
    }
  }
}

extension WarehouseReader {
  /// The states of the alerts of a symbol.
  public func alertStates(of symbol: Symbol) throws -> [AlertState] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, alert, condition, judged_until, judged_from FROM alert_states WHERE symbol = ?
        ORDER BY alert, source, interval
        """, arguments: [symbol.name]
    ).map {
      AlertState(
        alert: $0[3], key: try WarehouseReader.seriesKey($0), condition: $0[4], judgedFrom: Instant(milliseconds: $0[6]),
        judgedUntil: Instant(milliseconds: $0[5]))
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

  /// The open times of the candles since `start` that alerts of a symbol fired on, by the alert's name, its interval and the source.
  public func alertTimes(of symbol: Symbol, since start: Instant) throws -> [[String]: Set<Instant>] {
    var found: [[String]: Set<Instant>] = [:]
    let rows = try Row.fetchCursor(
      database, sql: "SELECT alert, interval, source, bar_time FROM alerts WHERE symbol = ? AND bar_time >= ?",
      arguments: [symbol.name, start.milliseconds])
    while let row = try rows.next() {
      found[[row[0] as String, row[1] as String, row[2] as String], default: []].insert(Instant(milliseconds: row[3]))
    }
    return found
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
