/// When a failed attempt is followed by another: exponential backoff with full jitter.
///
/// Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
public struct RetryPolicy: Sendable, Hashable {
  /// How often a task is tried in all; at least 1.
  public var attempts: Int
  /// The ceiling of the first wait; it doubles with each attempt.
  public var backoff: Duration
  /// No wait is longer, unless the provider asks for it.
  public var maxBackoff: Duration

  public init(attempts: Int = 1, backoff: Duration = .seconds(2), maxBackoff: Duration = .seconds(120)) {
    (self.attempts, self.backoff, self.maxBackoff) = (attempts, backoff, maxBackoff)
  }

  /// The wait after a failed attempt.
  ///
  /// - Parameters:
  ///   - attempt: the attempt that failed; the first is 1.
  ///   - jitter: a random number in `0..<1`; the wait is this share of the ceiling.
  /// - Returns: a wait in `0..<min(maxBackoff, backoff × 2^(attempt-1))`, or nil when no attempt is left.
  public func delay(afterAttempt attempt: Int, jitter: Double) -> Duration? {
    guard attempt < attempts else { return nil }
    var ceiling = min(backoff, maxBackoff)
    for _ in 1..<max(1, attempt) where ceiling < maxBackoff { ceiling = min(ceiling * 2, maxBackoff) }
    return .nanoseconds(Int64(ceiling.seconds * jitter * 1e9))
  }
}

extension Duration {
  fileprivate var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
