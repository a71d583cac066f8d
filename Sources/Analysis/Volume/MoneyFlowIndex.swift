public import MarketData

extension CandleSeries {
  /// The money flow index: the share of rising bars in the money (typical price times volume) of the last `period` bars, 0...100.
  /// Defined from index `period`; a bar whose typical price did not change counts for neither side; 50 when there is neither.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n*).
  /// - Source: Quong & Soudack, "Volume-weighted RSI: money flow", Technical Analysis of Stocks & Commodities, March 1989.
  public func mfi(_ period: Int = 14) -> Column {
    precondition(period > 0, "a money flow index needs a period above zero")
    return column(warmUp: period) { bars, output in
      SlidingWindow(length: period).forEachSums(
        in: 1..<bars.count, element: { bars.directedMoney($0) }, body: { output[$0] = share(of: $1.x, and: $1.y) })
    }
  }
}

extension Bars {
  /// The money of a rising bar as x, that of a falling bar as y.
  /// - Precondition: `index > 0`.
  @inline(__always) func directedMoney(_ index: Int) -> SIMD2<Double> {
    let (now, before) = (typicalPrice(index), typicalPrice(index - 1))
    let money = now * volume[index]
    return SIMD2(now > before ? money : 0, now < before ? money : 0)
  }
}
