public import MarketData
import Providers
public import Scheduling
public import Storage

/// What of a series is not known yet.
public enum MissingRanges {
  /// Bars that are asked for again each night, to see restatements.
  static let recheckedBars = 3

  /// The open times to ask for, oldest first; none when the series is whole up to the logical date.
  ///
  /// - Parameters:
  ///   - wanted: the beginning of the history that is wanted.
  ///   - answersInOnePiece: the source gives a whole series at once, so that two ranges would be one request twice.
  public static func of(
    _ interval: Interval, calendar: SessionCalendar, wanted: Instant, watermark: Watermark?, logicalDate: Instant, answersInOnePiece: Bool
  ) -> [Range<Instant>] {
    let end = end(of: interval, calendar: calendar, at: logicalDate)
    let start = interval.openTime(containing: wanted)
    guard start < end else { return [] }
    guard let watermark else { return [start..<end] }
    // A source may be late with its last bars, so what was not delivered is asked for again; but not twice for one logical date.
    let hasNew = watermark.completeUntil < end && watermark.askedAt != logicalDate
    var ranges: [Range<Instant>] = []
    if start < watermark.completeFrom {
      if hasNew, answersInOnePiece { return [start..<end] }
      ranges.append(start..<min(watermark.completeFrom, end))
    }
    if hasNew { ranges.append(max(overlap(before: watermark.completeUntil, interval), watermark.completeFrom)..<end) }
    return ranges
  }

  /// Requests that one task spends on holes in a night; the rest of the holes waits for the next.
  static let holeRequestsMax = 10

  /// The ranges to ask for again because of holes, each one request.
  public static func holes(_ due: [CandleHole], _ interval: Interval) -> [Range<Instant>] {
    CandleHole.ranges(toAsk: due, interval, barsMax: Binance.klinesPerRequest, rangesMax: holeRequestsMax)
  }

  /// The first open time that had not closed by the logical date.
  public static func end(of interval: Interval, calendar: SessionCalendar, at logicalDate: Instant) -> Instant {
    if calendar.isAlwaysOpen { return interval.openTime(containing: logicalDate) }
    guard let last = calendar.lastClosed(at: logicalDate) else { return Instant(milliseconds: 0) }
    // Bars within a day come when their session is over.
    if interval < .day1 { return last.close }
    let open = interval.openTime(containing: last.date.midnight)
    let next = interval.next(after: open)
    // A week is over with its last session, not with its Sunday.
    let isOver = calendar.nextClose(after: logicalDate).map { $0.date.midnight >= next } ?? true
    return isOver ? next : open
  }

  private static func overlap(before instant: Instant, _ interval: Interval) -> Instant {
    var start = instant
    for _ in 0..<recheckedBars { start = interval.openTime(containing: start - .milliseconds(1)) }
    return start
  }
}
