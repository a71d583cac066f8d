/// The result of one pair of a grid.
public struct GridCell: Sendable, Equatable {
  public let pair: CrossGrid.Pair
  /// With one that is open at the end.
  public let trades: Int
  /// As a fraction of the cash.
  public let totalReturn: Double?
  /// Per year; nil without deviation.
  public let sharpe: Double?
  /// 0 or below.
  public let maximumDrawdown: Double

  init(pair: CrossGrid.Pair, trades: Int, totalReturn: Double, sharpe: Double?, maximumDrawdown: Double) {
    (self.pair, self.trades, self.totalReturn) = (pair, trades, whenFinite(totalReturn))
    (self.sharpe, self.maximumDrawdown) = (sharpe, maximumDrawdown)
  }

  /// - Parameter yearFactor: the root of the bars of a year.
  init(pair: CrossGrid.Pair, run: BacktestRun, yearFactor: Double) {
    let changes = ChangeFigures(of: run)
    self.init(
      pair: pair, trades: run.trades.count, totalReturn: run.totalReturn,
      sharpe: changes.sharpe.flatMap { whenFinite($0 * yearFactor) }, maximumDrawdown: changes.drawdown)
  }

  /// The account that no bar moved.
  init(idle pair: CrossGrid.Pair) {
    self.init(pair: pair, trades: 0, totalReturn: 0, sharpe: nil, maximumDrawdown: 0)
  }
}
