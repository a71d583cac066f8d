import Foundation

/// Lines on their way to a reader who may be slow: what is too much is left out and counted, so that nobody waits.
final class LineRing: Sendable {
  private let lock = WaitLock()
  private let write: @Sendable ([String]) -> Void
  nonisolated(unsafe) private var lines: [String] = []
  nonisolated(unsafe) private var left = 0
  nonisolated(unsafe) private var isStopping = false
  nonisolated(unsafe) private var isRunning = false

  /// So many lines wait.
  private static let linesMax = 4096

  /// - Parameter write: called on a thread of its own, with lines in order.
  init(write: @escaping @Sendable ([String]) -> Void) { self.write = write }

  func start() {
    lock.withLock { isRunning = true }
    Thread.detachNewThread { [self] in
      while let batch = next() { write(batch) }
      lock.withLock {
        isRunning = false
        lock.broadcast()
      }
    }
  }

  func add(_ line: String) {
    lock.withLock {
      if lines.count < Self.linesMax { lines.append(line) } else { left += 1 }
      if lines.count == 1 { lock.signal() }
    }
  }

  var leftOut: Int { lock.withLock { left } }

  /// Ends when all lines are written, or the reader takes too long.
  func stop(seconds: Double) {
    lock.withLock {
      isStopping = true
      lock.broadcast()
      let deadline = Deadline(seconds: seconds)
      while isRunning, lock.wait(until: deadline) {}
    }
  }

  private func next() -> [String]? {
    lock.withLock {
      while lines.isEmpty, !isStopping { lock.wait() }
      defer { lines = [] }
      return lines.isEmpty ? nil : lines
    }
  }
}
