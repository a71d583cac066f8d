public import MarketData

extension CandleSeries {
  /// The simple moving average of the last `period` closes, in units of the price; defined from index `period - 1`.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*), independent of the period; no digits are lost however long the series.
  public func sma(_ period: Int) -> Column {
    precondition(period > 0, "an average needs a period above zero")
    return column(warmUp: period - 1) { bars, output in
      SlidingWindow(length: period).writeMeans(of: bars.close, in: 0..<bars.count, to: output)
    }
  }

  /// The exponential moving average of closes, in units of the price; defined from index `period - 1`.
  ///
  /// The weight of the newest close is 2/(period + 1); the first value is the mean of the first `period` closes, as in TA-Lib. A value
  /// depends on all closes before it: two starts of history differ by less than 1e-6 after about 7 periods.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func ema(_ period: Int) -> Column {
    emas([period])[0]
  }

  /// Exponential moving averages of several periods in one pass; each column is bit for bit that of ``ema(_:)``.
  ///
  /// - Precondition: each period is above zero.
  /// - Complexity: O(*n*) for each; four cost little more than one.
  public func emas(_ periods: [Int]) -> [Column] {
    precondition(periods.allSatisfy { $0 > 0 }, "an average needs a period above zero")
    return stride(from: 0, to: periods.count, by: 4).flatMap { start in
      upToFourEMAs(Array(periods[start..<min(start + 4, periods.count)]))
    }
  }

  private func upToFourEMAs(_ periods: [Int]) -> [Column] {
    columns(periods.count, warmUp: 0) { bars, outputs in
      var average = SIMD4<Double>()
      var weight = SIMD4<Double>()
      let together = min(bars.count, periods.max()!)
      for (lane, period) in periods.enumerated() {
        weight[lane] = Smoothing.weight(period: period)
        average[lane] = Smoothing.start(bars.close, period: period, weight: weight[lane], until: together, output: outputs[lane])
      }
      // Lanes without a period of their own repeat the first, and write the same bits to the same place.
      let lanes = (0..<4).map { outputs[$0 < periods.count ? $0 : 0] }
      for lane in periods.count..<4 { (weight[lane], average[lane]) = (weight[0], average[0]) }
      let (first, second, third, fourth) = (lanes[0], lanes[1], lanes[2], lanes[3])
      for index in together..<bars.count {
        average += weight * (SIMD4(repeating: bars.close[index]) - average)
        first[index] = average.x
        second[index] = average.y
        third[index] = average.z
        fourth[index] = average.w
      }
    }
  }
}
