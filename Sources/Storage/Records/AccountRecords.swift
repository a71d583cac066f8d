internal import GRDB
public import JobGraph
import Scheduling

extension WarehouseReader {
  /// All that is known of a run, from one consistent state.
  ///
  /// - Parameter state: what to call it; the stored state of a run whose process died is still "running".
  /// - Throws: ``WarehouseError/unreadablePlan(run:)`` when another version wrote it.
  public func account(of run: RunRow, state: RunResult? = nil) throws -> RunAccount {
    let plan = try plan(of: run.id)
    let ended = Dictionary(try steps(of: run.id).map { ($0.step, $0) }) { $1 }
    let tasks = Dictionary(try tasks(of: run.id).map { ($0.task, $0) }) { $1 }
    let attempts = Dictionary(grouping: try attempts(of: run.id), by: \.task)
    let requests = try requests(of: run.id)
    return RunAccount(
      id: run.id, plan: plan, forecast: try forecast(of: run.id), state: state ?? run.state, exitStatus: run.exitStatus,
      startedAt: run.startedAt, endedAt: run.endedAt,
      steps: plan.steps.map { step in
        RunAccount.Step(
          id: step.id, state: ended[step.id].flatMap { TaskState(rawValue: $0.state) }, reason: ended[step.id]?.reason,
          tasks: step.tasks.map { RunAccount.Task(tasks[$0.id], key: $0.id.key, attempts: attempts[$0.id] ?? []) },
          requests: requests[step.id] ?? [])
      })
  }

  /// What was expected of a run; nil when its version wrote nothing of the kind.
  public func forecast(of run: RunID) throws -> Forecast? {
    try String.fetchOne(database, sql: "SELECT forecast FROM runs WHERE id = ?", arguments: [run.name])
      .flatMap { ForecastRecord(json: $0)?.forecast }
  }
}

extension RunAccount.Task {
  fileprivate init(_ row: TaskRow?, key: String, attempts: [AttemptRow]) {
    self.init(
      key: key, state: row.flatMap { TaskState(rawValue: $0.state) } ?? .waiting, note: row?.note ?? "", counts: row?.counts ?? [],
      warnings: row?.warnings ?? [],
      attempts: attempts.sorted { $0.attempt < $1.attempt }.map {
        RunAccount.Attempt(
          number: $0.attempt, state: $0.state, startedAt: $0.startedAt, endedAt: $0.endedAt, failure: $0.failure, message: $0.message)
      })
  }
}
