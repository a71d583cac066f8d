public import Foundation

extension CronExpression {
  /// How many occurrences there are in `start < instant <= end`.
  ///
  /// Around a change of the clock they are counted one by one; the stretches between follow the fields, and are multiplied out.
  /// - Complexity: O(*days* + *changes of the clock*).
  public func count(after start: Instant, through end: Instant, in timeZone: TimeZone) -> Int {
    let zone = ScheduleZone(timeZone)
    let (from, to) = (max(start.wholeSeconds, CronFields.firstSecond), min(end.wholeSeconds, CronFields.lastSecond))
    guard from < to else { return 0 }
    var (total, reached) = (0, from)
    for change in zone.changes(after: from - 2 * ScheduleZone.span, through: to + 2 * ScheduleZone.span) {
      let (before, after) = (change.instant - 2 * ScheduleZone.span, change.instant + 2 * ScheduleZone.span)
      if before > reached {
        let edge = min(before, to)
        total += steady(after: reached, through: edge, zone)
        reached = edge
      }
      let edge = min(after, to)
      if edge > reached {
        total += oneByOne(after: reached, through: edge, timeZone)
        reached = edge
      }
    }
    return total + (reached < to ? steady(after: reached, through: to, zone) : 0)
  }

  /// In a stretch without a change of the clock.
  private func steady(after start: Int, through end: Int, _ zone: ScheduleZone) -> Int {
    let offset = zone.offset(at: end)
    return fields.count(after: start + offset, through: end + offset)
  }

  private func oneByOne(after start: Int, through end: Int, _ zone: TimeZone) -> Int {
    var (count, last) = (0, Instant(seconds: start))
    while let next = next(after: last, in: zone)?.instant, next.wholeSeconds <= end {
      count += 1
      last = next
    }
    return count
  }
}

extension CronFields {
  /// How many wall-clock minutes in `start < wall <= end` match.
  func count(after start: Int, through end: Int) -> Int {
    guard start < end else { return 0 }
    let perDay = hours.nonzeroBitCount * minutes.nonzeroBitCount
    let (firstDay, lastDay) = ((start + 1).dividedDown(by: 86_400), end.dividedDown(by: 86_400))
    guard lastDay > firstDay + 1 else { return oneByOne(after: start, through: end) }
    let whole = days(from: firstDay + 1, before: lastDay) * perDay
    return oneByOne(after: start, through: (firstDay + 1) * 86_400 - 1) + whole + oneByOne(after: lastDay * 86_400 - 1, through: end)
  }

  private func oneByOne(after start: Int, through end: Int) -> Int {
    var (count, from) = (0, start + 1)
    while let wall = match(atOrAfter: from), wall <= end {
      count += 1
      from = wall + 60
    }
    return count
  }

  private func days(from first: Int, before end: Int) -> Int {
    var (count, day) = (0, first)
    while let wall = match(atOrAfter: day * 86_400), case let found = wall.dividedDown(by: 86_400), found < end {
      count += 1
      day = found + 1
    }
    return count
  }
}
