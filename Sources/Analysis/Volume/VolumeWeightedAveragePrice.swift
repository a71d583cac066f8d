public import MarketData
import Scheduling

extension CandleSeries {
  /// The mean typical price of the last `period` bars, weighted by volume, in units of the price.
  /// Defined from index `period - 1` where there was any volume.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func vwap(_ period: Int = 20) -> Column {
    precondition(period > 0, "an average needs a period above zero")
    return column(warmUp: period - 1) { bars, output in
      SlidingWindow(length: period).forEachSums(
        in: 0..<bars.count, element: { bars.money($0) },
        body: { output[$0] = $1.y > 0 ? $1.x / $1.y : .nan })
    }
  }

  /// The mean typical price since 00:00 UTC, weighted by volume, in units of the price.
  ///
  /// Only for intervals shorter than a day, and only once the day has seen volume. A series that begins within a day knows only a part
  /// of that day.
  ///
  /// - Complexity: O(*n*).
  public func dailyVWAP() -> Column {
    guard interval < .day1 else { return .undefined(count: count) }
    return column(warmUp: 0) { bars, output in
      var sums = SIMD2<Double>()
      for index in 0..<bars.count {
        if index > 0, openTimes[index].utcDayNumber != openTimes[index - 1].utcDayNumber { sums = SIMD2() }
        sums += bars.money(index)
        output[index] = sums.y > 0 ? sums.x / sums.y : .nan
      }
    }
  }
}

extension Bars {
  /// Typical price times volume, and volume.
  @inline(__always) func money(_ index: Int) -> SIMD2<Double> {
    SIMD2(typicalPrice(index) * volume[index], volume[index])
  }
}
