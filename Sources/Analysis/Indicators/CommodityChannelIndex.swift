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
      withUnsafeTemporaryAllocation(of: Double.self, capacity: bars.count) { typical in
        for index in 0..<bars.count { typical.initializeElement(at: index, to: bars.typicalPrice(index)) }
        let divisor = Double(period)
        SlidingWindow(length: period).forEachSum(in: 0..<bars.count, element: { typical[$0] }) { index, sum in
          let mean = sum / divisor
          let newest = typical[index]
          var (deviation, differs) = (0.0, false)
          for other in index - period + 1...index {
            deviation += abs(typical[other] - mean)
            differs = differs || typical[other] != newest
          }
          output[index] = differs ? (newest - mean) / (0.015 * (deviation / divisor)) : 0
        }
      }
    }
  }
}
