public import Scheduling

/// Bars that a source did not deliver although its series goes on behind them, and when they are asked for again.
///
/// An exchange that was down has no bars for that time, so a hole may stay for ever; or its source was late, and fills it. It is asked
/// for again a day after it was found, and then at growing distances. What fills it, whoever asked, makes it smaller or ends it.
public struct CandleHole: Sendable, Hashable {
  /// From the first missing open time to before the first that is there again.
  public let range: Range<Instant>
  /// The logical date of the run that found it.
  public let foundAt: Instant
  /// How often it was asked for again in vain. Above zero it is confirmed to be empty.
  public let asks: Int
  /// The logical date from which it is asked for again.
  public let nextAskAt: Instant

  public init(range: Range<Instant>, foundAt: Instant, asks: Int, nextAskAt: Instant) {
    (self.range, self.foundAt, self.asks, self.nextAskAt) = (range, foundAt, asks, nextAskAt)
  }

  /// The longest distance between two times of asking.
  public static let distanceMax = Duration.days(64)

  /// How long after having been asked for `asks` times in vain a hole is asked for again: 1, 2, 4 … days, at most ``distanceMax``.
  public static func distance(afterAsks asks: Int) -> Duration {
    asks < 6 ? .days(1 << max(0, asks)) : distanceMax
  }

  /// What is known of the holes in a stretch of a series after it was looked at.
  ///
  /// - Parameters:
  ///   - gaps: where bars are missing now, oldest first.
  ///   - known: what was known before of the holes that touch the stretch.
  ///   - asked: the ranges that were just asked for again.
  /// - Complexity: O(gaps × known) within a stretch; both are few.
  public static func reviewed(
    _ gaps: [Range<Instant>], known: [CandleHole], asked: [Range<Instant>], at logicalDate: Instant
  ) -> [CandleHole] {
    gaps.map { gap in
      let parents = known.filter { $0.range.overlaps(gap) }
      let foundAt = parents.map(\.foundAt).min() ?? logicalDate
      let asks = parents.map(\.asks).max() ?? 0
      guard !parents.isEmpty, asked.contains(where: { $0.contains(gap) }) else {
        return CandleHole(
          range: gap, foundAt: foundAt, asks: asks,
          nextAskAt: parents.map(\.nextAskAt).min() ?? logicalDate + distance(afterAsks: 0))
      }
      return CandleHole(range: gap, foundAt: foundAt, asks: asks + 1, nextAskAt: logicalDate + distance(afterAsks: asks + 1))
    }
  }

  /// Joins holes into ranges, each short enough for one request.
  ///
  /// - Parameters:
  ///   - holes: oldest first.
  ///   - barsMax: bars that one request brings.
  ///   - rangesMax: the holes behind so many ranges wait for the next run.
  public static func ranges(
    toAsk holes: [CandleHole], _ interval: Interval, barsMax: Int, rangesMax: Int
  ) -> [Range<Instant>] {
    var ranges: [Range<Instant>] = []
    for hole in holes {
      if let last = ranges.last, interval.slots(from: interval.openTime(containing: last.lowerBound), to: hole.range.upperBound) <= barsMax
      {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, hole.range.upperBound)
      } else if ranges.count < rangesMax {
        ranges.append(hole.range)
      } else {
        break
      }
    }
    return ranges
  }
}

/// Finds missing bars while open times go by.
public struct GapFinder: Sendable {
  private let interval: Interval
  private var last: Instant?

  public init(_ interval: Interval) { self.interval = interval }

  /// - Parameter openTime: later than the one before.
  /// - Returns: the slots of the grid between the two that have no bar; nil when there are none. A bar off the grid fills its slot.
  public mutating func gap(before openTime: Instant) -> Range<Instant>? {
    defer { last = openTime }
    guard let last else { return nil }
    if let length = interval.length, openTime - last == length { return nil }
    let (from, to) = (interval.next(after: interval.openTime(containing: last)), interval.openTime(containing: openTime))
    return from < to ? from..<to : nil
  }
}
