import Foundation
internal import GRDB
public import MarketData
public import Scheduling

/// A verdict of a quality rule as it is stored.
public struct StoredVerdict: Sendable, Equatable {
  public var key: SeriesKey
  public var rule: String
  /// `info`, `warning` or `error`.
  public var severity: String
  public var passed: Bool
  public var observed: Double?
  public var sentence: String

  public init(key: SeriesKey, rule: String, severity: String, passed: Bool, observed: Double?, sentence: String) {
    (self.key, self.rule, self.severity, self.passed) = (key, rule, severity, passed)
    (self.observed, self.sentence) = (observed, sentence)
  }
}

/// A signal as it is stored.
public struct StoredSignal: Sendable, Equatable {
  public var key: SeriesKey
  public var barTime: Instant
  public var strategy: String
  /// `bullish` or `bearish`.
  public var direction: String
  /// 0...1
  public var strength: Double
  public var validFrom: Instant
  /// The values that caused it, in the strategy's order.
  public var inputs: [Input]
  public var sentence: String

  public struct Input: Sendable, Equatable, Codable {
    public var name: String
    public var value: Double

    public init(name: String, value: Double) {
      (self.name, self.value) = (name, value)
    }
  }

  public init(
    key: SeriesKey, barTime: Instant, strategy: String, direction: String, strength: Double, validFrom: Instant, inputs: [Input],
    sentence: String
  ) {
    (self.key, self.barTime, self.strategy, self.direction, self.strength) = (key, barTime, strategy, direction, strength)
    (self.validFrom, self.inputs, self.sentence) = (validFrom, inputs, sentence)
  }
}

/// A report that was published.
public struct PublishedReport: Sendable, Equatable {
  public var job: String
  public var logicalDate: Instant
  public var verdict: String
  /// The folder, relative to the reports folder.
  public var path: String
  /// JSON, for the index.
  public var summary: String

  public init(job: String, logicalDate: Instant, verdict: String, path: String, summary: String) {
    (self.job, self.logicalDate, self.verdict, self.path, self.summary) = (job, logicalDate, verdict, path, summary)
  }
}

extension StoredVerdict {
  /// The rule whose verdict comes with the data, when it is fetched: the provider's adjusted closes against our own.
  public static let adjustment = "adjustment"
}

extension WarehouseTransaction {
  /// Writes one verdict; another of the same rule, series and date is replaced.
  public func record(_ row: StoredVerdict, logicalDate: Instant) throws {
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO quality_results (logical_date, source, symbol, interval, rule, severity, passed, observed, sentence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      logicalDate.milliseconds, row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.rule, row.severity, row.passed,
      row.observed, row.sentence,
    ])
  }

  /// Replaces the verdicts of a logical date, but those that came with the data.
  public func replaceQualityResults(_ rows: [StoredVerdict], logicalDate: Instant) throws {
    try database.execute(
      sql: "DELETE FROM quality_results WHERE logical_date = ? AND rule <> ?",
      arguments: [logicalDate.milliseconds, StoredVerdict.adjustment])
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO quality_results (logical_date, source, symbol, interval, rule, severity, passed, observed, sentence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for row in rows {
      try statement.execute(arguments: [
        logicalDate.milliseconds, row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.rule, row.severity,
        row.passed ? 1 : 0, row.observed, row.sentence,
      ])
    }
  }

  /// Stores signals by their natural key; one that is known stays as it was first found.
  /// - Returns: those that are new.
  public func insert(_ signals: [StoredSignal], foundAt logicalDate: Instant) throws -> [StoredSignal] {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO signals (source, symbol, interval, bar_time, strategy, direction, strength, valid_from, inputs, sentence, found_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """)
    var new: [StoredSignal] = []
    for row in signals {
      try statement.execute(arguments: [
        row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.barTime.milliseconds, row.strategy, row.direction,
        row.strength, row.validFrom.milliseconds, try JSONText.encode(row.inputs), row.sentence, logicalDate.milliseconds,
      ])
      if database.changesCount > 0 { new.append(row) }
    }
    return new
  }

  /// One report lies in one folder: a row of another instant of the day, whose files this one has replaced, goes.
  public func upsert(_ report: PublishedReport) throws {
    try database.execute(
      sql: "DELETE FROM reports WHERE path = ? AND logical_date <> ?", arguments: [report.path, report.logicalDate.milliseconds])
    try database.execute(
      sql: """
        INSERT INTO reports (job, logical_date, verdict, path, summary) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET verdict = excluded.verdict, path = excluded.path, summary = excluded.summary
        """, arguments: [report.job, report.logicalDate.milliseconds, report.verdict, report.path, report.summary])
  }
}

extension WarehouseReader {
  /// The logical date of the last check of the quality rules, not after a moment; nil when there was none.
  public func lastQualityCheck(notAfter moment: Instant?) throws -> Instant? {
    try Int64.fetchOne(
      database, sql: "SELECT max(logical_date) FROM quality_results WHERE logical_date <= ?",
      arguments: [moment?.milliseconds ?? Int64.max]
    ).map(Instant.init(milliseconds:))
  }

  public func qualityResults(at logicalDate: Instant) throws -> [StoredVerdict] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, rule, severity, passed, observed, sentence FROM quality_results
        WHERE logical_date = ? ORDER BY symbol, interval, source, rule
        """, arguments: [logicalDate.milliseconds]
    ).map {
      StoredVerdict(
        key: try WarehouseReader.seriesKey($0), rule: $0[3], severity: $0[4], passed: $0[5], observed: $0[6], sentence: $0[7])
    }
  }

  /// Signals that became valid in `(after, until]`, sorted by symbol, interval, bar and strategy.
  public func signals(validAfter after: Instant, until: Instant, symbol: Symbol? = nil) throws -> [StoredSignal] {
    try Row.fetchAll(
      database,
      sql: """
        \(WarehouseReader.selectSignal)
        WHERE valid_from > ?1 AND valid_from <= ?2 AND (?3 IS NULL OR symbol = ?3) ORDER BY symbol, interval, bar_time, strategy, source
        """,
      arguments: [after.milliseconds, until.milliseconds, symbol?.name]
    ).map(WarehouseReader.signal)
  }

  /// The last signal of a strategy on a series before a bar.
  public func signal(before barTime: Instant, of strategy: String, on key: SeriesKey) throws -> StoredSignal? {
    try Row.fetchOne(
      database,
      sql: """
        \(WarehouseReader.selectSignal) WHERE source = ? AND symbol = ? AND interval = ? AND strategy = ? AND bar_time < ?
        ORDER BY bar_time DESC LIMIT 1
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, strategy, barTime.milliseconds]
    ).map(WarehouseReader.signal)
  }

  private static let selectSignal =
    "SELECT source, symbol, interval, bar_time, strategy, direction, strength, valid_from, inputs, sentence FROM signals"

  private static func signal(_ row: Row) throws -> StoredSignal {
    StoredSignal(
      key: try WarehouseReader.seriesKey(row), barTime: Instant(milliseconds: row[3]), strategy: row[4], direction: row[5],
      strength: row[6], validFrom: Instant(milliseconds: row[7]),
      inputs: try JSONDecoder().decode([StoredSignal.Input].self, from: Data((row[8] as String).utf8)), sentence: row[9])
  }

  /// The latest report of a job before a date.
  /// - Parameter folder: one that lies there does not count: it is about to be replaced.
  public func report(of job: String, before logicalDate: Instant, notIn folder: String) throws -> PublishedReport? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT job, logical_date, verdict, path, summary FROM reports WHERE job = ? AND logical_date < ? AND path <> ?
        ORDER BY logical_date DESC LIMIT 1
        """, arguments: [job, logicalDate.milliseconds, folder]
    ).map(WarehouseReader.report)
  }

  /// The newest reports of all jobs, newest first.
  public func reports(limit: Int) throws -> [PublishedReport] {
    try Row.fetchAll(
      database, sql: "SELECT job, logical_date, verdict, path, summary FROM reports ORDER BY logical_date DESC, job LIMIT ?",
      arguments: [limit]
    ).map(WarehouseReader.report)
  }

  private static func report(_ row: Row) -> PublishedReport {
    PublishedReport(job: row[0], logicalDate: Instant(milliseconds: row[1]), verdict: row[2], path: row[3], summary: row[4])
  }
}
