import Foundation

/// When a systemd timer must wake so that an expression of any zone is never late: `OnCalendar=` texts, all in UTC.
///
/// systemd skips a local time that does not exist on the day that the clocks go forward (systemd/systemd#5595), so no timer of ours names a
/// zone but UTC. A zone that changes its offset gets the times of each offset, and those behind a gap: a few wake-ups more than there are
/// instants, never one too few. The job's own decisions tell which of them are due.
struct CalendarEvents {
  /// The texts, in UTC.
  let texts: [String]
  /// Whether the timer wakes at the instants of the expression and at no other time.
  let isExact: Bool

  /// Offsets that the zone has within these years count.
  private static let horizon = 10 * 366 * 86_400

  init(_ expression: CronExpression, in timeZone: TimeZone, asOf now: Instant) {
    let zone = ScheduleZone(timeZone)
    let start = now.wholeSeconds
    let changes = zone.changes(after: start, through: start + Self.horizon)
    let offsets = Set([zone.offset(at: start)] + changes.map(\.after))
    let fields = expression.fields
    var times: [Int: Set<Int>] = [:]
    for offset in offsets { fields.add(to: &times, offset: offset) }
    if !fields.isWildcard { for change in changes { fields.addMoved(to: &times, by: change) } }
    let shifts = times.keys.sorted()
    if fields.hasNoDayLimit {
      texts = CalendarText.lines(times.values.reduce(into: Set()) { $0.formUnion($1) }, days: [""])
    } else {
      texts = shifts.flatMap { CalendarText.lines(times[$0]!, days: fields.calendarDays(movedBy: $0)) }
    }
    let movesDates = shifts != [0] && (fields.days != CronFields.allDays || fields.months != CronFields.allMonths)
    isExact = offsets.count == 1 && offsets.allSatisfy { $0 % 60 == 0 } && !movesDates
  }
}

extension CronFields {
  fileprivate static let allDays: UInt32 = 0xFFFF_FFFE
  fileprivate static let allMonths: UInt16 = 0x1FFE
  private static let allWeekdays: UInt8 = 0x7F

  fileprivate var hasNoDayLimit: Bool { days == Self.allDays && months == Self.allMonths && weekdays == Self.allWeekdays }

  /// The minutes of the UTC day for an offset, by the days that UTC's date is ahead of the local one.
  fileprivate func add(to times: inout [Int: Set<Int>], offset: Int) {
    for hour in hours.setBits {
      for minute in minutes.setBits {
        let utc = hour * 60 + minute - offset.dividedDown(by: 60)
        let shift = utc.dividedDown(by: 1440)
        times[shift, default: []].insert(utc - shift * 1440)
      }
    }
  }

  /// The first minute behind a gap, for each day on which a time of day is skipped.
  fileprivate func addMoved(to times: inout [Int: Set<Int>], by change: ScheduleZone.Change) {
    guard change.after > change.before else { return }
    let second = change.firstMinuteAfter
    let day = second.dividedDown(by: 86_400)
    var wall = ((change.instant + change.before) + 59).dividedDown(by: 60) * 60
    while wall < second + change.after {
      let local = wall.dividedDown(by: 86_400)
      let minute = (wall - local * 86_400) / 60
      if hours >> UInt32(minute / 60) & 1 == 1, minutes >> UInt64(minute % 60) & 1 == 1 {
        times[day - local, default: []].insert((second - day * 86_400) / 60)
      }
      wall += 60
    }
  }

  /// Weekdays and dates in systemd's words, for a UTC date that is some days ahead of the local one.
  fileprivate func calendarDays(movedBy shift: Int) -> [String] {
    let date = self.date(movedBy: shift)
    let week = weekdays == Self.allWeekdays ? "" : CalendarText.weekdays(Set(weekdays.setBits.map { (($0 + shift) % 7 + 7) % 7 })) + " "
    guard !needsBothDays else { return [week + date] }
    // Either field is enough: a line for each.
    let anyDay = "*-\(CalendarText.list(monthsMoved(by: shift), within: 1...12, width: 2))-*"
    return [date, week + anyDay]
  }

  private func date(movedBy shift: Int) -> String {
    let dates = days == Self.allDays ? Set(1...31) : datesMoved(by: shift)
    return "*-\(CalendarText.list(monthsMoved(by: shift), within: 1...12, width: 2))-\(CalendarText.list(dates, within: 1...31, width: 2))"
  }

  private func datesMoved(by shift: Int) -> Set<Int> {
    let own = Set(days.setBits)
    if shift == 0 { return own }
    let moved = Set(own.map { $0 + shift }.filter { (1...31).contains($0) })
    if shift < 0 { return own.contains(1) ? moved.union(28...31) : moved }
    return own.contains { $0 >= 28 } ? moved.union([1]) : moved
  }

  private func monthsMoved(by shift: Int) -> Set<Int> {
    let own = Set(months.setBits)
    return shift == 0 ? own : own.union(own.map { ($0 - 1 + (shift < 0 ? 11 : 1)) % 12 + 1 })
  }
}

/// The writing of `OnCalendar=`; see systemd.time(7).
private enum CalendarText {
  /// A line for each set of minutes that some hours have in common.
  /// - Parameter times: minutes of the day.
  static func lines(_ times: Set<Int>, days: [String]) -> [String] {
    let hours = Dictionary(grouping: times, by: { $0 / 60 }).mapValues { Set($0.map { $0 % 60 }) }
    let groups = Dictionary(grouping: hours.keys, by: { hours[$0]! }).sorted { $0.value.min()! < $1.value.min()! }
    return days.flatMap { day in
      groups.map { minutes, hours in
        "\(day.isEmpty ? "*-*-*" : day) \(list(Set(hours), within: 0...23, width: 2)):\(list(minutes, within: 0...59, width: 2)):00 UTC"
      }
    }
  }

  static func weekdays(_ days: Set<Int>) -> String {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    return list(Set(days.map { ($0 + 6) % 7 }), within: -1...7, width: 0) { names[$0] }
  }

  /// `*`, `02`, `01,15`, `09..17`
  static func list(_ values: Set<Int>, within range: ClosedRange<Int>, width: Int, name: (Int) -> String? = { _ in nil }) -> String {
    if values.count == range.count { return "*" }
    var runs: [ClosedRange<Int>] = []
    for value in values.sorted() {
      if let last = runs.last, last.upperBound + 1 == value {
        runs[runs.count - 1] = last.lowerBound...value
      } else {
        runs.append(value...value)
      }
    }
    func text(_ value: Int) -> String { name(value) ?? (width == 2 ? twoDigits(value) : String(value)) }
    return runs.map { run in
      run.count > 2 ? "\(text(run.lowerBound))..\(text(run.upperBound))" : run.map(text).joined(separator: ",")
    }.joined(separator: ",")
  }
}
