import Foundation

/// The rules of the New York Stock Exchange, and the days that follow no rule.
enum NewYork {
  static let years = 1990...2100

  static let zone: ScheduleZone = {
    guard let zone = TimeZone(identifier: "America/New_York") else {
      preconditionFailure("this build of Foundation knows no time zones: link it with its internationalization data")
    }
    return ScheduleZone(zone)
  }()

  /// Days without trading that no rule gives: mourning, 11 September, the storm of 2012. What comes later stands in calendars.yaml.
  private static let closures: Set<CivilDate> = days(
    "1994-04-27", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29", "2012-10-30",
    "2018-12-05", "2025-01-09")

  /// Days that closed at 13:00 and that no rule gives.
  private static let shortDays: Set<CivilDate> = days("1997-12-26", "1999-12-31", "2003-12-26")

  private static func days(_ texts: String...) -> Set<CivilDate> { Set(texts.map { CivilDate($0)! }) }

  /// The instant of a time of day; those of trading hours are never skipped or repeated.
  static func instant(on date: CivilDate, hour: Int, minute: Int = 0) -> Instant {
    let wall = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60
    return Instant(seconds: wall - zone.offset(at: wall + 5 * 3600))
  }

  static func isClosed(on date: CivilDate) -> Bool {
    let weekday = date.weekday
    return weekday == 0 || weekday == 6 || isHoliday(date, weekday) || closures.contains(date)
  }

  /// - Parameter weekday: of the date; Monday to Friday.
  private static func isHoliday(_ date: CivilDate, _ weekday: Int) -> Bool {
    let (year, month, day) = (date.year, date.month, date.day)
    let isMonday = weekday == 1
    switch month {
    case 1: return day == 1 || day == 2 && isMonday || year >= 1998 && isMonday && (15...21).contains(day)
    case 2: return isMonday && (15...21).contains(day)
    case 3, 4: return weekday == 5 && date.adding(days: 2) == easter(of: year)
    case 5: return isMonday && day >= 25
    case 6: return year >= 2022 && isObserved(19, day, weekday)
    case 7: return isObserved(4, day, weekday)
    case 9: return isMonday && day <= 7
    case 11: return weekday == 4 && (22...28).contains(day)
    case 12: return isObserved(25, day, weekday)
    default: return false
    }
  }

  /// A holiday on a Saturday is kept on the Friday before it, one on a Sunday on the Monday after.
  private static func isObserved(_ holiday: Int, _ day: Int, _ weekday: Int) -> Bool {
    day == holiday || day == holiday - 1 && weekday == 5 || day == holiday + 1 && weekday == 1
  }

  /// The hour of an early close; nil on a day of usual length.
  /// - Parameter date: a day with a session.
  static func earlyCloseHour(on date: CivilDate) -> Int? {
    let (year, weekday) = (date.year, date.weekday)
    switch (date.month, date.day) {
    case (12, 24): return year < 1993 ? 14 : 13
    case (11, 23...29) where weekday == 5: return year < 1992 ? nil : year == 1992 ? 14 : 13
    // Before 2013 a 4 July on a Thursday shortened the Friday after it, since then the Wednesday before it.
    case (7, 3) where year >= 1995: return weekday == 3 && year < 2013 ? nil : 13
    case (7, 5) where year >= 1995 && year < 2013 && weekday == 5: return 13
    default: return shortDays.contains(date) ? 13 : nil
    }
  }

  /// Easter Sunday. Source: the anonymous Gregorian computus (Nature, 20 April 1876).
  static func easter(of year: Int) -> CivilDate {
    let (golden, century, yearOfCentury) = (year % 19, year / 100, year % 100)
    let correction = (century - (century + 8) / 25 + 1) / 3
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30
    let weekday = (32 + 2 * (century % 4) + 2 * (yearOfCentury / 4) - epact - yearOfCentury % 4) % 7
    let late = (golden + 11 * epact + 22 * weekday) / 451
    let days = epact + weekday - 7 * late + 114
    return CivilDate(year: year, month: days / 31, day: days % 31 + 1)!
  }
}
