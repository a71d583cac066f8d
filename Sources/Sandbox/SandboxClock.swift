public import Scheduling

/// A clock that starts at the instant that a run is about and moves faster than the wall does.
///
/// The sandbox's limits and the program's own limiter read the same one, so a minute's window passes in a second for both.
public struct SandboxClock: TimeSource {
  /// What it showed when it was made.
  public let start: Instant
  /// Sandbox seconds per real second; above zero.
  public let scale: Double
  private let origin = ContinuousClock.now

  /// - Parameter scale: sandbox seconds per real second; above zero and finite.
  public init(startingAt start: Instant, scale: Double = 60) {
    precondition(scale > 0 && scale.isFinite, "a clock must move forward: scale is \(scale)")
    (self.start, self.scale) = (start, scale)
  }

  public func now() -> Instant {
    start + .seconds(origin.duration(to: .now).inSeconds * scale)
  }

  /// Waits the scaled time: with a scale of 60 a minute of the sandbox takes a second.
  public func sleep(until instant: Instant) async throws {
    while true {
      let left = instant - now()
      guard left > .zero else { return try Task.checkCancellation() }
      try await Task.sleep(for: .seconds(left.inSeconds / scale), tolerance: .zero)
    }
  }
}
