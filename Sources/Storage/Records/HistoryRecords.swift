internal import GRDB
public import JobGraph
public import Scheduling

/// A run as history shows it.
public struct RunRow: Sendable {
  public var id: RunID
  public var job: String
  public var logicalDate: Instant
  public var trigger: String
  public var state: RunResult
  public var exitStatus: Int?
  public var startedAt: Instant
  public var endedAt: Instant?
}

public struct StepRow: Sendable {
  public var step: StepID
  public var state: String
  public var reason: String?
  public var endedAt: Instant
  public var tasks: Int
  public var succeeded: Int
  public var failed: Int
}

public struct TaskRow: Sendable {
  public var task: TaskID
  public var state: String
  public var note: String
  public var counts: [TaskOutcome.Count]
  public var warnings: [String]
}

public struct AttemptRow: Sendable {
  public var task: TaskID
  public var attempt: Int
  public var state: String
  public var startedAt: Instant
  public var endedAt: Instant?
  public var failure: String?
  public var message: String?

  /// Until when the task was put off, for a quota or a ban; nil for any other end.
  public var putOffUntil: Instant? {
    failure.flatMap { $0.hasPrefix("deferred until ") ? Instant(iso8601: String($0.dropFirst(15))) : nil }
  }
}

extension WarehouseReader {
  /// The newest runs first.
  public func runs(of job: String?, limit: Int) throws -> [RunRow] {
    try Row.fetchAll(
      database, sql: "\(WarehouseReader.selectRun) WHERE (?1 IS NULL OR job = ?1) ORDER BY started_at DESC, id DESC LIMIT ?2",
      arguments: [job, limit]
    ).map(WarehouseReader.run)
  }

  /// Whether a run of a job for a later date came to an end with its report.
  public func hasLaterRun(of job: String, than logicalDate: Instant) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE job = ? AND logical_date > ? AND state IN ('succeeded', 'partial'))",
      arguments: [job, logicalDate.milliseconds])!
  }

  /// The run of that name, or the runs whose names begin with it, the newest first.
  /// - Parameter limit: how many at most.
  public func runs(named name: String, limit: Int) throws -> [RunRow] {
    let exact = try Row.fetchAll(database, sql: "\(WarehouseReader.selectRun) WHERE id = ?", arguments: [name])
    guard exact.isEmpty, !name.isEmpty else { return exact.map(WarehouseReader.run) }
    return try Row.fetchAll(
      database, sql: "\(WarehouseReader.selectRun) WHERE id > ?1 AND id < ?1 || char(1114111) ORDER BY started_at DESC, id DESC LIMIT ?2",
      arguments: [name, limit]
    ).map(WarehouseReader.run)
  }

  /// The run of exactly that name.
  public func run(named name: String) throws -> RunRow? {
    try Row.fetchOne(database, sql: "\(WarehouseReader.selectRun) WHERE id = ?", arguments: [name]).map(WarehouseReader.run)
  }

  /// The newest run of a job that did not come to its end, and that no later run for the same date has made good.
  /// - Parameter logicalDate: nil for any.
  public func unfinishedRun(of job: String, logicalDate: Instant? = nil) throws -> RunRow? {
    try Row.fetchOne(
      database,
      sql: """
        \(WarehouseReader.selectRun) WHERE job = ?1 AND (?2 IS NULL OR logical_date = ?2)
          AND state IN ('running', 'interrupted', 'cancelled', 'failed', 'partial')
          AND NOT EXISTS (
            SELECT 1 FROM runs AS later WHERE later.job = runs.job AND later.logical_date = runs.logical_date
              AND later.started_at > runs.started_at AND later.state IN ('succeeded', 'not due'))
        ORDER BY started_at DESC, id DESC LIMIT 1
        """, arguments: [job, logicalDate?.milliseconds]
    ).map(WarehouseReader.run)
  }

  public func runCount(of job: String, logicalDate: Instant) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT count(*) FROM runs WHERE job = ? AND logical_date = ?", arguments: [job, logicalDate.milliseconds])!
  }

  public func plan(of run: RunID) throws -> Plan {
    guard let text = try String.fetchOne(database, sql: "SELECT plan FROM runs WHERE id = ?", arguments: [run.name]) else {
      throw DatabaseError(message: "there is no run \(run)")
    }
    do {
      return try PlanRecord(json: text).plan
    } catch {
      throw WarehouseError.unreadablePlan(run: run.name)
    }
  }

  /// The plans of the runs of a job for a logical date.
  public func plans(of job: String, logicalDate: Instant) throws -> [Plan] {
    try String.fetchAll(
      database, sql: "SELECT plan FROM runs WHERE job = ? AND logical_date = ? ORDER BY started_at, id",
      arguments: [job, logicalDate.milliseconds]
      // What another version wrote and this one cannot read says nothing here.
    ).compactMap { try? PlanRecord(json: $0).plan }
  }

  public func steps(of run: RunID) throws -> [StepRow] {
    try Row.fetchAll(
      database, sql: "SELECT step, state, reason, ended_at, tasks, succeeded, failed FROM steps WHERE run_id = ?", arguments: [run.name]
    ).map {
      StepRow(
        step: StepID($0[0]), state: $0[1], reason: $0[2], endedAt: Instant(milliseconds: $0[3]), tasks: $0[4], succeeded: $0[5],
        failed: $0[6])
    }
  }

  public func tasks(of run: RunID) throws -> [TaskRow] {
    try Row.fetchAll(
      database, sql: "SELECT step, task, state, note, counts, warnings FROM tasks WHERE run_id = ?", arguments: [run.name]
    ).map {
      TaskRow(
        task: TaskID(StepID($0[0]), $0[1]), state: $0[2], note: $0[3], counts: try JSONText.decodeCounts($0[4]),
        warnings: try JSONText.decodeTexts($0[5]))
    }
  }

  public func attempts(of run: RunID) throws -> [AttemptRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT step, task, attempt, state, started_at, ended_at, failure, message FROM attempts WHERE run_id = ?
        ORDER BY started_at, step, task, attempt
        """, arguments: [run.name]
    ).map {
      AttemptRow(
        task: TaskID(StepID($0[0]), $0[1]), attempt: $0[2], state: $0[3], startedAt: Instant(milliseconds: $0[4]),
        endedAt: ($0[5] as Int64?).map { Instant(milliseconds: $0) }, failure: $0[6], message: $0[7])
    }
  }

  /// The log of a run, oldest first.
  public func log(of run: RunID, step: StepID? = nil) throws -> [LogLine] {
    try log(of: run, step: step, after: 0).map(\.line)
  }

  /// The lines of the log of a run that were written after another, oldest first.
  /// - Parameter number: of the last line that is known; 0 for all.
  public func log(of run: RunID, step: StepID?, after number: Int64) throws -> [(number: Int64, line: LogLine)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT at, level, step, task, message, id FROM events WHERE run_id = ?1 AND (?2 IS NULL OR step = ?2) AND id > ?3 ORDER BY id
        """, arguments: [run.name, step?.name, number]
    ).map {
      let line = LogLine(
        instant: Instant(milliseconds: $0[0]), level: LogLine.Level(rawValue: $0[1]) ?? .info,
        task: ($0[2] as String?).map { [task = $0[3] as String?] in TaskID(StepID($0), task ?? "") }, message: $0[4])
      return ($0[5], line)
    }
  }

  /// What the tasks of an unfinished run have done.
  public func recordedTasks(of run: RunID) throws -> [TaskID: RecordedTask] {
    var result: [TaskID: RecordedTask] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT t.step, t.task, t.state = 'succeeded', ifnull(max(a.attempt), 0), ifnull(sum(a.state = 'failed'), 0),
          (SELECT state = 'interrupted' FROM attempts WHERE run_id = t.run_id AND step = t.step AND task = t.task
            ORDER BY attempt DESC LIMIT 1)
        FROM tasks t LEFT JOIN attempts a ON a.run_id = t.run_id AND a.step = t.step AND a.task = t.task
        WHERE t.run_id = ? GROUP BY t.step, t.task
        """, arguments: [run.name])
    while let row = try rows.next() {
      result[TaskID(StepID(row[0]), row[1])] = RecordedTask(
        isSucceeded: row[2], attempts: row[3], failedAttempts: row[4], isInDoubt: row[5] ?? false)
    }
    return result
  }

  static let selectRun = "SELECT id, job, logical_date, trigger, state, exit_status, started_at, ended_at FROM runs"

  static func run(_ row: Row) -> RunRow {
    RunRow(
      id: RunID(row[0]), job: row[1], logicalDate: Instant(milliseconds: row[2]), trigger: row[3],
      state: RunResult(rawValue: row[4]) ?? .interrupted, exitStatus: row[5], startedAt: Instant(milliseconds: row[6]),
      endedAt: (row[7] as Int64?).map { Instant(milliseconds: $0) })
  }
}
