/// The five fields as bit masks, and the search for wall-clock times that match them.
///
/// Wall times are counted in seconds from 1970-01-01T00:00 on the wall, whatever the zone.
struct CronFields: Sendable, Hashable {
  /// Bit n stands for the value n in each mask.
  var minutes: UInt64 = 0
  var hours: UInt32 = 0
  var days: UInt32 = 0
  var months: UInt16 = 0
  /// Bits 0...6; 0 is Sunday.
  var weekdays: UInt8 = 0
  /// The minute or hour field begins with `*`.
  var isWildcard = false
  /// Day of month or day of week begins with `*`: a day must satisfy both.
  var needsBothDays = false

  /// 0001-01-01T00:00 and 9999-12-31T23:59:59: no search goes beyond them.
  static let firstSecond = -719_162 * 86_400
  static let lastSecond = 2_932_897 * 86_400 - 1

  /// The first matching minute at or after a wall time; nil beyond the year 9999.
  func match(atOrAfter wall: Int) -> Int? {
    let minute = (wall + 59).dividedDown(by: 60)
    let today = minute.dividedDown(by: 1440)
    guard let day = day(atOrAfter: today) else { return nil }
    if day == today {
      if let time = time(atOrAfter: minute - today * 1440) { return (day * 1440 + time) * 60 }
    } else {
      return (day * 1440 + firstTime) * 60
    }
    return self.day(atOrAfter: today + 1).map { ($0 * 1440 + firstTime) * 60 }
  }

  /// The last matching minute at or before a wall time; nil before the year 1.
  func match(atOrBefore wall: Int) -> Int? {
    let minute = wall.dividedDown(by: 60)
    let today = minute.dividedDown(by: 1440)
    guard let day = day(atOrBefore: today) else { return nil }
    if day == today {
      if let time = time(atOrBefore: minute - today * 1440) { return (day * 1440 + time) * 60 }
    } else {
      return (day * 1440 + lastTime) * 60
    }
    return self.day(atOrBefore: today - 1).map { ($0 * 1440 + lastTime) * 60 }
  }

  func matches(wall: Int) -> Bool { match(atOrAfter: wall) == wall }
}

extension CronFields {
  private var firstTime: Int { hours.lowestBit * 60 + minutes.lowestBit }
  private var lastTime: Int { hours.highestBit * 60 + minutes.highestBit }

  /// - Parameter minute: of the day, 0..<1440.
  private func time(atOrAfter minute: Int) -> Int? {
    let (hour, rest) = (minute / 60, minute % 60)
    if hours >> UInt32(hour) & 1 == 1 {
      let left = minutes & (~0 << UInt64(rest))
      if left != 0 { return hour * 60 + left.lowestBit }
    }
    let later = hours & (~0 << UInt32(hour + 1))
    return later == 0 ? nil : later.lowestBit * 60 + minutes.lowestBit
  }

  private func time(atOrBefore minute: Int) -> Int? {
    let (hour, rest) = (minute / 60, minute % 60)
    if hours >> UInt32(hour) & 1 == 1 {
      let left = minutes & ~(~0 << UInt64(rest + 1))
      if left != 0 { return hour * 60 + left.highestBit }
    }
    let earlier = hours & ~(~0 << UInt32(hour))
    return earlier == 0 ? nil : earlier.highestBit * 60 + minutes.highestBit
  }

  /// - Parameter day: days since 1970-01-01, as the result.
  private func day(atOrAfter day: Int) -> Int? {
    let date = CivilDate(daysSinceEpoch: day)
    var (year, month, from) = (date.year, date.month, UInt32(date.day))
    while year <= 9999 {
      if months >> UInt16(month) & 1 == 1 {
        let left = dayMask(year: year, month: month) & (~0 << from)
        if left != 0 { return CivilDate(year: year, month: month, day: left.lowestBit)!.daysSinceEpoch }
      }
      let later = months & (~0 << UInt16(month + 1))
      if later == 0 { year += 1 }
      month = (later == 0 ? months : later).lowestBit
      from = 1
    }
    return nil
  }

  private func day(atOrBefore day: Int) -> Int? {
    let date = CivilDate(daysSinceEpoch: day)
    var (year, month, to) = (date.year, date.month, UInt32(date.day))
    while year >= 1 {
      if months >> UInt16(month) & 1 == 1 {
        let left = dayMask(year: year, month: month) & ~(~0 << (to + 1))
        if left != 0 { return CivilDate(year: year, month: month, day: left.highestBit)!.daysSinceEpoch }
      }
      let earlier = months & ~(~0 << UInt16(month))
      if earlier == 0 { year -= 1 }
      month = (earlier == 0 ? months : earlier).highestBit
      to = 31
    }
    return nil
  }

  /// The matching days of a month, bits 1...31.
  private func dayMask(year: Int, month: Int) -> UInt32 {
    let all = ~(~0 << UInt32(CivilDate.days(inMonth: month, of: year) + 1)) & ~1 as UInt32
    let first = CivilDate(year: year, month: month, day: 1)!.weekday
    let doubled = UInt64(weekdays) | UInt64(weekdays) << 7
    let week = doubled >> UInt64(first) & 0x7F
    // Five copies of the week, one every seven bits, moved up by one because days count from 1.
    let byWeekday = UInt32(truncatingIfNeeded: (week &* 0x1020_4081) << 1)
    return (needsBothDays ? days & byWeekday : days | byWeekday) & all
  }
}

extension FixedWidthInteger {
  /// The number of the lowest bit that is set. The value must not be zero.
  var lowestBit: Int { trailingZeroBitCount }
  var highestBit: Int { Self.bitWidth - 1 - leadingZeroBitCount }
  /// The numbers of all bits that are set, the lowest first.
  var setBits: [Int] { (0..<Self.bitWidth).filter { self >> Self($0) & 1 == 1 } }
}

extension Int {
  /// Division rounded toward minus infinity.
  /// - Parameter divisor: above zero.
  func dividedDown(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
