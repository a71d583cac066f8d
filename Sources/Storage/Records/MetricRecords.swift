internal import GRDB
public import Scheduling

extension WarehouseReader {
  /// How many runs of each job ended how, as far as they are kept; one that goes on is not counted.
  public func runCounts() throws -> [(job: String, state: String, count: Int)] {
    try Row.fetchAll(
      database, sql: "SELECT job, state, count(*) FROM runs WHERE ended_at IS NOT NULL GROUP BY job, state ORDER BY job, state"
    ).map {
      ($0[0], $0[1], $0[2])
    }
  }

  /// The newest run of each job that has ended.
  public func lastEndedRuns() throws -> [RunRow] {
    try lastRuns(where: "ended_at IS NOT NULL")
  }

  /// The newest run of each job that delivered everything.
  public func lastDeliveredRuns() throws -> [RunRow] {
    try lastRuns(where: "ended_at IS NOT NULL AND exit_status = 0")
  }

  /// - Parameter condition: SQL over the columns of `runs`; a constant of this file.
  private func lastRuns(where condition: String) throws -> [RunRow] {
    let jobs = try String.fetchAll(database, sql: "SELECT DISTINCT job FROM runs ORDER BY job")
    return try jobs.compactMap { job in
      let sql = "\(WarehouseReader.selectRun) WHERE job = ? AND \(condition) ORDER BY started_at DESC, id DESC LIMIT 1"
      return try Row.fetchOne(database, sql: sql, arguments: [job]).map(WarehouseReader.run)
    }
  }

  /// How many tasks of a run are in which state.
  public func taskCounts(of run: String) throws -> [(state: String, count: Int)] {
    try Row.fetchAll(
      database, sql: "SELECT state, count(*) FROM tasks WHERE run_id = ? GROUP BY state ORDER BY state", arguments: [run]
    ).map { ($0[0], $0[1]) }
  }

  /// Rows that were new or changed, as the tasks of all kept runs counted them.
  /// - Complexity: one pass over the tasks of all runs.
  public func rowsWritten() throws -> [(job: String, rows: Int)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT runs.job, sum(count.value ->> 'value')
        FROM tasks JOIN runs ON runs.id = tasks.run_id, json_each(tasks.counts) AS count
        WHERE tasks.counts <> '[]' AND count.value ->> 'name' IN ('new', 'restated') GROUP BY runs.job ORDER BY runs.job
        """
    ).map { ($0[0], $0[1]) }
  }

  /// How many answers of each provider are kept, by the status of HTTP.
  public func answersByStatus() throws -> [(provider: String, status: Int, count: Int)] {
    try Row.fetchAll(database, sql: "SELECT source, status, count(*) FROM raw_responses GROUP BY source, status ORDER BY source, status")
      .map {
        ($0[0], $0[1], $0[2])
      }
  }

  /// Through which moment the series of each source and interval are complete: the one that is furthest behind, and the one in front.
  public func completeness() throws -> [(source: String, interval: String, stalest: Instant, freshest: Instant)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, interval, min(complete_until), max(complete_until) FROM watermarks GROUP BY source, interval ORDER BY source, interval
        """
    ).map { ($0[0], $0[1], Instant(milliseconds: $0[2]), Instant(milliseconds: $0[3])) }
  }

  /// Changes that the realtime database has not been told.
  public func outboxCount() throws -> Int { try Int.fetchOne(database, sql: "SELECT count(*) FROM outbox")! }
}
