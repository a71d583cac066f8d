import Foundation
public import JobGraph
public import Scheduling

/// What an operation knows of the run it works in: nothing of candles, nothing of other tasks.
public struct StepContext: Sendable {
  public let run: RunID
  public let job: String
  /// What had not closed by then does not exist.
  public let logicalDate: Instant
  public let task: PlannedTask
  public let attempt: Int
  /// The parameters of the step, defaults filled in.
  public let parameters: Parameters
  /// Waiting happens by this clock.
  public let time: any TimeSource
  /// When the attempt or the run times out, by that clock, whichever is first; nil when neither does.
  public let latest: Instant?

  let log: any RunLog
  let gate: CommitGate
  let now: @Sendable () -> Instant

  /// A value of the task's `each`.
  /// - Precondition: the operation declared the dimension.
  public func value(_ dimension: String) -> String { Parameters(task.values).text(dimension) }

  /// Writes what the task leaves behind together with its own completion, in one durable transaction. At most once per attempt, and
  /// last: after it the task has succeeded.
  public func commit(_ effects: @escaping @Sendable (any TaskTransaction) throws -> TaskOutcome) async throws -> TaskOutcome {
    try Task.checkCancellation()
    gate.pass()
    return try await log.complete(task.id, attempt: attempt, of: run, at: now(), effects: effects)
  }

  /// Adds a line to the run's log.
  public func note(_ level: LogLine.Level, _ message: String) {
    log.note(LogLine(instant: now(), level: level, task: task.id, message: message), of: run)
  }
}

/// Remembers whether an attempt has committed.
final class CommitGate: Sendable {
  private let whenPassed: @Sendable () -> Void
  private let lock = NSLock()
  nonisolated(unsafe) private var isPassed = false

  /// - Parameter whenPassed: told when the attempt's work is over, before its completion is durable.
  init(whenPassed: @escaping @Sendable () -> Void) { self.whenPassed = whenPassed }

  var hasPassed: Bool { lock.withLock { isPassed } }

  func pass() {
    lock.withLock {
      precondition(!isPassed, "an operation must commit once")
      isPassed = true
    }
    whenPassed()
  }
}
