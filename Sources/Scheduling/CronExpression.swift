public import Foundation

/// When a job is due, as five cron fields or a macro: `30 6 * * mon-fri`, `@daily`.
///
/// The meaning is that of Debian's cron (Vixie):
/// - Day of month and day of week: when either field begins with `*` both must match, otherwise one suffices.
/// - A *wildcard* expression (its minute or hour field begins with `*`) is due at every real minute whose wall clock matches: in both
///   passes of a repeated hour, never for a skipped one.
/// - Any other is *fixed*: due in the first pass of a repeated hour only, and when its wall-clock time is skipped, once, in the first
///   minute after the gap.
///
/// Source: cron(8) and crontab(5) of Debian 12, cron 3.0pl1-162.
public struct CronExpression: Sendable, Hashable {
  /// As it was written, without white space around it.
  public let text: String
  let fields: CronFields

  /// - Throws: ``CronDefect`` with the field, the column and what is allowed; also for an expression that can never be due.
  public init(_ text: some StringProtocol) throws(CronDefect) {
    var parser = CronParser(text)
    fields = try parser.parse()
    self.text = parser.trimmedText
  }

  /// Whether the expression follows every real minute instead of a time of day: its minute or hour field begins with `*`.
  public var isWildcard: Bool { fields.isWildcard }

  /// A moment at which an expression is due.
  public struct Occurrence: Sendable, Hashable {
    public let instant: Instant
    /// What a change of the clock did to a fixed time: `gap: moved from 02:30`, `overlap: first of two`; nil on all other days.
    public let note: String?

    public init(instant: Instant, note: String? = nil) {
      (self.instant, self.note) = (instant, note)
    }
  }

  /// The first occurrence that is later than `instant`.
  ///
  /// - Returns: nil only when there is none before the year 10,000.
  /// - Complexity: constant; four offset look-ups on a usual day.
  public func next(after instant: Instant, in zone: TimeZone) -> Occurrence? {
    let start = max(instant.wholeSeconds, CronFields.firstSecond)
    guard start < CronFields.lastSecond else { return nil }
    let zone = ScheduleZone(zone)
    guard fields.isWildcard else {
      let (reached, offset) = zone.latestWallTime(by: start)
      return fields.match(atOrAfter: reached + 60).map { occurrence(atWallTime: $0, in: zone, guess: offset) }
    }
    return nextWildcard(from: start + 1, in: zone).map { Occurrence(instant: Instant(seconds: $0)) }
  }

  /// The last occurrence that is not later than `instant`: what a run started then is about.
  ///
  /// - Returns: nil only when there is none since the year 1.
  public func latest(notAfter instant: Instant, in zone: TimeZone) -> Occurrence? {
    let end = min(instant.wholeSeconds, CronFields.lastSecond)
    guard end > CronFields.firstSecond else { return nil }
    let zone = ScheduleZone(zone)
    guard fields.isWildcard else {
      let (reached, offset) = zone.latestWallTime(by: end)
      return fields.match(atOrBefore: reached).map { occurrence(atWallTime: $0, in: zone, guess: offset) }
    }
    return latestWildcard(to: end, in: zone).map { Occurrence(instant: Instant(seconds: $0)) }
  }
}

extension CronExpression: CustomStringConvertible {
  public var description: String { text }
}

extension CronExpression {
  /// The first real minute at or after `start` whose wall clock matches.
  ///
  /// Goes by stretches of one offset. When the match lies further away than two spans, offsets may change and change back in
  /// between; that matters only within a span of the match, so the search goes on from there.
  private func nextWildcard(from start: Int, in zone: ScheduleZone) -> Int? {
    var start = start
    while true {
      let offset = zone.offset(at: start)
      guard let wall = fields.match(atOrAfter: start + offset) else { return nil }
      let candidate = wall - offset
      let horizon = min(candidate, start + 2 * ScheduleZone.span)
      if let change = zone.change(after: start, through: horizon) {
        start = change.instant
      } else if candidate == horizon {
        return candidate
      } else {
        start = candidate - ScheduleZone.span
      }
    }
  }

  private func latestWildcard(to end: Int, in zone: ScheduleZone) -> Int? {
    var end = end
    while true {
      let offset = zone.offset(at: end)
      guard let wall = fields.match(atOrBefore: end + offset) else { return nil }
      let candidate = wall - offset
      let horizon = max(candidate, end - 2 * ScheduleZone.span)
      if let change = zone.change(after: horizon, through: end) {
        end = change.instant - 1
      } else if candidate == horizon {
        return candidate
      } else {
        end = candidate + ScheduleZone.span
      }
    }
  }

  /// What a fixed time of day becomes in real time.
  private func occurrence(atWallTime wall: Int, in zone: ScheduleZone, guess: Int) -> Occurrence {
    let around = wall - guess
    guard let change = zone.change(after: around - ScheduleZone.span, through: around + ScheduleZone.span) else {
      return Occurrence(instant: Instant(seconds: wall - zone.offset(at: around + ScheduleZone.span)))
    }
    let second = change.firstReach(of: wall)
    return Occurrence(instant: Instant(seconds: second), note: note(at: second, wall: wall, change: change))
  }

  private func note(at second: Int, wall: Int, change: ScheduleZone.Change) -> String? {
    if change.repeats(wall), second < change.instant { return "overlap: first of two" }
    guard change.after > change.before, second == change.firstMinuteAfter else { return nil }
    var skipped: [Int] = []
    var from = change.instant + change.before
    while let wall = fields.match(atOrAfter: from), wall < second + change.after {
      skipped.append(wall)
      from = wall + 60
    }
    guard !skipped.isEmpty else { return nil }
    let day = (second + change.after).dividedDown(by: 86_400)
    let names = skipped.prefix(3).map { WallTime(seconds: $0).name(besideDay: day) }
    let more = skipped.count > names.count ? " and \(skipped.count - names.count) more" : ""
    return "gap: moved from " + names.joined(separator: ", ") + more
  }
}
