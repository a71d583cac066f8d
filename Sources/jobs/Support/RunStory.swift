import JobGraph
import Reporting
import Scheduling
import Storage

/// What is told of one run: how it came about, what its steps did, and how that compares with what was expected.
struct RunStory {
  let row: RunRow
  let account: RunAccount
  let decision: DecisionRow?
  /// All of the log, oldest first.
  let log: [LogLine]
  let comparison: ForecastComparison?

  /// Lines of the log that are shown beside the story.
  static let logTailMax = 10

  init(row: RunRow, account: RunAccount, decision: DecisionRow?, log: [LogLine]) {
    (self.row, self.account, self.decision, self.log) = (row, account, decision, log)
    comparison = ForecastComparison(account)
  }

  static func read(_ name: String, in workspace: Workspace) async throws -> RunStory {
    let warehouse = try workspace.reading()
    let row = try await workspace.run(named: name, in: warehouse)
    let states = try await warehouse.runStates(lockFile: workspace.lockFile)
    return try await warehouse.read {
      RunStory(
        row: row, account: try $0.account(of: row, state: states.state(of: row)), decision: try $0.decision(about: row),
        log: try $0.log(of: row.id))
    }
  }

  var json: RunJSON { RunJSON(row, state: account.state) }

  // MARK: - How it came about

  /// On time, late, or caught up; nil for a run that the schedule knows nothing of.
  var origin: String? {
    guard let decision = decision?.decision else { return nil }
    let late = row.startedAt - decision.instant
    let distance = late >= .seconds(1) ? "\(DurationText.short(late.inSeconds)) late" : "on time"
    return "due \(decision.instant), \(decision.verdict == .caughtUp ? "caught up, " : "")\(distance)"
      + (decision.reason.map { ": \(OneLine.shown($0))" } ?? "")
  }

  /// The parts of a run that was interrupted.
  var parts: [String] {
    let cut = account.steps.flatMap { step in
      step.tasks.flatMap { task in
        task.attempts.filter { $0.state == "interrupted" || ($0.state == "running" && account.state == .interrupted) }.map {
          (TaskID(step.id, task.key), $0)
        }
      }
    }
    let events = log.filter { $0.task == nil && ($0.message == "resumed" || $0.message.hasPrefix("found dead")) }
    return cut.map { "\($0.0) was cut off in attempt \($0.1.number), begun \($0.1.startedAt)" }
      + events.map { "\($0.instant) \($0.message)" }
  }

  // MARK: - Attempts

  /// Attempts that failed, with the wait before the next one.
  var failures: [String] {
    account.steps.flatMap { step in
      step.tasks.flatMap { task in
        task.attempts.enumerated().compactMap { index, attempt -> String? in
          guard let message = attempt.message else { return nil }
          let next = index + 1 < task.attempts.count ? task.attempts[index + 1].startedAt : nil
          let wait = zip2(attempt.endedAt, next).map { ", the next one \(DurationText.short(max(0, ($1 - $0).inSeconds))) later" } ?? ""
          return "\(attempt.startedAt)  \(TaskID(step.id, task.key)) (attempt \(attempt.number)\(wait)): \(OneLine.shown(message))"
        }
      }
    }
  }

  var warnings: [String] {
    account.steps.flatMap { step in
      step.tasks.flatMap { task in task.warnings.map { "\(TaskID(step.id, task.key)): \(OneLine.shown($0))" } }
    }
  }

  private func zip2<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    guard let a, let b else { return nil }
    return (a, b)
  }
}

extension LogLine {
  /// `2026-01-15T02:30:07Z  warning crypto BTCUSDT/1d: HTTP 503`
  var text: String { "\(instant)  \(level.rawValue)\(task.map { " \($0)" } ?? ""): \(OneLine.shown(message))" }
}
