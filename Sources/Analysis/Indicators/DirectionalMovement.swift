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
      var sums = SIMD4<Double>()
      for index in 1..<period { sums += bars.movement(index) }
      let (kept, divisor, full) = (1 - 1 / Double(period), Double(period), 2 * period - 1)
      var average = 0.0
      for index in period..<bars.count {
        sums = sums * kept + bars.movement(index)
        let (plus, minus) = sums.z > 0 ? (100 * (sums.x / sums.z), 100 * (sums.y / sums.z)) : (0, 0)
        (plusDI[index], minusDI[index]) = (plus, minus)
        let strength = plus + minus > 0 ? 100 * (abs(plus - minus) / (plus + minus)) : nil
        if index <= full {
          average += (strength ?? 0) / divisor
        } else if let strength {
          average += (strength - average) / divisor
        }
        adx[index] = index < full ? .nan : average
      }
    }
    return DirectionalMovement(plusDI: columns[0], minusDI: columns[1], adx: columns[2])
  }
}

extension Bars {
  /// Upward movement, downward movement, true range and 0: the larger of the steps beyond the bar before counts, the other is 0.
  @inline(__always) fileprivate func movement(_ index: Int) -> SIMD4<Double> {
    let (up, down) = (high[index] - high[index - 1], low[index - 1] - low[index])
    return SIMD4(up > down && up > 0 ? up : 0, down > up && down > 0 ? down : 0, trueRange(index), 0)
  }
}
