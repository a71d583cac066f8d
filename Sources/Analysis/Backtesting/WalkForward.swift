public import MarketData

/// How a grid is judged on bars that it was not chosen on.
public struct WalkForward: Sendable, Equatable {
  /// There are never more folds than this: the bars behind them are not judged.
  public static let foldsMax = 10_000

  /// Bars to choose on.
  public let inSample: Int
  /// Bars to judge on.
  public let outOfSample: Int
  /// Bars from one fold to the next.
  public let step: Int
  /// Whether every choice is made on all bars from the first on.
  public let isAnchored: Bool
  /// Pairs with fewer trades are not chosen; one that is open at the end of the bars counts.
  public let tradesMin: Int

  /// - Throws: ``BacktestDefect/outOfRange(key:value:wanted:)``
  public init(inSample: Int, outOfSample: Int, step: Int, isAnchored: Bool = false, tradesMin: Int = 1) throws(BacktestDefect) {
    try demand("walk_forward.in_sample", Double(inSample), "at least 2") { $0 >= 2 }
    try demand("walk_forward.out_of_sample", Double(outOfSample), "at least 2") { $0 >= 2 }
    try demand("walk_forward.step", Double(step), "at least 1") { $0 >= 1 }
    try demand("walk_forward.min_trades", Double(tradesMin), "at least 0") { $0 >= 0 }
    (self.inSample, self.outOfSample, self.step) = (inSample, outOfSample, step)
    (self.isAnchored, self.tradesMin) = (isAnchored, tradesMin)
  }

  /// The bars that are chosen on and judged on, fold by fold; the last may be short, but has two bars.
  public func folds(of bars: Int) -> [(inSample: Range<Int>, outOfSample: Range<Int>)] {
    var result: [(inSample: Range<Int>, outOfSample: Range<Int>)] = []
    var start = 0
    while result.count < Self.foldsMax, start <= bars - inSample - 2 {
      let end = start + inSample
      result.append(((isAnchored ? 0 : start)..<end, end..<end + min(outOfSample, bars - end)))
      start += step
    }
    return result
  }

  /// Chooses and judges, fold by fold. The cash goes from one fold to the next; a position never does.
  /// - Parameter workers: threads that share the pairs of the grid; the result is the same.
  /// - Complexity: that of the grid, times the folds.
  public func run(_ grid: CrossGrid, on series: CandleSeries, workers: Int = 1) -> WalkForwardResult {
    let folds = folds(of: series.count)
    let cells = grid.cells(on: series, in: folds.map(\.inSample), workers: workers)
    var (results, runs, cash): ([WalkForwardResult.Fold], [BacktestRun], Double) = ([], [], grid.terms.cash)
    for (index, fold) in folds.enumerated() {
      let chosen = GridSurface.best(of: cells[index], tradesMin: tradesMin)
      let decisions = chosen.map { grid.rule($0.pair).decisions(on: series) } ?? []
      let run = BacktestRun(decisions, on: series, terms: grid.terms, in: fold.outOfSample, cash: cash, sellsAtEnd: true)
      let sharpe = ChangeFigures(of: run).sharpe.flatMap { whenFinite($0 * grid.periodsPerYear.squareRoot()) }
      results.append(
        WalkForwardResult.Fold(
          inSample: fold.inSample, outOfSample: fold.outOfSample, chosen: chosen, sharpe: sharpe, totalReturn: whenFinite(run.totalReturn),
          trades: run.trades.count))
      runs.append(run)
      cash = run.finalEquity
    }
    return WalkForwardResult(folds: results, runs: runs, surface: grid.surface(on: series, workers: workers), grid: grid)
  }
}
