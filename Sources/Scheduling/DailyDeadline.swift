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
}
