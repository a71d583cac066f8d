import Foundation
public import Scheduling

/// The computer's own clock.
public struct SystemTime: TimeSource {
  public init() {}

  public func now() -> Instant { Instant(Date()) }

  public func sleep(until instant: Instant) async throws {
    let wait = instant - now()
    if wait > .zero { try await Task.sleep(for: wait) }
  }
}
