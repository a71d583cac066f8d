internal import GRDB
public import MarketData
public import Scheduling

/// How long each kind of data is kept before a logical date; nil is for ever.
public struct RetentionRules: Sendable, Equatable {
  public var rawResponses: Duration?
  public var runs: Duration?
  public var qualityResults: Duration?
  public var signals: Duration?
  public var tickers: Duration?
  public var reports: Duration?
  public var candles: [Interval: Duration]

  public init(
    rawResponses: Duration? = nil, runs: Duration? = nil, qualityResults: Duration? = nil, signals: Duration? = nil,
    tickers: Duration? = nil, reports: Duration? = nil, candles: [Interval: Duration] = [:]
  ) {
    (self.rawResponses, self.runs, self.qualityResults) = (rawResponses, runs, qualityResults)
    (self.signals, self.tickers, self.reports, self.candles) = (signals, tickers, reports, candles)
  }
}

/// What pruning deletes, or would delete: rows by table, and the bodies that no row names any more.
public struct PruneReport: Sendable, Equatable {
  public var rows: [Deleted]
  public var orphanedBodies: [String]
  /// The folders of reports, relative to the reports folder.
  public var reportFolders: [String]

  public struct Deleted: Sendable, Equatable {
    public var table: String
    public var rows: Int
  }

  /// Nothing.
  public static let none = PruneReport(rows: [], orphanedBodies: [], reportFolders: [])

  public var total: Int { rows.reduce(0) { $0 + $1.rows } }
}

extension WarehouseReader {
  /// What ``WarehouseTransaction/prune(by:at:)`` would delete.
  public func prunable(by rules: RetentionRules, at logicalDate: Instant) throws -> PruneReport {
    let deletions = rules.deletions(at: logicalDate)
    let rows = try deletions.map { deletion in
      PruneReport.Deleted(
        table: deletion.label,
        rows: try Int.fetchOne(
          database, sql: "SELECT count(*) FROM \(deletion.table) WHERE \(deletion.condition)", arguments: deletion.arguments)!)
    }
    var report = PruneReport(rows: rows, orphanedBodies: [], reportFolders: [])
    if let age = rules.rawResponses {
      report.orphanedBodies = try String.fetchAll(
        database,
        sql: "SELECT body_hash FROM raw_responses GROUP BY body_hash HAVING max(max(logical_date, received_at)) < ? ORDER BY body_hash",
        arguments: [(logicalDate - age).milliseconds])
    }
    if let age = rules.reports {
      report.reportFolders = try String.fetchAll(
        database, sql: "SELECT path FROM reports WHERE logical_date < ? ORDER BY path", arguments: [(logicalDate - age).milliseconds])
    }
    return report
  }
}

extension WarehouseTransaction {
  /// Deletes what is older than the rules keep. The bodies it reports are to be removed from the raw store after the commit.
  public func prune(by rules: RetentionRules, at logicalDate: Instant) throws -> PruneReport {
    let report = try reader.prunable(by: rules, at: logicalDate)
    for deletion in rules.deletions(at: logicalDate) {
      try database.execute(sql: "DELETE FROM \(deletion.table) WHERE \(deletion.condition)", arguments: deletion.arguments)
    }
    for (interval, age) in rules.candles {
      // What was forgotten is not known any more; a series of which nothing is left is not known at all.
      let cut: StatementArguments = [interval.rawValue, (logicalDate - age).milliseconds]
      try database.execute(sql: "DELETE FROM watermarks WHERE interval = ?1 AND complete_until <= ?2", arguments: cut)
      try database.execute(sql: "UPDATE watermarks SET complete_from = max(complete_from, ?2) WHERE interval = ?1", arguments: cut)
    }
    return report
  }
}

private struct Deletion {
  let label: String
  let table: String
  let condition: String
  let arguments: StatementArguments
}

extension RetentionRules {
  fileprivate func deletions(at logicalDate: Instant) -> [Deletion] {
    func older(_ table: String, _ column: String, than age: Duration?, _ more: String = "") -> Deletion? {
      age.map { Deletion(label: table, table: table, condition: "\(column) < ?\(more)", arguments: [(logicalDate - $0).milliseconds]) }
    }
    let plain = [
      // What was fetched or run for an old date is as young as its making.
      older("raw_responses", "max(logical_date, received_at)", than: rawResponses),
      // The run that prunes, and others under way, stay.
      older("runs", "max(logical_date, started_at)", than: runs, " AND state <> 'running'"),
      older("quality_results", "logical_date", than: qualityResults),
      older("signals", "valid_from", than: signals),
      older("tickers", "logical_date", than: tickers),
      older("reports", "logical_date", than: reports),
    ]
    let byInterval = candles.sorted { $0.key < $1.key }.map { interval, age in
      Deletion(
        label: "candles \(interval)", table: "candles", condition: "interval = ? AND open_time < ?",
        arguments: [interval.rawValue, (logicalDate - age).milliseconds])
    }
    return plain.compactMap(\.self) + byInterval
  }
}
