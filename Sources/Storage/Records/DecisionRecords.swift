internal import GRDB
public import JobGraph
public import Scheduling

/// What was decided about an instant of a job's schedule.
public struct DecisionRow: Sendable, Equatable {
  public var job: String
  /// When the schedule says that the job is due.
  public var instant: Instant
  /// `ran`, `caught up`, `skipped`.
  public var decision: String
  public var reason: String?
  public var run: RunID?
  public var decidedAt: Instant
}

extension WarehouseReader {
  /// The instants that were left out, the newest first.
  public func skippedInstants(of job: String?, since: Instant?, limit: Int) throws -> [DecisionRow] {
    guard try database.tableExists("decisions") else { return [] }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT job, instant, decision, reason, run_id, decided_at FROM decisions
        WHERE decision = 'skipped' AND (?1 IS NULL OR job = ?1) AND (?2 IS NULL OR instant >= ?2) ORDER BY instant DESC, job LIMIT ?3
        """, arguments: [job, since?.milliseconds, limit]
    ).map(WarehouseReader.decision)
  }

  /// The decision that a run came of; nil for a run that the schedule knows nothing of.
  public func decision(about run: RunRow) throws -> DecisionRow? {
    guard try database.tableExists("decisions") else { return nil }
    return try database.cachedStatement(
      sql: "SELECT job, instant, decision, reason, run_id, decided_at FROM decisions WHERE job = ? AND instant = ? AND run_id = ?"
    ).fetchRows([run.job, run.logicalDate.milliseconds, run.id.name]).first.map(WarehouseReader.decision)
  }

  private static func decision(_ row: Row) -> DecisionRow {
    DecisionRow(
      job: row[0], instant: Instant(milliseconds: row[1]), decision: row[2], reason: row[3],
      run: (row[4] as String?).map { RunID($0) }, decidedAt: Instant(milliseconds: row[5]))
  }
}
