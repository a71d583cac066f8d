internal import GRDB
import MarketData
public import Scheduling

extension Warehouse {
  /// Deletes what is older than the rules keep, in small transactions; killed between two of them, it goes on where it was when it is called
  /// again. The bodies and folders that it reports are removed before, by the caller.
  ///
  /// - Returns: what was there to delete when it began.
  public func prune(by rules: RetentionRules, at logicalDate: Instant) async throws -> PruneReport {
    let (report, tables) = try await read { (try $0.prunable(by: rules, at: logicalDate), try $0.cuts(of: rules, at: logicalDate)) }
    for cut in tables {
      var done: [DatabaseValue]?
      repeat {
        let start = done
        done = try await write { try $0.deleteBatch(of: cut, after: start) }
      } while done != nil
    }
    // The shorter first: what they are rolled into may be too old itself, and is looked for only then.
    for interval in rules.candles.keys.sorted() {
      let series = try await read { try $0.candleCuts(of: rules, [interval], at: logicalDate) }
      let targets = rules.targets(of: interval)
      // First it is written down that they are not known any more: the other way round a kill would leave holes that nobody knows of.
      try await write { transaction in for cut in series { try transaction.moveWatermark(to: cut) } }
      for cut in series {
        while try await write({ try $0.forgetBatch(of: cut, rollingInto: targets) }) {}
      }
    }
    return report
  }
}

extension WarehouseTransaction {
  /// Deletes the next rows in the order of their key, so that all batches together walk through the table once.
  /// - Parameter start: the key of the last row that went before; nil for the first batch.
  /// - Returns: the key of the last row that went; nil when no more are left.
  fileprivate func deleteBatch(of cut: Pruned.Rows, after start: [DatabaseValue]?) throws -> [DatabaseValue]? {
    let name = cut.table.rawValue
    let columns = try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", arguments: [name])
    let key = "(\(columns.joined(separator: ", ")))"
    let places = "(\(columns.map { _ in "?" }.joined(separator: ", ")))"
    let rest = start == nil ? cut.condition : "\(cut.condition) AND \(key) > \(places)"
    let last = try Row.fetchOne(
      database,
      sql: """
        SELECT \(columns.joined(separator: ", ")) FROM \(name) WHERE \(rest)
        ORDER BY \(columns.joined(separator: ", ")) LIMIT 1 OFFSET \(cut.table.batch - 1)
        """, arguments: StatementArguments(start ?? [])
    ).map { Array($0.databaseValues) }
    let batch = last == nil ? rest : "\(rest) AND \(key) <= \(places)"
    try database.execute(sql: "DELETE FROM \(name) WHERE \(batch)", arguments: StatementArguments((start ?? []) + (last ?? [])))
    return last
  }

  /// What was forgotten is not known any more; a series of which nothing is left is not known at all.
  fileprivate func moveWatermark(to cut: Pruned.Candles) throws {
    let series = "source = ? AND symbol = ? AND interval = ?"
    let before = cut.before.milliseconds
    try database.execute(sql: "DELETE FROM watermarks WHERE \(series) AND complete_until <= ?", arguments: cut.key + [before])
    try database.execute(
      sql: "UPDATE watermarks SET complete_from = max(complete_from, ?) WHERE \(series)", arguments: [before] + cut.key)
  }

  /// Rolls up and deletes the oldest candles of a series: whole days when they are rolled up.
  /// - Returns: whether there may be more.
  fileprivate func forgetBatch(of cut: Pruned.Candles, rollingInto targets: [Interval]) throws -> Bool {
    let series = "source = ? AND symbol = ? AND interval = ? AND open_time < ?"
    let doomed = cut.key + [cut.before.milliseconds]
    guard let first = try Int64.fetchOne(database, sql: "SELECT min(open_time) FROM candles WHERE \(series)", arguments: doomed) else {
      return false
    }
    let last = try Int64.fetchOne(
      database, sql: "SELECT open_time FROM candles WHERE \(series) ORDER BY open_time LIMIT 1 OFFSET \(Pruned.batch)", arguments: doomed)
    var until = last.map { Instant(milliseconds: $0) } ?? cut.before
    if !targets.isEmpty {
      let start = Interval.day1.openTime(containing: Instant(milliseconds: first))
      until = max(Interval.day1.openTime(containing: until), start + .days(1))
    }
    until = min(until, cut.before)
    for target in targets { try RollUp(cut, until: until, into: target).carryOut(in: database) }
    try database.execute(sql: "DELETE FROM candles WHERE \(series)", arguments: cut.key + [until.milliseconds])
    return until < cut.before
  }
}
