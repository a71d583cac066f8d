internal import GRDB
public import Scheduling

extension WarehouseReader {
  /// The instants, and stretches of instants, that were left out: the newest first.
  public func skippedInstants(of job: String?, since: Instant?, limit: Int) throws -> [DecisionRow] {
    guard try hasDecisions else { return [] }
    return try Row.fetchAll(
      database,
      sql: """
        \(WarehouseReader.selectDecision) WHERE decision = 'skipped' AND (?1 IS NULL OR job = ?1)
          AND (?2 IS NULL OR ifnull(through, instant) >= ?2) ORDER BY instant DESC, job LIMIT ?3
        """, arguments: [job, since?.milliseconds, limit]
    ).map(WarehouseReader.decision)
  }

  /// The decision that a run came of; nil for a run that the schedule knows nothing of.
  public func decision(about run: RunRow) throws -> DecisionRow? {
    guard try hasDecisions, let row = try decision(of: run.job, at: run.logicalDate), row.run == run.id else { return nil }
    return row
  }
}
