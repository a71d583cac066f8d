import Foundation
import JobGraph
import Scheduling

/// One try of a task while it runs: what the loop of a run can cancel.
final class Attempt: Sendable {
  private let limit: Duration?
  private let lock = NSLock()
  nonisolated(unsafe) private var work: Task<Void, Never>?
  nonisolated(unsafe) private var hasEnded = false
  nonisolated(unsafe) private var isTooLate = false

  /// - Parameter limit: the step's timeout, for the message.
  init(limit: Duration?) { self.limit = limit }

  func begin(on executor: (any TaskExecutor)?, _ body: @escaping @Sendable () async -> Void) {
    let work = Task(executorPreference: executor) { await body() }
    lock.withLock { self.work = work }
  }

  /// Asks it to finish its write or to roll back.
  func cancel() { lock.withLock { work }?.cancel() }

  /// It is over; a deadline no longer matters.
  func end() {
    lock.withLock { (work, hasEnded) = (nil, true) }
  }

  /// Its deadline has passed: when it fails now, this is why.
  func expire() {
    let isRunning = lock.withLock {
      if !hasEnded { isTooLate = true }
      return !hasEnded
    }
    if isRunning { cancel() }
  }

  /// How an attempt failed that was cancelled because it took too long; nil for any other.
  var timeoutFailure: TaskFailure? {
    guard let limit, lock.withLock({ isTooLate }) else { return nil }
    return TaskFailure(.timeout, "the attempt took longer than \(limit.inSeconds) s, its step's timeout")
  }

  var isOver: Bool { lock.withLock { hasEnded } }
}
