/// A part of each day in a zone in which nobody wants to be woken: `22:00-07:00 Europe/Berlin`.
public struct QuietHours: Sendable, Hashable {
  /// As it was written.
  public let text: String
  private let start: DailyDeadline
  private let end: DailyDeadline

  /// - Parameter text: `HH:MM-HH:MM`, and a zone of the IANA database behind a space; UTC when there is none. Over midnight when the end is
  ///   not later than the start.
  /// - Returns: nil for anything else, and for a whole day.
  public init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    guard (1...2).contains(parts.count) else { return nil }
    let times = parts[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    let zone = parts.count == 2 ? " \(parts[1])" : ""
    guard times.count == 2, let start = DailyDeadline(times[0] + zone), let end = DailyDeadline(times[1] + zone), start != end else {
      return nil
    }
    (self.text, self.start, self.end) = (text, start, end)
  }

  /// When the quiet hours that an instant lies in are over; nil when it lies in none. The first minute is quiet, the last one is not.
  public func end(around instant: Instant) -> Instant? {
    // Both after the instant: whoever hears the end first is inside. A second before, so that the very start counts as inside.
    guard let over = end.next(after: instant), let next = start.next(after: instant) else { return nil }
    return over < next ? over : nil
  }
}
