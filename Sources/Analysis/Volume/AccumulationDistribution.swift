public import MarketData

extension CandleSeries {
  /// On-balance volume: the volume of bars that closed higher less that of bars that closed lower, cumulative, in units of volume.
  /// Starts at index 0 with the first volume.
  ///
  /// Its level depends on where history starts; only its changes speak.
  ///
  /// - Complexity: O(*n*).
  public func obv() -> Column {
    column(warmUp: 0) { bars, output in
      var total = bars.volume[0]
      output[0] = total
      for index in 1..<max(1, bars.count) {
        total += bars.directedVolume(index)
        output[index] = total
      }
    }
  }

  /// The accumulation/distribution line: volume times where the close lies in the bar's range (-1 at the low, 1 at the high),
  /// cumulative, in units of volume. Defined from index 0; a bar without range adds nothing.
  ///
  /// - Complexity: O(*n*).
  public func accumulationDistribution() -> Column {
    column(warmUp: 0) { bars, output in
      var total = 0.0
      for index in 0..<bars.count {
        total += bars.moneyFlow(index)
        output[index] = total
      }
    }
  }

  /// The Chaikin oscillator: a fast less a slow exponential average of the accumulation/distribution line, in units of volume.
  /// Defined from index `slow - 1`; both averages start with the line's first value, as in TA-Lib.
  ///
  /// - Precondition: `0 < fast < slow`.
  /// - Complexity: O(*n*).
  public func adOscillator(fast: Int = 3, slow: Int = 10) -> Column {
    precondition(fast > 0 && fast < slow, "an oscillator needs 0 < fast < slow")
    return column(warmUp: slow - 1) { bars, output in
      var averages = ChaikinAverages(first: bars.moneyFlow(0))
      for index in 0..<bars.count {
        if index > 0 { averages.add(bars.moneyFlow(index), fast: fast, slow: slow) }
        if index >= slow - 1 { output[index] = averages.difference }
      }
    }
  }

  /// Chaikin money flow: the accumulation/distribution of the last `period` bars as a share of their volume, -1...1.
  /// Defined from index `period - 1` where there was any volume.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func cmf(_ period: Int = 20) -> Column {
    precondition(period > 0, "a money flow needs a period above zero")
    return column(warmUp: period - 1) { bars, output in
      SlidingWindow(length: period).forEachSums(
        in: 0..<bars.count, element: { bars.flow($0) },
        body: { output[$0] = $1.y > 0 ? $1.x / $1.y : .nan })
    }
  }
}

extension Bars {
  /// Money flow, and volume.
  @inline(__always) func flow(_ index: Int) -> SIMD2<Double> { SIMD2(moneyFlow(index), volume[index]) }

  /// The volume, its sign that of the close's change.
  /// - Precondition: `index > 0`.
  @inline(__always) func directedVolume(_ index: Int) -> Double {
    let (now, before) = (close[index], close[index - 1])
    return ((now > before ? 1.0 : 0.0) - (now < before ? 1.0 : 0.0)) * volume[index]
  }
}

/// The averages of a Chaikin oscillator as they stand after a bar.
struct ChaikinAverages: Sendable {
  /// The accumulation/distribution line.
  var line = 0.0
  /// The fast and the slow average of it.
  var averages = SIMD2<Double>()

  @inline(__always) var difference: Double { averages.x - averages.y }
}

extension ChaikinAverages {
  /// - Parameter first: the money flow of the first bar.
  init(first: Double) { (line, averages) = (first, SIMD2(repeating: first)) }

  @inline(__always) mutating func add(_ moneyFlow: Double, fast: Int, slow: Int) {
    line += moneyFlow
    averages += SIMD2(Smoothing.weight(period: fast), Smoothing.weight(period: slow)) * (SIMD2(repeating: line) - averages)
  }
}
