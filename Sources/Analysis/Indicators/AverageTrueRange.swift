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
    averageTrueRange(period) { _, _ in }
  }

  /// The average true range as a percentage of the close; defined from index `period`.
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func natr(_ period: Int = 14) -> Column {
    averageTrueRange(period) { bars, output in
      for index in period..<bars.count { output[index] = bars.share(of: output[index], index) }
    }
  }

  /// - Parameter finish: what is made of the averages, in place.
  private func averageTrueRange(_ period: Int, finish: (Bars, UnsafeMutablePointer<Double>) -> Void) -> Column {
    precondition(period > 0, "an average true range needs a period above zero")
    return column(warmUp: period) { bars, output in
      var average = 0.0
      for index in 1...period { average += bars.trueRange(index) }
      average /= Double(period)
      output[period] = average
      let (kept, added) = (Double(period - 1) / Double(period), 1 / Double(period))
      // The part that waits for nothing first, a stretch at a time; then only the average itself is a chain.
      for start in stride(from: period + 1, to: bars.count, by: 32) {
        let stretch = start..<min(start + 32, bars.count)
        for index in stretch { output[index] = bars.trueRange(index) * added }
        for index in stretch {
          average = average * kept + output[index]
          output[index] = average
        }
      }
      finish(bars, output)
    }
  }
}

extension Bars {
  /// A price as a percentage of the close.
  @inline(__always) func share(of price: Double, _ index: Int) -> Double { 100 * (price / close[index]) }
}
