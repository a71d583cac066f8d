internal import GRDB
import MarketData
public import Scheduling

/// Where something is cut off: what is older goes.
enum Pruned {
  /// So many rows go in one transaction at most: others wait no longer than that, and the log stays small.
  static let batch = 5000

  /// Rows of a table before an instant.
  struct Rows {
    let table: RetainedTable
    let before: Instant
    /// Selects them.
    var condition: String { "\(table.time) < \(before.milliseconds) AND \(table.condition)" }
  }

  /// Candles of a series that opened before an instant.
  struct Candles {
    let source: String
    let symbol: String
    let interval: Interval
    let before: Instant
    var key: StatementArguments { [source, symbol, interval.rawValue] }
  }
}

extension WarehouseReader {
  /// What ``Warehouse/prune(by:at:)`` would delete.
  public func prunable(by rules: RetentionRules, at logicalDate: Instant) throws -> PruneReport {
    var report = PruneReport.none
    for cut in try cuts(of: rules, at: logicalDate) {
      report.rows.append(
        PruneReport.Deleted(
          table: cut.table.rawValue, rows: try count("\(cut.table.rawValue) WHERE \(cut.condition)"), all: try count(cut.table.rawValue)))
      let time = cut.table.time
      if cut.table == .rawResponses {
        report.orphanedBodies = try String.fetchAll(
          database,
          sql: "SELECT body_hash FROM raw_responses GROUP BY body_hash HAVING max(\(time)) < \(cut.before.milliseconds) ORDER BY body_hash")
      }
      if cut.table == .reports {
        report.reportFolders = try String.fetchAll(database, sql: "SELECT path FROM reports WHERE \(cut.condition) ORDER BY path")
      }
    }
    let series = try candleCuts(of: rules, Set(rules.candles.keys), at: logicalDate)
    let all = rules.candles.isEmpty ? 0 : try count("candles")
    for interval in rules.candles.keys.sorted() {
      let rows = try series.filter { $0.interval == interval }.reduce(0) { sum, cut in
        sum
          + (try Int.fetchOne(
            database, sql: "SELECT count(*) FROM candles WHERE source = ? AND symbol = ? AND interval = ? AND open_time < ?",
            arguments: cut.key + [cut.before.milliseconds])!)
      }
      report.rows.append(PruneReport.Deleted(table: "candles \(interval)", rows: rows, all: all))
    }
    report.daysSinceLastRun = try Int64.fetchOne(
      database, sql: "SELECT max(logical_date) FROM runs WHERE logical_date < ?", arguments: [logicalDate.milliseconds]
    ).map { Int((logicalDate.milliseconds - $0) / 86_400_000) }
    return report
  }

  /// Tables with a rule, and where each is cut off, sorted by name; one that is kept whole is cut off at the beginning of time.
  func cuts(of rules: RetentionRules, at logicalDate: Instant) throws -> [Pruned.Rows] {
    try rules.tables.sorted { $0.key < $1.key }.compactMap { table, kept in
      guard kept.age != nil || kept.count != nil else { return nil }
      let byCount = try kept.count.flatMap { count in
        try Int64.fetchOne(
          database, sql: "SELECT \(table.time) AS time FROM \(table.rawValue) ORDER BY time DESC LIMIT 1 OFFSET ?",
          arguments: [max(0, count - 1)])
      }
      return Pruned.Rows(table: table, before: latest(kept.age.map { logicalDate - $0 }, byCount))
    }
  }

  /// Series with a rule, and where each is cut off. What is rolled up is cut off at midnight, so that no longer bar is made of half its parts.
  func candleCuts(of rules: RetentionRules, _ intervals: Set<Interval>, at logicalDate: Instant) throws -> [Pruned.Candles] {
    try storedSeries(of: intervals).compactMap { source, symbol, interval in
      guard let kept = rules.candles[interval], kept.age != nil || kept.count != nil else { return nil }
      let byCount = try kept.count.flatMap { count in
        try Int64.fetchOne(
          database,
          sql: """
            SELECT open_time FROM candles WHERE source = ? AND symbol = ? AND interval = ? ORDER BY open_time DESC LIMIT 1 OFFSET ?
            """, arguments: [source, symbol, interval.rawValue, max(0, count - 1)])
      }
      let before = latest(kept.age.map { logicalDate - $0 }, byCount)
      return Pruned.Candles(
        source: source, symbol: symbol, interval: interval,
        before: rules.targets(of: interval).isEmpty ? before : Interval.day1.openTime(containing: before))
    }
  }

  private func latest(_ a: Instant?, _ b: Int64?) -> Instant {
    max(a ?? Instant(milliseconds: 0), Instant(milliseconds: max(0, b ?? 0)))
  }

  private func count(_ rows: String) throws -> Int { try Int.fetchOne(database, sql: "SELECT count(*) FROM \(rows)")! }

  /// Every series of these intervals of which candles are stored.
  private func storedSeries(of intervals: Set<Interval>) throws -> [(source: String, symbol: String, interval: Interval)] {
    guard !intervals.isEmpty else { return [] }
    return try seriesNames().compactMap { names in
      Interval(rawValue: names[2]).flatMap { intervals.contains($0) ? (names[0], names[1], $0) : nil }
    }
  }
}

extension RetentionRules {
  /// What candles of an interval are rolled up into.
  func targets(of interval: Interval) -> [Interval] {
    rollUp.filter { target in
      guard let short = interval.length, let long = target.length else { return false }
      return short < long
    }
  }
}
