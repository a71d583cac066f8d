import MarketData
import Scheduling

/// Reads bars of any interval off a path, oldest first, a day at a time: the memory needed does not grow with the range.
struct CryptoBars {
  let path: CryptoPath
  let interval: Interval
  /// Open times that are wanted, in milliseconds; both ends belong to it.
  let range: ClosedRange<Int64>
  /// What has not begun by then does not exist, and what has not ended is shown in part.
  let now: Int64
  let limit: Int

  private var result: [Bar] = []
  private var group: Bar?
  private var groupEnd: Int64 = .min

  init(path: CryptoPath, interval: Interval, range: ClosedRange<Int64>, now: Int64, limit: Int) {
    (self.path, self.interval, self.range, self.now, self.limit) = (path, interval, range, now, limit)
  }

  /// The oldest `limit` bars of the range.
  mutating func oldest() -> [Bar] {
    result.reserveCapacity(min(limit, 1000))
    let first = interval.openTime(containing: Instant(milliseconds: range.lowerBound)).milliseconds
    var index = max(0, Int((first / CryptoPath.dayLength)) - path.listing.firstDay)
    var (hours, minutes, seconds): ([Bar], [Bar], [Bar]) = ([], [], [])
    while index < path.days.count, !isFull {
      let day = path.days[index]
      index += 1
      guard day.openTime <= now, day.openTime <= range.upperBound || group != nil else { break }
      if path.isMissing(path.listing.firstDay + index - 1) { continue }
      if interval >= .day1 {
        take(path.weighed(day, &hours))
      } else {
        hours.removeAll(keepingCapacity: true)
        path.splitIntoHours(day, into: &hours)
        for hour in hours where hour.closeTime >= first && !isFull {
          if interval >= .hour1 { take(hour) } else { descend(into: hour, from: first, &minutes, &seconds) }
        }
      }
    }
    closeGroup()
    return result
  }

  private func beyond(_ bar: Bar) -> Bool { bar.openTime > now || (bar.openTime > range.upperBound && group == nil) }

  private mutating func descend(into hour: Bar, from first: Int64, _ minutes: inout [Bar], _ seconds: inout [Bar]) {
    guard !beyond(hour) else { return }
    minutes.removeAll(keepingCapacity: true)
    path.split(hour, gridStart: hour.closeTime + 1 - CryptoPath.hourLength, partLength: 60_000, into: &minutes)
    for minute in minutes where minute.closeTime >= first && !isFull {
      if interval >= .minute1 {
        take(minute)
      } else if !beyond(minute) {
        seconds.removeAll(keepingCapacity: true)
        path.split(minute, gridStart: minute.closeTime + 1 - 60_000, partLength: 1000, into: &seconds)
        for second in seconds { take(second) }
      }
    }
  }

  private var isFull: Bool { result.count >= limit }

  /// Adds a bar to the one that it is part of.
  private mutating func take(_ bar: Bar) {
    guard !isFull, bar.openTime <= now else { return }
    let shown = bar.partial(at: now)
    guard shown.openTime >= groupEnd else {
      group?.absorb(shown)
      return
    }
    closeGroup()
    guard !isFull else { return }
    open(shown)
  }

  private mutating func open(_ bar: Bar) {
    let start = interval.openTime(containing: Instant(milliseconds: bar.openTime))
    groupEnd = interval.next(after: start).milliseconds
    var first = bar
    // A bar that is not put together keeps its own open time, also off the grid.
    if bar.closeTime != groupEnd - 1 || bar.openTime == start.milliseconds { first.openTime = start.milliseconds }
    first.closeTime = groupEnd - 1
    group = range.contains(first.openTime) ? first : nil
  }

  private mutating func closeGroup() {
    if let group, !isFull { result.append(group) }
    group = nil
  }
}

extension CryptoBars {
  /// The latest `limit` bars that open at or before `end`.
  static func latest(of path: CryptoPath, interval: Interval, through end: Int64, now: Int64, limit: Int) -> [Bar] {
    let listed = Int64(path.listing.firstDay) * CryptoPath.dayLength
    let length = interval.length?.milliseconds ?? Duration.days(31).milliseconds
    let end = min(end, now, path.days.last?.closeTime ?? end)
    var span = length * Int64(limit)
    while true {
      let start = max(end - span, listed - Duration.days(31).milliseconds)
      guard start <= end else { return [] }
      var bars = CryptoBars(path: path, interval: interval, range: start...end, now: now, limit: .max)
      let found = bars.oldest()
      if found.count >= limit || start < listed { return Array(found.suffix(limit)) }
      span *= 2
    }
  }
}
