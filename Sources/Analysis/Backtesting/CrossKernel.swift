import MarketData

/// Plays crossings of two averages without stops, for many pairs: from crossing to crossing, without a list of decisions.
///
/// What it counts is what ``BacktestRun`` counts, operation by operation, so the results are the same bits.
struct CrossKernel {
  let terms: TradingTerms
  /// The root of the bars of a year.
  let yearFactor: Double

  /// - Returns: for each range one cell per pair, in the order of the pairs.
  /// - Precondition: the series is not empty.
  func cells(
    of pairs: [CrossGrid.Pair], _ kind: MovingAverageCross.Kind, on series: CandleSeries, in ranges: [Range<Int>]
  ) -> [[GridCell]] {
    var result = ranges.map { _ in pairs.map { GridCell(idle: $0) } }
    let columns = ResidentAverages(of: pairs, kind, on: series)
    HeldEquity.open(bars: series.count) { held in
      series.withBars { bars in
        columns.forEachPair { index, fast, slow in
          let pair = pairs[index]
          for (number, range) in ranges.enumerated() {
            let trades = play(fast, slow, defined: pair.slow - 1, bars, range, into: &held)
            result[number][index] = cell(pair, trades, held, range)
          }
        }
      }
    }
    return result
  }

  private func cell(_ pair: CrossGrid.Pair, _ trades: Int, _ held: HeldEquity, _ range: Range<Int>) -> GridCell {
    GridCell(
      pair: pair, trades: trades, totalReturn: held.last / terms.cash - 1,
      sharpe: held.moments(bars: range.count).sharpe.flatMap { whenFinite($0 * yearFactor) }, maximumDrawdown: held.drawdown())
  }

  /// - Parameter defined: the index of the first bar where both averages have a value.
  /// - Returns: the number of trades; the equity is in `held`.
  private func play(
    _ fast: UnsafePointer<Double>, _ slow: UnsafePointer<Double>, defined: Int, _ bars: Bars, _ range: Range<Int>,
    into held: inout HeldEquity
  ) -> Int {
    held.begin(cash: terms.cash)
    // A decision on the last bar is never filled.
    let last = range.upperBound - 1
    var (bar, cash, trades) = (max(range.lowerBound, defined + 1), terms.cash, 0)
    if bar < last && Side.isAbove(fast[bar - 1], slow[bar - 1]) {
      while bar < last && Side.isAbove(fast[bar], slow[bar]) { bar += 1 }
    }
    while true {
      // The fast average was not above before this bar.
      while bar < last && !Side.isAbove(fast[bar], slow[bar]) { bar += 1 }
      guard bar < last else { return trades }
      let entry = bar + 1
      let units = terms.units(for: cash, at: terms.buyPrice(at: bars.open[entry]))
      bar += 1
      while bar < last && !Side.isBelow(fast[bar], slow[bar]) { bar += 1 }
      guard bar < last else {
        held.append(units, of: bars.close, in: entry..<last + 1)
        return trades + 1
      }
      held.append(units, of: bars.close, in: entry..<bar + 1)
      cash = terms.proceeds(of: units, at: terms.sellPrice(at: bars.open[bar + 1]))
      held.append(cash)
      trades += 1
      bar += 1
    }
  }
}
