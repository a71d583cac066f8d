import Scheduling

/// New York's clock and the stock exchange's days, by rule.
enum NewYork {
  /// Hours behind UTC: 4 in summer, 5 in winter.
  ///
  /// Source: Energy Policy Act of 2005 (second Sunday of March to first Sunday of November); before 2007, the first Sunday of April
  /// to the last Sunday of October.
  static func hoursBehind(at instant: Instant) -> Int {
    let year = (instant - .hours(5)).utcDay.year
    let (first, last) =
      year >= 2007
      ? (sunday(2, of: 3, year), sunday(1, of: 11, year))
      : (sunday(1, of: 4, year), lastSunday(of: 10, year))
    return instant >= first.midnight + .hours(7) && instant < last.midnight + .hours(6) ? 4 : 5
  }

  static func date(at instant: Instant) -> CivilDate { (instant - .hours(hoursBehind(at: instant))).utcDay }

  static func open(_ day: CivilDate) -> Instant { wall(day, minutes: 9 * 60 + 30) }

  static func close(_ day: CivilDate) -> Instant { wall(day, minutes: 16 * 60) }

  private static func wall(_ day: CivilDate, minutes: Int) -> Instant {
    day.midnight + .hours(hoursBehind(at: day.midnight + .hours(14))) + .minutes(minutes)
  }

  /// Whether the exchange opens on a day: working days without its holidays and the days of mourning and disaster since 1999.
  static func isSession(_ day: CivilDate) -> Bool {
    guard (1...5).contains(day.weekday), !closures.contains(day.description) else { return false }
    return !isHoliday(day)
  }

  private static func isHoliday(_ day: CivilDate) -> Bool {
    let (week, isMonday) = ((day.day + 6) / 7, day.weekday == 1)
    switch day.month {
    case 1: return isObserved(day, 1, 1) || (isMonday && week == 3)
    case 2: return isMonday && week == 3
    case 3, 4: return day == easter(day.year).adding(days: -2)
    case 5: return isMonday && day.day > 24
    case 6: return day.year >= 2022 && isObserved(day, 6, 19)
    case 7: return isObserved(day, 7, 4)
    case 9: return isMonday && week == 1
    case 11: return day.weekday == 4 && week == 4
    case 12: return isObserved(day, 12, 25)
    default: return false
    }
  }

  /// The day itself, the Friday before a Saturday or the Monday after a Sunday, within the same year.
  private static func isObserved(_ day: CivilDate, _ month: Int, _ date: Int) -> Bool {
    let holiday = CivilDate(year: day.year, month: month, day: date)!
    switch holiday.weekday {
    case 6: return day == holiday.adding(days: -1)
    case 0: return day == holiday.adding(days: 1)
    default: return day == holiday
    }
  }

  /// Source: the anonymous Gregorian algorithm (Nature, 20 April 1876).
  private static func easter(_ year: Int) -> CivilDate {
    let (a, b, c) = (year % 19, year / 100, year % 100)
    let g = (8 * b + 13) / 25
    let h = (19 * a + b - b / 4 - g + 15) % 30
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
    let m = (a + 11 * h + 22 * l) / 451
    let sum = h + l - 7 * m + 114
    return CivilDate(year: year, month: sum / 31, day: sum % 31 + 1)!
  }

  private static func sunday(_ number: Int, of month: Int, _ year: Int) -> CivilDate {
    let first = CivilDate(year: year, month: month, day: 1)!
    return first.adding(days: (7 - first.weekday) % 7 + 7 * (number - 1))
  }

  private static func lastSunday(of month: Int, _ year: Int) -> CivilDate {
    let last = CivilDate(year: year, month: month, day: CivilDate.days(inMonth: month, of: year))!
    return last.adding(days: -last.weekday)
  }

  private static let closures: Set<String> = [
    "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29", "2012-10-30", "2018-12-05",
    "2025-01-09",
  ]
}
