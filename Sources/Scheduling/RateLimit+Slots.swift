import Foundation

/// How windows are cut into slots. A slot is one stored number, so a ledger stays a few counters, however many requests it counts.
extension RateLimit.Window {
  /// The longest window a limit may have; a counter older than that counts for nobody.
  public static let daysMax = 31

  /// A rolling window is counted in so many parts; a part that has partly expired counts whole. With sixty, who asks without a pause gets
  /// 60/61 of what is allowed.
  static let partsPerRollingWindow: Int64 = 60

  /// Whole milliseconds, between one and ``daysMax`` days.
  var hasUsableLength: Bool {
    switch self {
    case .daily: true
    case .fixed(let length), .rolling(let length), .inFlight(let length):
      length > .zero && length <= .days(Self.daysMax) && length == .milliseconds(length.milliseconds)
    }
  }

  /// The slot that a request at `instant` is counted in.
  func slot(at instant: Instant) -> Range<Instant> {
    switch self {
    case .fixed(let length):
      let start = instant.floored(to: length)
      return start..<(start + length)
    case .rolling(let length), .inFlight(let length):
      let part = Duration.milliseconds((length.milliseconds + Self.partsPerRollingWindow - 1) / Self.partsPerRollingWindow)
      let start = instant.floored(to: part)
      return start..<(start + part)
    case .daily(let zone):
      return day(at: instant, in: zone)
    }
  }

  /// When the window that an instant lies in ends and the next one begins; nil for windows that no clock begins.
  public func turn(after instant: Instant) -> Instant? {
    switch self {
    case .fixed, .daily: slot(at: instant).upperBound
    case .rolling, .inFlight: nil
    }
  }

  /// When a slot that ends at `end` is given back: the first instant at which it no longer counts.
  func release(ofSlotEndingAt end: Instant) -> Instant {
    switch self {
    case .fixed(let length):
      let start = end.floored(to: length)
      return start == end ? end : start + length
    case .rolling(let length), .inFlight(let length):
      return end + length
    case .daily(let zone):
      let day = day(at: end, in: zone)
      return day.lowerBound == end ? end : day.upperBound
    }
  }

  /// How far in the future a slot may start and still be believed. The wall clock may have been set back a little since it was
  /// written; a slot further off was written by a clock that was wrong.
  var believableLead: Duration {
    switch self {
    case .fixed(let length), .rolling(let length), .inFlight(let length): length
    case .daily: .days(1)
    }
  }
}

/// The calendar day of a zone that an instant lies in: from one midnight to the next, or to the first moment after a midnight that
/// the clocks skip.
private func day(at instant: Instant, in zone: TimeZone) -> Range<Instant> {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = zone
  guard let day = calendar.dateInterval(of: .day, for: instant.date) else {
    preconditionFailure("every instant lies in a day: \(instant) in \(zone.identifier)")
  }
  return Instant(day.start)..<Instant(day.end)
}
