public import MarketData

extension CandleSeries {
  /// The relative strength index: the share of rises in the smoothed movement of closes, 0...100; defined from index `period`.
  ///
  /// Rises and falls are Wilder averages, seeded with the mean of the first `period` changes. 50 when nothing moved. Two starts of history
  /// agree to 1e-6 after about 190 bars for a period of 14.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*), one pass.
  /// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978.
  public func rsi(_ period: Int = 14) -> Column {
    precondition(period > 0, "an RSI needs a period above zero")
    return column(warmUp: period) { bars, output in
      var (rise, fall) = (0.0, 0.0)
      for index in 1...period {
        let change = bars.close[index] - bars.close[index - 1]
        rise += max(change, 0)
        fall += max(-change, 0)
      }
      (rise, fall) = (rise / Double(period), fall / Double(period))
      output[period] = share(of: rise, and: fall)
      let (kept, added) = (Double(period - 1) / Double(period), 1 / Double(period))
      for index in period + 1..<max(period + 1, bars.count) {
        let change = bars.close[index] - bars.close[index - 1]
        rise = rise * kept + max(change, 0) * added
        fall = fall * kept + max(-change, 0) * added
        output[index] = share(of: rise, and: fall)
      }
    }
  }
}

/// The first of two parts as a percentage of both; 50 when both are zero.
@inline(__always) func share(of part: Double, and other: Double) -> Double {
  let whole = part + other
  return whole > 0 ? 100 * (part / whole) : 50
}
