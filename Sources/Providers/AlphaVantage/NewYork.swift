import Foundation
public import Scheduling

/// The two moments of New York's day that Alpha Vantage needs.
public enum NewYork {
  /// 16:00 of a day. Early closes are a calendar's knowledge, not a clock's.
  public static func regularClose(of day: CivilDate) -> Instant {
    instant(of: day, hour: 16)
  }

  /// The next 00:00: when Alpha Vantage is assumed to count a new day.
  public static func midnight(after now: Instant) -> Instant {
    let today = (now - .hours(4)).utcDay
    for day in [today, today.adding(days: 1)] {
      let midnight = instant(of: day, hour: 0)
      if midnight > now { return midnight }
    }
    return instant(of: today.adding(days: 2), hour: 0)
  }

  /// - Parameter hour: one at which clocks are never changed: 0, or 3...23.
  private static func instant(of day: CivilDate, hour: Int) -> Instant {
    let inWinter = day.midnight + .hours(hour + 5)
    // Without zone rules winter time is assumed: an hour late in summer, never early.
    guard let zone = TimeZone(identifier: "America/New_York") else { return inWinter }
    return day.midnight + .hours(hour) - .seconds(zone.secondsFromGMT(for: inWinter.date))
  }
}
