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
      var averages = SIMD2(rise, fall)
      // What waits for nothing first, a stretch at a time; then only the averages are a chain.
      withScratch(32, of: SIMD2<Double>.self) { moves in
        for start in stride(from: period + 1, to: bars.count, by: 32) {
          let (length, close) = (min(32, bars.count - start), bars.close + start)
          for index in 0..<length {
            let change = close[index] - close[index &- 1]
            moves[index] = SIMD2(max(change, 0) * added, max(-change, 0) * added)
          }
          for index in 0..<length {
            averages = averages * kept + moves[index]
            output[start &+ index] = share(of: averages.x, and: averages.y)
          }
        }
      }
    }
  }
}

/// The first of two parts as a percentage of both; 50 when both are zero.
@inline(__always) func share(of part: Double, and other: Double) -> Double {
  let whole = part + other
  return whole > 0 ? 100 * (part / whole) : 50
}
