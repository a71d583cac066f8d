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
      let periods = MACDAverages.Periods(fast: fast, slow: slow, signal: signal)
      var averages = MACDAverages(closesEndingAt: bars.close + (slow - 1), periods)
      for index in slow..<max(slow, warmUp + 1) { averages.addEarly(bars.close[index], periods) }
      averages.startSignal(periods)
      for index in warmUp..<bars.count {
        if index > warmUp { averages.add(bars.close[index], periods) }
        lines[index] = averages.line
        signals[index] = averages.signal
        histograms[index] = averages.line - averages.signal
      }
    }
    return MACD(line: columns[0], signal: columns[1], histogram: columns[2])
  }
}

/// The averages of a MACD as they stand after a bar.
struct MACDAverages: Sendable {
  /// The fast and the slow one.
  var prices = SIMD2<Double>()
  /// That of the line; the sum of the first lines until there are enough.
  var signal = 0.0

  struct Periods {
    let fast, slow, signal: Int

    @inline(__always) var weights: SIMD2<Double> { SIMD2(Smoothing.weight(period: fast), Smoothing.weight(period: slow)) }
  }

  @inline(__always) var line: Double { prices.x - prices.y }
}

extension MACDAverages {
  /// The averages at the first bar that has both.
  /// - Parameter newest: behind `slow - 1` other closes.
  init(closesEndingAt newest: UnsafePointer<Double>, _ periods: Periods) {
    prices = SIMD2(
      Smoothing.mean(newest - (periods.fast - 1), count: periods.fast), Smoothing.mean(newest - (periods.slow - 1), count: periods.slow))
    signal = line
  }

  /// Adds a bar of the warm-up.
  @inline(__always) mutating func addEarly(_ close: Double, _ periods: Periods) {
    prices += periods.weights * (SIMD2(repeating: close) - prices)
    signal += line
  }

  /// Ends the warm-up.
  @inline(__always) mutating func startSignal(_ periods: Periods) { signal /= Double(periods.signal) }

  @inline(__always) mutating func add(_ close: Double, _ periods: Periods) {
    prices += periods.weights * (SIMD2(repeating: close) - prices)
    signal += Smoothing.weight(period: periods.signal) * (line - signal)
  }
}
