import Foundation

/// A zone as a step function of time: the offset from UTC at a second, and where it changes.
///
/// Only `secondsFromGMT(for:)` is asked, which costs some 40 ns; a change is found by bisection, and only where two offsets differ.
/// It is assumed that no zone changes its offset twice within ``span`` times two; a test looks at every known zone.
struct ScheduleZone {
  /// More than any two offsets of a zone differ, in seconds (Pacific/Apia went from -10:00 to +14:00).
  static let span = 26 * 3600

  private let zone: TimeZone

  init(_ zone: TimeZone) { self.zone = zone }

  /// Seconds east of UTC.
  func offset(at second: Int) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
  }

  /// The change of offset in `start < instant <= end`, if there is one.
  func change(after start: Int, through end: Int) -> Change? {
    let (before, after) = (offset(at: start), offset(at: end))
    guard before != after else { return nil }
    var (old, new) = (start, end)
    while new - old > 1 {
      let middle = old + (new - old) / 2
      if offset(at: middle) == before { old = middle } else { new = middle }
    }
    return Change(instant: new, before: before, after: after)
  }

  /// The highest whole minute that the wall clock has shown up to a second, and the offset at that second.
  ///
  /// It is ahead of the clock while an hour is repeated.
  func latestWallTime(by second: Int) -> (wall: Int, offset: Int) {
    guard let change = change(after: second - 2 * Self.span, through: second) else {
      let offset = offset(at: second)
      return ((second + offset).downToMinute, offset)
    }
    let now = (second + change.after).downToMinute
    let atChange = (change.instant - 1 + change.before).downToMinute
    return (now >= change.instant + change.after ? max(now, atChange) : atChange, change.after)
  }

  /// All changes of offset in a range, oldest first.
  func changes(after start: Int, through end: Int) -> [Change] {
    var result: [Change] = []
    var from = start
    while from < end {
      let to = min(end, from + 2 * Self.span)
      if let change = change(after: from, through: to) { result.append(change) }
      from = to
    }
    return result
  }

  /// A moment at which the wall clock jumps.
  struct Change: Equatable {
    /// The first second with the new offset.
    let instant: Int
    let before: Int
    let after: Int

    /// The first whole minute on the wall clock at or after the change.
    var firstMinuteAfter: Int { (instant + after).upToMinute - after }

    /// Whether the wall clock shows `wall` twice.
    func repeats(_ wall: Int) -> Bool { instant + after <= wall && wall < instant + before }

    /// The first second at which the wall clock shows a whole minute that is `wall` or later.
    func firstReach(of wall: Int) -> Int {
      if wall - before < instant { return wall - before }
      return max(wall, (instant + after).upToMinute) - after
    }
  }
}

extension Int {
  fileprivate var downToMinute: Int { dividedDown(by: 60) * 60 }
  fileprivate var upToMinute: Int { (self + 59).dividedDown(by: 60) * 60 }
}

extension Instant {
  init(seconds: Int) { self.init(milliseconds: Int64(seconds) * 1000) }

  /// Seconds since 1970, rounded toward the past.
  var wholeSeconds: Int { Int(milliseconds).dividedDown(by: 1000) }
}
