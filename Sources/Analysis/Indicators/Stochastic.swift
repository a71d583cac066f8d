public import MarketData

/// Where the close lies in the range of the last bars, smoothed; 0...100.
public struct Stochastic: Sendable, Equatable {
  public let k: Column
  /// The average of `k`.
  public let d: Column
}

extension CandleSeries {
  /// The slow stochastic; both columns are defined from index `period + smoothing + signal - 3` (17 for the usual 14, 3, 3).
  ///
  /// The raw value is 0 at the lowest low and 100 at the highest high of `period` bars, 50 when they are equal; `k` is the simple mean of
  /// `smoothing` raw values, `d` that of `signal` values of `k`.
  ///
  /// - Precondition: all periods are above zero.
  /// - Complexity: O(*n*).
  public func stochastic(_ period: Int = 14, smoothing: Int = 3, signal: Int = 3) -> Stochastic {
    precondition(period > 0 && smoothing > 0 && signal > 0, "a stochastic needs periods above zero")
    let warmUp = period + smoothing + signal - 3
    let columns = columns(2, warmUp: warmUp) { bars, outputs in
      let (k, d) = (outputs[0], outputs[1])
      // The raw values pass through the column of `d`, which is written last.
      SlidingWindow(length: period).forEachExtremes(of: bars) { index, highest, lowest in
        d[index] = bars.position(index, highest, lowest)
      }
      SlidingWindow(length: smoothing).forEachSum(
        in: period - 1..<bars.count, element: { d[$0] }, body: { k[$0] = $1 / Double(smoothing) })
      SlidingWindow(length: signal).forEachSum(
        in: period + smoothing - 2..<bars.count, element: { k[$0] }, body: { d[$0] = $1 / Double(signal) })
      for output in outputs { output.update(repeating: .nan, count: warmUp) }
    }
    return Stochastic(k: columns[0], d: columns[1])
  }

  /// Williams %R: the distance from the highest high to the close, -100 (at the lowest low)...0; -50 when high and low are equal.
  /// Defined from index `period - 1`.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func williamsR(_ period: Int = 14) -> Column {
    precondition(period > 0, "Williams %R needs a period above zero")
    return column(warmUp: period - 1) { bars, output in
      SlidingWindow(length: period).forEachExtremes(of: bars) { index, highest, lowest in
        output[index] = bars.distance(index, highest, lowest)
      }
    }
  }
}

extension Bars {
  /// Where the close lies in a range: 0...100.
  @inline(__always) func position(_ index: Int, _ highest: Double, _ lowest: Double) -> Double {
    highest > lowest ? 100 * ((close[index] - lowest) / (highest - lowest)) : 50
  }

  /// How far the close lies below the top of a range: -100...0.
  @inline(__always) func distance(_ index: Int, _ highest: Double, _ lowest: Double) -> Double {
    highest > lowest ? -100 * ((highest - close[index]) / (highest - lowest)) : -50
  }
}
