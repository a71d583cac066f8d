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
        output[index] = bars.rateOfChange(index, over: period)
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
      // Two scratch columns: the returns and their means.
      withScratch(2 * bars.count, of: Double.self) { scratch in
        let (returns, means) = (scratch, scratch + bars.count)
        for index in 1..<bars.count { returns[index] = bars.logReturn(index) }
        let divisor = Double(period - 1)
        WindowDeviations(period: period, range: 1..<bars.count, values: returns).forEach(means: means, measure: { $0 * $0 }) {
          ends, _, sum in
          ends.store((sum / divisor).squareRoot(), in: output)
        }
      }
    }
  }
}

extension Bars {
  /// - Precondition: `index > 0`.
  @inline(__always) func logReturn(_ index: Int) -> Double {
    log(close[index] / close[index - 1])
  }

  /// In percent.
  /// - Precondition: `index >= period`.
  @inline(__always) func rateOfChange(_ index: Int, over period: Int) -> Double {
    100 * ((close[index] - close[index - period]) / close[index - period])
  }
}
