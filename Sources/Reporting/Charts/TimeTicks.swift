import Scheduling

/// The marks of an axis whose steps are bars, not time: a mark stands at the first bar of a new year, quarter, month, day or hour.
struct TimeTick: Equatable {
  /// The index of the bar.
  var index: Int
  var label: String
  /// Whether a larger unit begins too: a year among months, a day among hours.
  var isMajor: Bool

  /// The finest marks of which at most `count` are needed.
  ///
  /// - Parameter times: open times, ascending.
  static func ticks(for times: [Instant], atMost count: Int) -> [TimeTick] {
    guard times.count > 1 else { return times.first.map { [TimeTick(index: 0, label: TimeStyle.date($0), isMajor: true)] } ?? [] }
    let intraday = !times.allSatisfy(TimeStyle.isMidnight)
    let units: [Unit] = intraday ? [.hour, .sixHours, .day, .month, .quarter, .year] : [.day, .week, .month, .quarter, .year, .decade]
    for unit in units {
      let starts = (1..<times.count).filter { unit.key(of: times[$0]) != unit.key(of: times[$0 - 1]) }
      if starts.count <= count, !(starts.isEmpty && unit != .hour && unit != .day) {
        return starts.map { tick(at: $0, in: times, unit: unit) }
      }
    }
    return [TimeTick(index: 0, label: TimeStyle.date(times[0]), isMajor: true)]
  }

  private static func tick(at index: Int, in times: [Instant], unit: Unit) -> TimeTick {
    let (day, before) = (times[index].utcDay, times[index - 1].utcDay)
    let newYear = day.year != before.year
    let month = TimeStyle.months[day.month - 1]
    switch unit {
    case .hour, .sixHours:
      let newDay = day != before
      return TimeTick(index: index, label: newDay ? "\(day.day) \(month)" : TimeStyle.clock(times[index]), isMajor: newDay)
    case .day, .week: return TimeTick(index: index, label: "\(day.day) \(month)", isMajor: day.month != before.month)
    case .month, .quarter: return TimeTick(index: index, label: newYear ? "\(month) \(day.year)" : month, isMajor: newYear)
    case .year, .decade: return TimeTick(index: index, label: "\(day.year)", isMajor: true)
    }
  }

  private enum Unit {
    case hour, sixHours, day, week, month, quarter, year, decade

    /// A number that changes where a new unit begins.
    func key(of time: Instant) -> Int {
      let day = time.utcDay
      return switch self {
      case .hour: Int(time.floored(to: .hours(1)).milliseconds / 3_600_000)
      case .sixHours: Int(time.floored(to: .hours(6)).milliseconds / 3_600_000)
      case .day: Int(time.floored(to: .days(1)).milliseconds / 86_400_000)
      case .week: Int((time - .days(4)).floored(to: .days(7)).milliseconds / 86_400_000)
      case .month: day.year * 12 + day.month - 1
      case .quarter: day.year * 4 + (day.month - 1) / 3
      case .year: day.year
      case .decade: day.year / 10
      }
    }
  }
}
