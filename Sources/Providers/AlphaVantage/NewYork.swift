import Foundation
public import Scheduling

/// New York's clock, as far as Alpha Vantage needs it.
public enum NewYork {
  /// 16:00 of a day. Early closes are a calendar's knowledge, not a clock's.
  public static func regularClose(of day: CivilDate) -> Instant {
    instant(of: day, seconds: 16 * 3600)
  }

  /// The next 00:00: when Alpha Vantage is assumed to count a new day.
  public static func midnight(after now: Instant) -> Instant {
    let today = (now - .hours(4)).utcDay
    for day in [today, today.adding(days: 1)] {
      let midnight = instant(of: day, seconds: 0)
      if midnight > now { return midnight }
    }
    return instant(of: today.adding(days: 2), seconds: 0)
  }

  /// - Parameter seconds: behind midnight on the clock; one at which clocks are never changed: 0, or from 3:00 on.
  static func instant(of day: CivilDate, seconds: Int) -> Instant {
    let inWinter = day.midnight + .seconds(seconds + 5 * 3600)
    // Without zone rules winter time is assumed: an hour late in summer, never early.
    guard let zone else { return inWinter }
    return day.midnight + .seconds(seconds - zone.secondsFromGMT(for: inWinter.date))
  }

  private static let zone = TimeZone(identifier: "America/New_York")
}
