public import MarketData

/// The range of the last bars, in units of the price.
public struct DonchianChannel: Sendable, Equatable {
  /// The highest high.
  public let high: Column
  /// The lowest low.
  public let low: Column
}

extension CandleSeries {
  /// The highest high and the lowest low of the last `period` bars, this one included; defined from index `period - 1`.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*), independent of the period.
  public func donchianChannel(_ period: Int = 20) -> DonchianChannel {
    precondition(period > 0, "a channel needs a period above zero")
    let columns = columns(2, warmUp: period - 1) { bars, outputs in
      let (high, low) = (outputs[0], outputs[1])
      SlidingWindow(length: period).forEachExtremes(of: bars) { index, highest, lowest in
        (high[index], low[index]) = (highest, lowest)
      }
    }
    return DonchianChannel(high: columns[0], low: columns[1])
  }
}
