import Foundation

/// The signals that ask to stop; a second one ends the process at once.
struct StopSignals {
  let stream: AsyncStream<Int32>

  init() {
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    self.stream = stream
    let count = SignalCount()
    Process.onStopSignals { number in
      guard count.isFirst() else { Foundation.exit(number == SIGTERM ? 143 : 130) }
      continuation.yield(number)
    }
  }
}

private final class SignalCount: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var count = 0

  func isFirst() -> Bool {
    lock.withLock {
      count += 1
      return count == 1
    }
  }
}
