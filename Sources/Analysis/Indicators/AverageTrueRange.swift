public import MarketData

extension CandleSeries {
  /// The true range: the bar's range widened to the close before it, in units of the price; defined from index 1.
  /// - Complexity: O(*n*).
  public func trueRange() -> Column {
    column(warmUp: 1) { bars, output in
      for index in 1..<bars.count { output[index] = bars.trueRange(index) }
    }
  }

  /// The average true range, in units of the price; defined from index `period`.
  ///
  /// A Wilder average of ``trueRange()``, seeded with the mean of the first `period` true ranges (those at 1...period).
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  /// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978.
  public func atr(_ period: Int = 14) -> Column {
    averageTrueRange(period) { _, average, _ in average }
  }

  /// The average true range as a percentage of the close; defined from index `period`.
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func natr(_ period: Int = 14) -> Column {
    averageTrueRange(period) { bars, average, index in 100 * (average / bars.close[index]) }
  }

  @inline(__always)
  private func averageTrueRange(_ period: Int, value: (Bars, Double, Int) -> Double) -> Column {
    precondition(period > 0, "an average true range needs a period above zero")
    return column(warmUp: period) { bars, output in
      var average = 0.0
      for index in 1...period { average += bars.trueRange(index) }
      average /= Double(period)
      output[period] = value(bars, average, period)
      let (kept, added) = (Double(period - 1) / Double(period), 1 / Double(period))
      for index in period + 1..<max(period + 1, bars.count) {
        average = average * kept + bars.trueRange(index) * added
        output[index] = value(bars, average, index)
      }
    }
  }
}
