public import MarketData

/// Moving average convergence and divergence: how far a fast average has left a slow one, in units of the price.
public struct MACD: Sendable, Equatable {
  /// The fast average less the slow one.
  public let line: Column
  /// The exponential average of the line.
  public let signal: Column
  /// The line less its signal.
  public let histogram: Column
}

extension CandleSeries {
  /// The MACD of closes, defined from index `slow + signal - 2` (33 for the usual 12, 26, 9); all three columns start together.
  ///
  /// Aligned as TA-Lib does: the fast average is seeded with the mean of the `fast` closes that end at index `slow - 1`, so both averages
  /// start there, and the signal with the mean of the first `signal` lines. Early on it therefore differs from
  /// `ema(fast) - ema(slow)`, and from charts that seed with the first price; the difference decays.
  ///
  /// - Precondition: `0 < fast < slow`, `signal > 0`.
  /// - Complexity: O(*n*), one pass.
  public func macd(fast: Int = 12, slow: Int = 26, signal: Int = 9) -> MACD {
    precondition(fast > 0 && fast < slow && signal > 0, "a MACD needs 0 < fast < slow and a signal period above zero")
    let warmUp = slow + signal - 2
    let columns = columns(3, warmUp: warmUp) { bars, outputs in
      let (lines, signals, histograms) = (outputs[0], outputs[1], outputs[2])
      let weights = SIMD2(Smoothing.weight(period: fast), Smoothing.weight(period: slow))
      var averages = SIMD2(
        Smoothing.mean(bars.close + (slow - fast), count: fast), Smoothing.mean(bars.close, count: slow))
      var seed = averages.x - averages.y
      for index in slow..<max(slow, warmUp + 1) {
        averages += weights * (SIMD2(repeating: bars.close[index]) - averages)
        seed += averages.x - averages.y
      }
      var average = seed / Double(signal)
      let weight = Smoothing.weight(period: signal)
      for index in warmUp..<bars.count {
        if index > warmUp {
          averages += weights * (SIMD2(repeating: bars.close[index]) - averages)
          average += weight * ((averages.x - averages.y) - average)
        }
        let line = averages.x - averages.y
        lines[index] = line
        signals[index] = average
        histograms[index] = line - average
      }
    }
    return MACD(line: columns[0], signal: columns[1], histogram: columns[2])
  }
}
