public import Foundation

/// A moment in UTC, exact to the millisecond.
///
/// Every time in the program is one: candles, logical dates, reservations. Milliseconds in an integer compare, hash and store
/// exactly, which seconds in a Double do not.
public struct Instant: Hashable, Sendable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
  public var milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// The instant of a date, to the nearest millisecond.
  public init(_ date: Date) {
    milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
  }

  /// The same moment as Foundation's type, for calendars and formatters.
  public var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

  public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

  /// The moment `duration` later; a part of a millisecond is dropped.
  public static func + (instant: Instant, duration: Duration) -> Instant {
    Instant(milliseconds: instant.milliseconds + duration.milliseconds)
  }

  /// The moment `duration` earlier; a part of a millisecond is dropped.
  public static func - (instant: Instant, duration: Duration) -> Instant {
    Instant(milliseconds: instant.milliseconds - duration.milliseconds)
  }

  /// The time from `b` to `a`; negative when `a` is earlier.
  public static func - (a: Instant, b: Instant) -> Duration {
    .milliseconds(a.milliseconds - b.milliseconds)
  }

  /// The last multiple of `step` since the epoch that is not after this instant: the minute, hour or UTC day it lies in.
  /// - Parameter step: above zero.
  public func floored(to step: Duration) -> Instant {
    let size = step.milliseconds
    let remainder = milliseconds % size
    return Instant(milliseconds: milliseconds - (remainder < 0 ? remainder + size : remainder))
  }
}

extension Duration {
  /// Whole milliseconds, cut toward zero.
  public var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  /// Seconds as a Double, for arithmetic and display.
  public var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
  public static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
  public static func days(_ count: Int) -> Duration { .seconds(count * 86400) }
}
