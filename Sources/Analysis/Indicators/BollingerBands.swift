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
      let (upper, middle, lower, percentB, bandwidth) = (outputs[0], outputs[1], outputs[2], outputs[3], outputs[4])
      WindowDeviations(period: period, range: 0..<bars.count, values: bars.close).forEach(means: middle, measure: { $0 * $0 }) {
        ends, mean, sum in
        let bands = BandFigures(
          close: ends.load(bars.close), mean: mean, deviation: (sum / Double(period)).squareRoot(), deviations: deviations)
        ends.store(bands.upper, in: upper)
        ends.store(bands.lower, in: lower)
        ends.store(bands.percentB, in: percentB)
        ends.store(bands.bandwidth, in: bandwidth)
      }
    }
    return BollingerBands(upper: columns[0], middle: columns[1], lower: columns[2], percentB: columns[3], bandwidth: columns[4])
  }
}

/// The bands at four bars.
struct BandFigures {
  let upper, lower, percentB, bandwidth: SIMD4<Double>

  @inline(__always) init(close: SIMD4<Double>, mean: SIMD4<Double>, deviation: SIMD4<Double>, deviations: Double) {
    let reach = deviations * deviation
    let (top, bottom) = (mean + reach, mean - reach)
    let position = (close - bottom) / (top - bottom)
    (upper, lower, bandwidth) = (top, bottom, (top - bottom) / mean)
    percentB = position.replacing(with: 0.5, where: .!(top .> bottom))
  }
}
