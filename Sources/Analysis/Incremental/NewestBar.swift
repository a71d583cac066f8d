import MarketData

/// The newest bar of a growing series, with what its indicators are made of; valid for the length of one call.
///
/// A method gives the last entries of the columns that the method of the same name gives of a series, bit for bit; not a number where
/// undefined.
struct NewestBar {
  /// The newest is the last.
  let bars: Bars
  /// Bars so far.
  let count: Int
  let interval: Interval
  let averages: RunningAverages

  private var last: Int { bars.count - 1 }
  /// The place of the very first bar, which may be long gone: windows are summed in blocks that are counted from there.
  private var first: Int { bars.count - count }

  /// A number once there are more than `warmUp` bars.
  private func value(after warmUp: Int, _ value: Double) -> Double { count > warmUp ? value : .nan }
}

extension NewestBar {
  func sma(_ period: Int) -> Double {
    let sum = SlidingWindow(length: period).combination(endingAt: last, from: first, element: { bars.close[$0] }, join: { $0 + $1 })
    return sum.map { $0 / Double(period) } ?? .nan
  }

  func ema(_ period: Int) -> Double {
    value(after: period - 1, averages.exponential[RunningAverages.exponentialPeriods.firstIndex(of: period)!])
  }

  func macd() -> [Double] {
    guard count > 33 else { return [.nan, .nan, .nan] }
    let macd = averages.macd
    return [macd.line, macd.signal, macd.line - macd.signal]
  }

  func rsi() -> Double { value(after: 14, share(of: averages.moves.x, and: averages.moves.y)) }

  func trueRange() -> Double { count > 1 ? bars.trueRange(last) : .nan }

  func atr() -> Double { value(after: 14, averages.trueRange) }

  func natr() -> Double { value(after: 14, bars.share(of: averages.trueRange, last)) }

  /// The average first.
  func directionalMovement() -> [Double] {
    let trend = averages.trend
    return [value(after: 27, trend.average), value(after: 14, trend.plus), value(after: 14, trend.minus)]
  }

  func logReturns() -> Double { count > 1 ? bars.logReturn(last) : .nan }

  func roc() -> Double { count > 10 ? bars.rateOfChange(last, over: 10) : .nan }

  /// Of the previous bar, or UTC day; resistances and supports alternate.
  func pivotPoints() -> [Double] {
    guard averages.periodBefore.high > 0 else { return [Double](repeating: .nan, count: 7) }
    let levels = averages.periodBefore.levels
    return [0, 1, 4, 2, 5, 3, 6].map { levels[$0] }
  }
}

// What is made of a window of bars.
extension NewestBar {
  func bollingerBands() -> [Double] {
    let windows = WindowDeviations(period: 20, range: first..<bars.count, values: bars.close)
    guard let (mean, sum) = windows.window(endingAt: last, measure: { $0 * $0 }) else { return [Double](repeating: .nan, count: 5) }
    let bands = BandFigures(
      close: SIMD4(repeating: bars.close[last]), mean: mean, deviation: (sum / 20).squareRoot(), deviations: 2)
    return [bands.upper.x, mean.x, bands.lower.x, bands.percentB.x, bands.bandwidth.x]
  }

  func cci() -> Double {
    deviations(of: bars.typicalPrice, from: first, measure: ChannelIndex.distance) { typical, mean, sum in
      ChannelIndex.value(typical, mean: mean, deviation: sum / 20)
    }
  }

  func realizedVolatility() -> Double {
    deviations(of: bars.logReturn, from: first + 1, measure: { $0 * $0 }) { _, _, sum in (sum / 19).squareRoot() }
  }

  /// - Parameters:
  ///   - start: where the values begin.
  ///   - body: gets the newest value, the mean of 20 and the sum of what is measured of them.
  private func deviations(
    of element: (Int) -> Double, from start: Int, measure: (SIMD4<Double>) -> SIMD4<Double>,
    _ body: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>) -> SIMD4<Double>
  ) -> Double {
    let oldest = last - 19
    guard oldest >= start else { return .nan }
    var result = Double.nan
    withScratch(20, of: Double.self) { values in
      for offset in 0..<20 { values[offset] = element(oldest + offset) }
      let windows = WindowDeviations(period: 20, range: start - oldest..<20, values: values)
      guard let (mean, sum) = windows.window(endingAt: 19, measure: measure) else { return }
      result = body(SIMD4(repeating: values[19]), mean, sum).x
    }
    return result
  }

  func stochastic() -> [Double] {
    guard count > 17 else { return [.nan, .nan] }
    let smoothing = SlidingWindow(length: 3)
    func raw(_ index: Int) -> Double {
      let (highest, lowest) = extremes(14, endingAt: index) ?? (.nan, .nan)
      return bars.position(index, highest, lowest)
    }
    func k(_ index: Int) -> Double {
      let sum = smoothing.combination(endingAt: index, from: first + 13, element: raw, join: { $0 + $1 })
      return sum.map { $0 / 3 } ?? .nan
    }
    let sum = smoothing.combination(endingAt: last, from: first + 15, element: k, join: { $0 + $1 })
    return [k(last), sum.map { $0 / 3 } ?? .nan]
  }

  func williamsR() -> Double {
    extremes(14, endingAt: last).map { bars.distance(last, $0.highest, $0.lowest) } ?? .nan
  }

  func donchianChannel() -> [Double] {
    extremes(20, endingAt: last).map { [$0.highest, $0.lowest] } ?? [.nan, .nan]
  }

  private func extremes(_ period: Int, endingAt index: Int) -> (highest: Double, lowest: Double)? {
    SlidingWindow(length: period).combination(endingAt: index, from: first, element: bars.extremes, join: Bars.widened)
      .map { ($0.x, -$0.y) }
  }
}

// What volume tells.
extension NewestBar {
  func obv() -> Double { averages.onBalance }

  func accumulationDistribution() -> Double { averages.distribution }

  func adOscillator() -> Double { value(after: 9, averages.oscillator.difference) }

  func cmf() -> Double { sums(20, from: first, bars.flow).map { $0.y > 0 ? $0.x / $0.y : .nan } ?? .nan }

  func vwap() -> Double { sums(20, from: first, bars.money).map { $0.y > 0 ? $0.x / $0.y : .nan } ?? .nan }

  func mfi() -> Double { sums(14, from: first + 1, bars.directedMoney).map { share(of: $0.x, and: $0.y) } ?? .nan }

  private func sums(_ period: Int, from start: Int, _ element: (Int) -> SIMD2<Double>) -> SIMD2<Double>? {
    SlidingWindow(length: period).combination(endingAt: last, from: start, element: element, join: { $0 + $1 })
  }

  func volumeSpike() -> [Double] {
    guard count > 20 else { return [Double](repeating: .nan, count: 4) }
    var figures = SIMD4<Double>()
    SortedWindow.open(bars.volume + (last - 20), count: 20) { figures = $0.figures(of: bars.volume[last]) }
    return (0..<4).map { figures[$0] }
  }

  func volumeProfile() -> [Double] {
    let profile = VolumeProfile(of: bars, length: 120, binCount: 24)
    return [profile?.pointOfControl, profile?.valueArea.upperBound, profile?.valueArea.lowerBound].map { $0 ?? .nan }
  }

  func dailyVWAP() -> Double {
    interval < .day1 && averages.day.y > 0 ? averages.day.x / averages.day.y : .nan
  }
}
