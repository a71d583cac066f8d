public import MarketData

/// A moving average with a band of standard deviations on each side of it.
public struct BollingerBands: Sendable, Equatable {
  /// In units of the price.
  public let upper: Column
  /// The simple moving average, in units of the price.
  public let middle: Column
  /// In units of the price; below zero where the deviation is large.
  public let lower: Column
  /// Where the close lies between the bands: 0 on the lower, 1 on the upper, beyond outside; 0.5 when the bands meet.
  public let percentB: Column
  /// The distance between the bands as a fraction of the middle.
  public let bandwidth: Column
}

extension CandleSeries {
  /// Bollinger bands of closes; defined from index `period - 1`.
  ///
  /// The deviation is that of the population (divided by `period`) and computed from the differences to the mean, never from sums of
  /// squares, so prices of 1e-8 and moves of a billionth of the price lose no digits. Equal closes have a deviation of exactly zero.
  ///
  /// - Precondition: `period > 0`, `deviations > 0`.
  /// - Complexity: O(*n* · period), one pass, four bars at a time.
  /// - Source: Bollinger, "Bollinger on Bollinger Bands", 2001.
  public func bollingerBands(_ period: Int = 20, deviations: Double = 2) -> BollingerBands {
    precondition(period > 0 && deviations > 0, "bands need a period and a number of deviations above zero")
    let columns = columns(5, warmUp: period - 1) { bars, outputs in
      let bands = BandWriter(outputs: outputs, deviations: deviations)
      let divisor = Double(period)
      SlidingWindow(length: period).forEachSum(
        in: 0..<bars.count, element: { bars.close[$0] }, body: { outputs[1][$0] = $1 / divisor })
      var run = 0
      for index in 0..<min(period - 1, bars.count) { run = bars.run(endingAt: index, before: run) }
      var index = period - 1
      while index + 4 <= bars.count {
        let means = SIMD4(outputs[1][index], outputs[1][index + 1], outputs[1][index + 2], outputs[1][index + 3])
        let variances = bars.variances(endingAt: index, period: period, means: means)
        for lane in 0..<4 {
          run = bars.run(endingAt: index + lane, before: run)
          bands.write(index + lane, close: bars.close[index + lane], variance: run >= period ? nil : variances[lane])
        }
        index += 4
      }
      while index < bars.count {
        run = bars.run(endingAt: index, before: run)
        let variance = bars.variance(endingAt: index, period: period, mean: outputs[1][index])
        bands.write(index, close: bars.close[index], variance: run >= period ? nil : variance)
        index += 1
      }
    }
    return BollingerBands(upper: columns[0], middle: columns[1], lower: columns[2], percentB: columns[3], bandwidth: columns[4])
  }
}

/// Turns a mean and a variance into the five columns.
private struct BandWriter {
  let upper, middle, lower, percentB, bandwidth: UnsafeMutablePointer<Double>
  let deviations: Double

  init(outputs: [UnsafeMutablePointer<Double>], deviations: Double) {
    (upper, middle, lower, percentB, bandwidth) = (outputs[0], outputs[1], outputs[2], outputs[3], outputs[4])
    self.deviations = deviations
  }

  /// - Parameter variance: nil when all closes of the window are equal.
  @inline(__always) func write(_ index: Int, close: Double, variance: Double?) {
    if variance == nil { middle[index] = close }
    let mean = middle[index]
    let reach = deviations * (variance ?? 0).squareRoot()
    let (top, bottom) = (mean + reach, mean - reach)
    upper[index] = top
    lower[index] = bottom
    percentB[index] = top > bottom ? (close - bottom) / (top - bottom) : 0.5
    bandwidth[index] = (top - bottom) / mean
  }
}

extension Bars {
  /// How many closes up to this one are equal, given the number up to the one before.
  @inline(__always) fileprivate func run(endingAt index: Int, before run: Int) -> Int {
    index > 0 && close[index] == close[index - 1] ? run + 1 : 1
  }

  /// Population variances of the windows that end at `index` and at the three bars after it, each summed from its oldest close.
  @inline(__always)
  fileprivate func variances(endingAt index: Int, period: Int, means: SIMD4<Double>) -> SIMD4<Double> {
    var sum = SIMD4<Double>()
    let start = close + (index - period + 1)
    for offset in 0..<period {
      let difference = UnsafeRawPointer(start + offset).loadUnaligned(as: SIMD4<Double>.self) - means
      sum += difference * difference
    }
    return sum / Double(period)
  }

  /// The same, bit for bit, for one window.
  @inline(__always) fileprivate func variance(endingAt index: Int, period: Int, mean: Double) -> Double {
    var sum = 0.0
    for offset in index - period + 1...index {
      let difference = close[offset] - mean
      sum += difference * difference
    }
    return sum / Double(period)
  }
}
