public import MarketData

extension CandleSeries {
  /// The commodity channel index: the typical price's distance from its mean, in units of 0.015 mean absolute deviations, unbounded.
  /// Defined from index `period - 1`; 0 when all typical prices are equal.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n* · period): the deviation is taken from the mean of each window.
  /// - Source: Lambert, "Commodity Channel Index", Commodities, October 1980.
  public func cci(_ period: Int = 20) -> Column {
    precondition(period > 0, "a CCI needs a period above zero")
    return column(warmUp: period - 1) { bars, output in
      // Two scratch columns: the typical prices and their means.
      withScratch(2 * bars.count, of: Double.self) { scratch in
        let (typical, means) = (scratch, scratch + bars.count)
        for index in 0..<bars.count { typical[index] = bars.typicalPrice(index) }
        let windows = WindowDeviations(period: period, range: 0..<bars.count, values: typical)
        windows.forEach(means: means, measure: ChannelIndex.distance) { ends, mean, sum in
          ends.store(ChannelIndex.value(ends.load(typical), mean: mean, deviation: sum / Double(period)), in: output)
        }
      }
    }
  }
}

/// The formula at four bars.
enum ChannelIndex {
  @inline(__always) static func distance(_ difference: SIMD4<Double>) -> SIMD4<Double> {
    difference.replacing(with: -difference, where: difference .< 0)
  }

  @inline(__always) static func value(_ typical: SIMD4<Double>, mean: SIMD4<Double>, deviation: SIMD4<Double>) -> SIMD4<Double> {
    ((typical - mean) / (0.015 * deviation)).replacing(with: 0, where: .!(deviation .> 0))
  }
}
