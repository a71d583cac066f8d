import Foundation
import Scheduling

/// One clock for several processes: it begins at `start` when the monotonic clock shows `origin`, and moves `scale` times as fast.
struct ScaledClock: TimeSource {
  let start: Instant
  /// Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
  let origin: UInt64
  let scale: Double

  static var monotonic: UInt64 { clock_gettime_nsec() }

  func now() -> Instant {
    start + .milliseconds(Int64(Double(ScaledClock.monotonic &- origin) / 1e6 * scale))
  }

  func sleep(until instant: Instant) async throws {
    while true {
      let left = instant - now()
      guard left > .zero else { return try Task.checkCancellation() }
      try await Task.sleep(for: .seconds(left.inSeconds / scale), tolerance: .zero)
    }
  }
}

private func clock_gettime_nsec() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
