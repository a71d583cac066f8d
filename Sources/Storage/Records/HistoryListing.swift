internal import GRDB
public import JobGraph
public import Scheduling

/// Which runs a history is about.
public struct HistoryFilter: Sendable {
  /// nil: all jobs.
  public var job: String?
  /// Only what began then or later.
  public var since: Instant?
  /// nil: all. "interrupted" also finds runs that are stored as "running": what they are is not known here.
  public var states: Set<RunResult>?
  public var limit: Int

  public init(job: String? = nil, since: Instant? = nil, states: Set<RunResult>? = nil, limit: Int) {
    (self.job, self.since, self.states, self.limit) = (job, since, states, limit)
  }
}

/// What a history says of a run beside the run itself.
public struct RunDigest: Sendable, Equatable {
  /// Rows that its tasks added, and rows that they changed.
  public var newRows = 0
  public var changedRows = 0
  /// The first task that failed for good, and why.
  public var failure: String?
  /// The steps that a kill cut off, sorted.
  public var cutOff: [String] = []
  /// A later run for the same date that came to its end.
  public var completedBy: RunID?
  /// The last time that it was resumed.
  public var resumedAt: Instant?

  public init() {}
}

extension WarehouseReader {
  /// The newest runs first.
  /// - Complexity: O(limit) without `states`; else as many runs as must be looked at to find them.
  public func runs(_ filter: HistoryFilter) throws -> [RunRow] {
    var (conditions, arguments) = ([String](), StatementArguments())
    func require(_ condition: String, _ values: StatementArguments) {
      conditions.append(condition)
      arguments += values
    }
    if let job = filter.job { require("job = ?", [job]) }
    if let since = filter.since { require("started_at >= ?", [since.milliseconds]) }
    if var states = filter.states {
      if states.contains(.interrupted) { states.insert(.running) }
      let names = states.map(\.rawValue).sorted()
      require("state IN (\(names.map { _ in "?" }.joined(separator: ", ")))", StatementArguments(names))
    }
    let condition = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
    arguments += [filter.limit]
    return try Row.fetchAll(
      database, sql: "\(WarehouseReader.selectRun)\(condition) ORDER BY started_at DESC, id DESC LIMIT ?", arguments: arguments
    ).map(WarehouseReader.run)
  }

  /// - Complexity: O(tasks of the run).
  public func digest(of run: RunRow, state: RunResult) throws -> RunDigest {
    var digest = RunDigest()
    if let sums = try database.cachedStatement(
      sql: """
        SELECT total(iif(c.value ->> 'name' = 'new', c.value ->> 'value', 0)),
          total(iif(c.value ->> 'name' IN ('restated', 'changed'), c.value ->> 'value', 0))
        FROM tasks, json_each(tasks.counts) AS c WHERE run_id = ? AND counts <> '[]'
        """
    ).fetchRows([run.id.name]).first {
      (digest.newRows, digest.changedRows) = (Int(sums[0] as Double), Int(sums[1] as Double))
    }
    guard state != .succeeded || run.state != state else {
      digest.resumedAt = try resumption(of: run)
      return digest
    }
    digest.failure = try firstFailure(of: run)
    digest.cutOff = try cutOffSteps(of: run)
    digest.resumedAt = try resumption(of: run)
    if state == .interrupted { digest.completedBy = try completion(of: run) }
    return digest
  }

  private func firstFailure(of run: RunRow) throws -> String? {
    try database.cachedStatement(
      sql: """
        SELECT step, task, message FROM attempts
        WHERE run_id = ?1 AND state = 'failed' AND message IS NOT NULL AND EXISTS (
          SELECT 1 FROM tasks WHERE tasks.run_id = ?1 AND tasks.step = attempts.step AND tasks.task = attempts.task AND tasks.state = 'failed')
        ORDER BY ended_at, step, task LIMIT 1
        """
    ).fetchRows([run.id.name]).first.map { "\(TaskID(StepID($0[0]), $0[1])): \($0[2] as String)" }
  }

  private func cutOffSteps(of run: RunRow) throws -> [String] {
    try database.cachedStatement(
      sql: "SELECT DISTINCT step FROM attempts WHERE run_id = ? AND state IN ('interrupted', 'running') ORDER BY step"
    ).fetchRows([run.id.name]).map { $0[0] }
  }

  private func resumption(of run: RunRow) throws -> Instant? {
    try database.cachedStatement(sql: "SELECT max(at) FROM events WHERE run_id = ? AND step IS NULL AND message = 'resumed'")
      .fetchRows([run.id.name]).first.flatMap { ($0[0] as Int64?).map { Instant(milliseconds: $0) } }
  }

  private func completion(of run: RunRow) throws -> RunID? {
    try database.cachedStatement(
      sql: """
        SELECT id FROM runs WHERE job = ? AND logical_date = ? AND started_at > ? AND state IN ('succeeded', 'partial')
        ORDER BY started_at LIMIT 1
        """
    ).fetchRows([run.job, run.logicalDate.milliseconds, run.startedAt.milliseconds]).first.map { RunID($0[0]) }
  }
}
