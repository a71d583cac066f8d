public import Scheduling

/// The candles of one symbol and interval as columns, oldest first: what every analysis reads.
///
/// All columns have the same length; open times ascend strictly. Bars are taken as they come: a missing bar is not filled.
public struct CandleSeries: Sendable, Equatable {
  public let symbol: Symbol
  public let interval: Interval
  public private(set) var openTimes: [Instant] = []
  public private(set) var open: [Double] = []
  public private(set) var high: [Double] = []
  public private(set) var low: [Double] = []
  public private(set) var close: [Double] = []
  public private(set) var volume: [Double] = []

  public init(symbol: Symbol, interval: Interval) {
    (self.symbol, self.interval) = (symbol, interval)
  }

  /// Columns as they were read.
  /// - Precondition: all have the same length, and the open times ascend strictly.
  /// - Complexity: O(bars).
  public init(
    symbol: Symbol, interval: Interval, openTimes: [Instant], open: [Double], high: [Double], low: [Double], close: [Double],
    volume: [Double]
  ) {
    self.init(symbol: symbol, interval: interval)
    precondition([open, high, low, close, volume].allSatisfy { $0.count == openTimes.count }, "the columns have different lengths")
    precondition(zip(openTimes, openTimes.dropFirst()).allSatisfy { $0 < $1 }, "candles must be in order of open time")
    (self.openTimes, self.open, self.high, self.low, self.close, self.volume) = (openTimes, open, high, low, close, volume)
  }

  public var count: Int { openTimes.count }
  public var isEmpty: Bool { openTimes.isEmpty }

  public mutating func reserveCapacity(_ count: Int) {
    openTimes.reserveCapacity(count)
    open.reserveCapacity(count)
    high.reserveCapacity(count)
    low.reserveCapacity(count)
    close.reserveCapacity(count)
    volume.reserveCapacity(count)
  }

  /// Adds a bar at the end.
  /// - Precondition: it opens after the last one.
  public mutating func append(openTime: Instant, open: Double, high: Double, low: Double, close: Double, volume: Double) {
    precondition(openTimes.last.map { $0 < openTime } ?? true, "candles must be appended in order of open time")
    openTimes.append(openTime)
    self.open.append(open)
    self.high.append(high)
    self.low.append(low)
    self.close.append(close)
    self.volume.append(volume)
  }

  /// The first `count` bars, or all when there are fewer.
  public func prefix(_ count: Int) -> CandleSeries { bars(0..<max(0, min(count, self.count))) }

  /// The last `count` bars, or all when there are fewer.
  public func suffix(_ count: Int) -> CandleSeries { bars(max(0, self.count - max(0, count))..<self.count) }

  private func bars(_ range: Range<Int>) -> CandleSeries {
    var result = CandleSeries(symbol: symbol, interval: interval)
    result.openTimes = Array(openTimes[range])
    result.open = Array(open[range])
    result.high = Array(high[range])
    result.low = Array(low[range])
    result.close = Array(close[range])
    result.volume = Array(volume[range])
    return result
  }
}
