import Foundation
import Scheduling

/// Time that moves only when told.
final class SimulatedTime: TimeSource, @unchecked Sendable {
  private struct Sleeper {
    let end: Instant
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let lock = NSLock()
  private var instant: Instant
  private var sleepers: [UUID: Sleeper] = [:]
  /// Tells the end of each sleep that begins.
  let sleeps: AsyncStream<Instant>
  private let begun: AsyncStream<Instant>.Continuation

  init(_ start: Instant) {
    instant = start
    (sleeps, begun) = AsyncStream.makeStream()
  }

  func now() -> Instant { lock.withLock { instant } }

  func sleep(until end: Instant) async throws {
    let id = UUID()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer: Result<Void, any Error>? = lock.withLock {
          if Task.isCancelled { return .failure(CancellationError()) }
          if end <= instant { return .success(()) }
          sleepers[id] = Sleeper(end: end, continuation: continuation)
          return nil
        }
        begun.yield(end)
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let sleeper = lock.withLock { sleepers.removeValue(forKey: id) }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Moves on, and wakes whose time has come.
  func move(to target: Instant) {
    let due = lock.withLock {
      instant = max(instant, target)
      let due = sleepers.filter { $0.value.end <= instant }
      due.keys.forEach { sleepers[$0] = nil }
      return due.values.sorted { $0.end < $1.end }
    }
    due.forEach { $0.continuation.resume() }
  }
}
