public import MarketData

/// How strongly, and in which direction, prices trend; all 0...100.
public struct DirectionalMovement: Sendable, Equatable {
  /// The share of upward movement in the true range.
  public let plusDI: Column
  /// The share of downward movement in the true range.
  public let minusDI: Column
  /// The smoothed strength of the trend, whatever its direction.
  public let adx: Column
}

extension CandleSeries {
  /// Wilder's directional movement: the indicators from index `period`, their average from `2 * period - 1`.
  ///
  /// As TA-Lib: the first `period - 1` movements and true ranges are summed, after that `sum - sum / period + newest`. The average starts
  /// with the mean of `period` strengths; a bar where nothing moved has none: it adds nothing to that first mean and later leaves the
  /// average as it is. The indicators are 0 when the true range is.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*), one pass.
  /// - Source: Wilder, "New Concepts in Technical Trading Systems", 1978.
  public func directionalMovement(_ period: Int = 14) -> DirectionalMovement {
    precondition(period > 0, "directional movement needs a period above zero")
    let columns = columns(3, warmUp: period) { bars, outputs in
      let (plusDI, minusDI, adx) = (outputs[0], outputs[1], outputs[2])
      var trend = TrendStrength()
      for index in 1..<period { trend.sums += bars.movement(index) }
      for index in period..<bars.count {
        trend.add(bars.movement(index), at: index, period: period)
        (plusDI[index], minusDI[index]) = (trend.plus, trend.minus)
        adx[index] = index < 2 * period - 1 ? .nan : trend.average
      }
    }
    return DirectionalMovement(plusDI: columns[0], minusDI: columns[1], adx: columns[2])
  }
}

extension Bars {
  /// Upward movement, downward movement, true range and 0: the larger of the steps beyond the bar before counts, the other is 0.
  @inline(__always) func movement(_ index: Int) -> SIMD4<Double> {
    let (up, down) = (high[index] - high[index - 1], low[index - 1] - low[index])
    return SIMD4(up > down && up > 0 ? up : 0, down > up && down > 0 ? down : 0, trueRange(index), 0)
  }
}

/// Directional movement as it stands after a bar.
struct TrendStrength: Sendable {
  /// Upward movement, downward movement, true range and 0, smoothed.
  var sums = SIMD4<Double>()
  /// The smoothed strength; of the first ones, their share in the mean.
  var average = 0.0

  @inline(__always) var plus: Double { sums.z > 0 ? 100 * (sums.x / sums.z) : 0 }
  @inline(__always) var minus: Double { sums.z > 0 ? 100 * (sums.y / sums.z) : 0 }

  /// - Precondition: `index >= period`; the movements before were added to ``sums``.
  @inline(__always) mutating func add(_ movement: SIMD4<Double>, at index: Int, period: Int) {
    sums = sums * (1 - 1 / Double(period)) + movement
    let (plus, minus) = (plus, minus)
    let strength = plus + minus > 0 ? 100 * (abs(plus - minus) / (plus + minus)) : nil
    if index <= 2 * period - 1 {
      average += (strength ?? 0) / Double(period)
    } else if let strength {
      average += (strength - average) / Double(period)
    }
  }
}
