/// What tells the time and waits for it. The pure modules never ask one; the shell is given one, and a test gives its own.
public protocol TimeSource: Sendable {
  /// The wall clock, in UTC.
  func now() -> Instant

  /// Returns when `now()` has reached `instant`, at once when it has passed.
  /// - Throws: `CancellationError` when the task is cancelled first.
  func sleep(until instant: Instant) async throws
}
