import Foundation

/// A time of day in a zone by which something must be done: `06:30 America/New_York`.
public struct DailyDeadline: Sendable, Hashable {
  private let minuteOfDay: Int
  private let zone: TimeZone

  /// - Parameter text: `HH:MM`, and a zone of the IANA database behind a space; UTC when there is none.
  /// - Returns: nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard (1...2).contains(parts.count) else { return nil }
    let clock = parts[0].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 2, let hour = Int(clock[0]), (0..<24).contains(hour), let minute = Int(clock[1]), (0..<60).contains(minute),
      let zone = TimeZone(identifier: parts.count == 2 ? String(parts[1]) : "UTC")
    else { return nil }
    (minuteOfDay, self.zone) = (hour * 60 + minute, zone)
  }

  /// The first such time after an instant; where the clocks change, as cron(8) reads a time that is skipped or doubled.
  public func next(after instant: Instant) -> Instant? {
    let expression = try? CronExpression("\(minuteOfDay % 60) \(minuteOfDay / 60) * * *")  // always an expression: the ranges were checked
    return expression?.next(after: instant, in: zone)?.instant
  }

  /// When a run that has not ended is late: the first such time after the instant that it is about, whenever it was started. A run that
  /// is made up in the evening is late for that morning, not early for the next.
  ///
  /// - Parameters:
  ///   - startedAt: when the run was first begun; not when it was resumed.
  ///   - isScheduled: whether the schedule wanted it; nil is the answer for what a person begins afterwards, who knows that it is late.
  public func lateness(of logicalDate: Instant, startedAt: Instant, isScheduled: Bool) -> Instant? {
    guard let deadline = next(after: logicalDate), isScheduled || startedAt < deadline else { return nil }
    return deadline
  }
}
