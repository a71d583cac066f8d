public import MarketData
public import Scheduling

/// The indicators of a growing series at its newest bar: a night adds one bar, however long the history is.
///
/// What ``values`` tells after bars 0...t is, bit for bit, what ``IndicatorSet`` tells of bar t on the series of these bars, also when the
/// state was saved and read back in between; see ``numbers``.
public struct IncrementalIndicators: Sendable {
  public let interval: Interval
  /// Bars added so far.
  public internal(set) var count = 0
  /// When the newest bar opened; nil when there is none.
  public internal(set) var lastOpenTime: Instant?
  var averages = RunningAverages()
  var window = BarWindow()

  /// No bars yet.
  public init(interval: Interval) { self.interval = interval }

  /// Adds the next closed bar.
  ///
  /// - Precondition: it opens after the last one, and its numbers are those of a ``MarketData/Candle``: finite, prices above zero, the
  ///   volume not below, open and close within the range.
  /// - Complexity: O(1), amortised.
  public mutating func append(openTime: Instant, open: Double, high: Double, low: Double, close: Double, volume: Double) {
    precondition(lastOpenTime.map { $0 < openTime } ?? true, "candles must be appended in order of open time")
    let isCandle = BarWindow.isCandle(high: high, low: low, close: close, volume: volume) && low <= open && open <= high
    precondition(isCandle, "the numbers are not those of a candle")
    window.append(high: high, low: low, close: close, volume: volume)
    let startsDay = lastOpenTime.map { interval >= .day1 || $0.utcDayNumber != openTime.utcDayNumber } ?? false
    (lastOpenTime, count) = (openTime, count + 1)
    var averages = averages
    window.withBars { averages.add($0, count: count, startsDay: startsDay) }
    self.averages = averages
  }

  /// Every indicator in the order of ``Indicator/all``, at the newest bar; nil where it is undefined, as all are without bars.
  /// - Complexity: O(1) in the number of bars: each indicator reads its own window, of 200 bars at most.
  public var values: [(name: String, value: Double?)] {
    guard count > 0 else { return Indicator.all.map { ($0.name, nil) } }
    var numbers: [Double] = []
    numbers.reserveCapacity(Indicator.all.count)
    window.withBars { bars in
      let bar = NewestBar(bars: bars, count: count, interval: interval, averages: averages)
      for family in Indicator.families { numbers += family.values(at: bar) }
    }
    return zip(Indicator.all, numbers).map { ($0.name, $1.isFinite ? $1 : nil) }
  }
}
