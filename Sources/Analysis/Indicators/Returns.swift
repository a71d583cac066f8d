import Foundation
public import MarketData

extension CandleSeries {
  /// The natural logarithm of the close over the close before it; defined from index 1.
  /// - Complexity: O(*n*).
  public func logReturns() -> Column {
    column(warmUp: 1) { bars, output in
      for index in 1..<bars.count { output[index] = bars.logReturn(index) }
    }
  }

  /// The change of the close over `period` bars, in percent; defined from index `period`.
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  public func roc(_ period: Int = 10) -> Column {
    precondition(period > 0, "a rate of change needs a period above zero")
    return column(warmUp: period) { bars, output in
      for index in period..<bars.count {
        output[index] = 100 * ((bars.close[index] - bars.close[index - period]) / bars.close[index - period])
      }
    }
  }

  /// The standard deviation of the last `period` log returns, per bar (not annualised); defined from index `period`.
  ///
  /// That of a sample (divided by `period - 1`), computed from the differences to the mean.
  ///
  /// - Precondition: `period > 1`.
  /// - Complexity: O(*n* · period).
  public func realizedVolatility(_ period: Int = 20) -> Column {
    precondition(period > 1, "a sample deviation needs a period above one")
    return column(warmUp: period) { bars, output in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: bars.count) { returns in
        returns.initializeElement(at: 0, to: 0)
        for index in 1..<bars.count { returns.initializeElement(at: index, to: bars.logReturn(index)) }
        SlidingWindow(length: period).forEachSum(in: 1..<bars.count, element: { returns[$0] }) { index, sum in
          let mean = sum / Double(period)
          var squares = 0.0
          for other in index - period + 1...index { squares += (returns[other] - mean) * (returns[other] - mean) }
          output[index] = (squares / Double(period - 1)).squareRoot()
        }
      }
    }
  }
}

extension Bars {
  /// - Precondition: `index > 0`.
  @inline(__always) fileprivate func logReturn(_ index: Int) -> Double {
    log(close[index] / close[index - 1])
  }
}
