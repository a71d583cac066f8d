import Foundation
internal import GRDB
public import JobGraph
public import Scheduling

extension Warehouse: RunLog {
  public func open(_ run: RunHeader, plan: Plan, forecast: Forecast?) async throws {
    let (text, expected) = (try PlanRecord(plan).json(), try forecast.map { try ForecastRecord($0).json() })
    try await write { transaction in
      try transaction.database.execute(
        sql: "INSERT INTO runs (id, job, logical_date, trigger, state, started_at, plan, forecast) VALUES (?, ?, ?, ?, 'running', ?, ?, ?)",
        arguments: [run.id.name, run.job, run.logicalDate.milliseconds, run.trigger, run.startedAt.milliseconds, text, expected])
      let statement = try transaction.database.cachedStatement(
        sql: "INSERT INTO tasks (run_id, step, task, state) VALUES (?, ?, ?, ?)")
      for step in plan.steps {
        for task in step.tasks {
          try statement.execute(arguments: [run.id.name, step.id.name, task.id.key, step.skip == nil ? "waiting" : "skipped"])
        }
      }
    }
  }

  public func began(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant) {
    commits.expect(task) { try Warehouse.begin(task, attempt, run, instant, $0) }
  }

  public func beganDurably(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant) async throws {
    try await commits.write(.powerCut) { try Warehouse.begin(task, attempt, run, instant, $0) }
    commits.expect(task)
  }

  public func complete(
    _ task: TaskID, attempt: Int, of run: RunID, at instant: Instant,
    effects: @escaping @Sendable (any TaskTransaction) throws -> TaskOutcome
  ) async throws -> TaskOutcome {
    let places = outboxPlaces
    return try await commits.write(.powerCut, from: task) { database in
      let outcome = try effects(WarehouseTransaction(database: database, places: places))
      try database.cachedStatement(
        sql: "UPDATE tasks SET state = 'succeeded', note = ?, counts = ?, warnings = ? WHERE run_id = ? AND step = ? AND task = ?"
      ).execute(arguments: [
        outcome.note, JSONText.counts(outcome.counts), JSONText.texts(outcome.warnings), run.name, task.step.name, task.key,
      ])
      try Warehouse.endAttempt(task, attempt, run, instant, state: "succeeded", failure: nil, database)
      return outcome
    }
  }

  public func outcome(of task: TaskID, in run: RunID) async throws -> TaskOutcome? {
    try await read { reader in
      try Row.fetchOne(
        reader.database,
        sql: "SELECT note, counts, warnings FROM tasks WHERE run_id = ? AND step = ? AND task = ? AND state = 'succeeded'",
        arguments: [run.name, task.step.name, task.key]
      ).map {
        TaskOutcome(note: $0[0], counts: try JSONText.decodeCounts($0[1]), warnings: try JSONText.decodeTexts($0[2]))
      }
    }
  }

  public func failed(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant, failure: TaskFailure, state: TaskState) {
    commits.dismiss(task)
    commits.note { database in
      try Warehouse.setState(state, of: task, run: run, database)
      try Warehouse.endAttempt(
        task, attempt, run, instant, state: state == .cancelled ? "cancelled" : "failed", failure: failure, database)
      guard state != .cancelled else { return }
      let text = state == .retrying ? "attempt \(attempt) failed, another follows: \(failure.message)" : failure.message
      let line = LogLine(instant: instant, level: state == .retrying ? .warning : .error, task: task, message: text)
      try Warehouse.insert(line, run, database)
    }
  }

  public func ended(_ step: StepProgress, of run: RunID, at instant: Instant) {
    commits.note { database in
      try database.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO steps (run_id, step, state, reason, ended_at, tasks, succeeded, failed)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [
        run.name, step.id.name, step.state.rawValue, step.skipReason?.sentence, instant.milliseconds, step.tasks, step.succeeded,
        step.failed,
      ])
      guard step.state == .skipped || step.state == .cancelled else { return }
      try database.cachedStatement(
        sql: "UPDATE tasks SET state = ? WHERE run_id = ? AND step = ? AND state IN ('waiting', 'retrying')"
      ).execute(arguments: [step.state.rawValue, run.name, step.id.name])
      if let reason = step.skipReason {
        let line = LogLine(instant: instant, level: .info, task: TaskID(step.id), message: "skipped: \(reason.sentence)")
        try Warehouse.insert(line, run, database)
      }
    }
  }

  public func note(_ line: LogLine, of run: RunID) {
    commits.note { try Warehouse.insert(line, run, $0) }
  }

  public func close(_ run: RunID, result: RunResult, exitStatus: CommandStatus, at instant: Instant) async throws {
    try await write { transaction in
      try transaction.database.execute(
        sql: "UPDATE runs SET state = ?, exit_status = ?, ended_at = ? WHERE id = ?",
        arguments: [result.rawValue, exitStatus.rawValue, instant.milliseconds, run.name])
    }
  }

  /// Says of runs that are "running" though their process is gone that they were interrupted. The caller holds the run lock, so
  /// nothing else can be running.
  /// - Returns: their names, oldest first.
  public func markInterrupted(at instant: Instant) async throws -> [RunID] {
    // Most starts find none, and need no commit to say so.
    let open = try await read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM runs WHERE state = 'running'")! }
    guard open > 0 else { return [] }
    return try await write { transaction in
      let database = transaction.database
      let dead = try String.fetchAll(database, sql: "SELECT id FROM runs WHERE state = 'running' ORDER BY started_at, id")
      for run in dead {
        try database.execute(
          sql: "UPDATE runs SET state = 'interrupted', ended_at = ? WHERE id = ?", arguments: [instant.milliseconds, run])
        try database.execute(sql: "UPDATE attempts SET state = 'interrupted' WHERE run_id = ? AND state = 'running'", arguments: [run])
        try database.execute(
          sql: "UPDATE tasks SET state = 'waiting' WHERE run_id = ? AND state IN ('running', 'retrying')", arguments: [run])
        let line = LogLine(instant: instant, level: .warning, task: nil, message: "found dead: its process ended without closing the run")
        try Warehouse.insert(line, RunID(run), database)
      }
      return dead.map(RunID.init)
    }
  }

  /// Opens an unfinished run again, to be continued.
  ///
  /// - Parameters:
  ///   - tasks: those that will run; the others stay as they are.
  ///   - failures: of tasks that are not tried again.
  public func reopen(
    _ run: RunID, repeating tasks: [TaskID], failed failures: [(task: TaskID, failure: TaskFailure)] = [], at instant: Instant
  ) async throws {
    try await write { transaction in
      try transaction.database.execute(
        sql: "UPDATE runs SET state = 'running', ended_at = NULL, exit_status = NULL WHERE id = ?", arguments: [run.name])
      for task in tasks { try Warehouse.setState(.waiting, of: task, run: run, transaction.database) }
      for (task, failure) in failures {
        // Its attempt stays "interrupted": the next --resume finds it in doubt again.
        try Warehouse.setState(.failed, of: task, run: run, transaction.database)
        try Warehouse.insert(
          LogLine(instant: instant, level: .error, task: task, message: failure.message), run, transaction.database)
      }
      try Warehouse.insert(LogLine(instant: instant, level: .info, task: nil, message: "resumed"), run, transaction.database)
    }
  }

  private static func begin(_ task: TaskID, _ attempt: Int, _ run: RunID, _ instant: Instant, _ database: Database) throws {
    try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO attempts (run_id, step, task, attempt, state, started_at) VALUES (?, ?, ?, ?, 'running', ?)"
    ).execute(arguments: [run.name, task.step.name, task.key, attempt, instant.milliseconds])
    try setState(.running, of: task, run: run, database)
  }

  private static func setState(_ state: TaskState, of task: TaskID, run: RunID, _ database: Database) throws {
    try database.cachedStatement(sql: "UPDATE tasks SET state = ? WHERE run_id = ? AND step = ? AND task = ?")
      .execute(arguments: [state.rawValue, run.name, task.step.name, task.key])
  }

  private static func endAttempt(
    _ task: TaskID, _ attempt: Int, _ run: RunID, _ instant: Instant, state: String, failure: TaskFailure?, _ database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        UPDATE attempts SET state = ?, ended_at = ?, failure = ?, message = ?
        WHERE run_id = ? AND step = ? AND task = ? AND attempt = ?
        """
    ).execute(arguments: [
      state, instant.milliseconds, failure?.kind.word, failure?.message, run.name, task.step.name, task.key, attempt,
    ])
  }

  private static func insert(_ line: LogLine, _ run: RunID, _ database: Database) throws {
    try database.cachedStatement(sql: "INSERT INTO events (run_id, at, level, step, task, message) VALUES (?, ?, ?, ?, ?, ?)")
      .execute(arguments: [
        run.name, line.instant.milliseconds, line.level.rawValue, line.task?.step.name, line.task?.key, line.message,
      ])
  }
}

extension TaskFailure.Kind {
  /// The word for it in the warehouse.
  var word: String {
    switch self {
    case .transient: "transient"
    case .permanent: "permanent"
    case .data: "data"
    case .credentials: "credentials"
    case .deferred(let until): "deferred until \(until)"
    case .storage: "storage"
    case .timeout: "timeout"
    case .bug: "bug"
    }
  }
}

/// Small values that stand as JSON in a column.
enum JSONText {
  static func texts(_ texts: [String]) throws -> String { texts.isEmpty ? "[]" : try encode(texts) }
  static func counts(_ counts: [TaskOutcome.Count]) throws -> String {
    guard !counts.allSatisfy({ isPlain($0.name) }) else {
      // A thousand small tasks write a thousand of these: an encoder for each would cost more than its row.
      return "[" + counts.map { "{\"name\":\"\($0.name)\",\"value\":\($0.value)}" }.joined(separator: ",") + "]"
    }
    return try encode(counts.map { Pair(name: $0.name, value: $0.value) })
  }

  static func decodeTexts(_ text: String) throws -> [String] {
    text == "[]" ? [] : try JSONDecoder().decode([String].self, from: Data(text.utf8))
  }
  static func decodeCounts(_ text: String) throws -> [TaskOutcome.Count] {
    text == "[]" ? [] : try JSONDecoder().decode([Pair].self, from: Data(text.utf8)).map { .init($0.name, $0.value) }
  }

  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Whether a text is its own JSON between quotes.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: " ") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
  }

  private struct Pair: Codable {
    let name: String
    let value: Int
  }
}
