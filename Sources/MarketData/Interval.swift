public import Scheduling

/// How long a candle lasts. The names are case-sensitive: `1m` is a minute, `1M` a month.
public enum Interval: String, Sendable, CaseIterable, Comparable, CustomStringConvertible {
  case second1 = "1s"
  case minute1 = "1m"
  case minute3 = "3m"
  case minute5 = "5m"
  case minute15 = "15m"
  case minute30 = "30m"
  case hour1 = "1h"
  case hour2 = "2h"
  case hour4 = "4h"
  case hour6 = "6h"
  case hour8 = "8h"
  case hour12 = "12h"
  case day1 = "1d"
  case day3 = "3d"
  case week1 = "1w"
  case month1 = "1M"

  public var description: String { rawValue }

  /// The fixed length of a bar, or nil for a month.
  public var length: Duration? {
    switch self {
    case .second1: .seconds(1)
    case .minute1: .minutes(1)
    case .minute3: .minutes(3)
    case .minute5: .minutes(5)
    case .minute15: .minutes(15)
    case .minute30: .minutes(30)
    case .hour1: .hours(1)
    case .hour2: .hours(2)
    case .hour4: .hours(4)
    case .hour6: .hours(6)
    case .hour8: .hours(8)
    case .hour12: .hours(12)
    case .day1: .days(1)
    case .day3: .days(3)
    case .week1: .days(7)
    case .month1: nil
    }
  }

  /// Shorter before longer.
  public static func < (a: Interval, b: Interval) -> Bool {
    (a.length ?? .days(28)) < (b.length ?? .days(28))
  }

  /// The open time of the bar that `instant` lies in, on the UTC grid: weeks open on Monday, months on the 1st.
  public func openTime(containing instant: Instant) -> Instant {
    switch self {
    case .month1:
      let day = instant.utcDay
      return CivilDate(year: day.year, month: day.month, day: 1)!.midnight
    case .week1:
      // 1970-01-01 was a Thursday; the first Monday is day 4.
      let monday = Duration.days(4)
      return (instant - monday).floored(to: .days(7)) + monday
    default:
      return instant.floored(to: length!)
    }
  }

  /// The open time of the bar after the one that opens at `openTime`: also the first instant at which that one has closed.
  public func next(after openTime: Instant) -> Instant {
    if let length { return openTime + length }
    let day = openTime.utcDay
    let (year, month) = day.month == 12 ? (day.year + 1, 1) : (day.year, day.month + 1)
    return CivilDate(year: year, month: month, day: 1)!.midnight
  }
}
