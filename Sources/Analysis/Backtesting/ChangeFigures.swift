/// What the changes of equity from bar to bar tell, not yet per year.
struct ChangeFigures {
  private(set) var count = 0
  private(set) var deviation, sharpe, sortino: Double?
  private(set) var shape: (skewness: Double, kurtosis: Double)?
  private(set) var drawdown = 0.0

  private init() {}

  init(of run: BacktestRun) {
    var result = ChangeFigures()
    HeldEquity.open(bars: run.equity.count) { held in
      held.take(run)
      let moments = held.moments(bars: run.equity.count)
      result.count = moments.count
      (result.deviation, result.sharpe, result.sortino) = (moments.deviation, moments.sharpe, moments.sortino)
      (result.shape, result.drawdown) = (moments.shape, held.drawdown())
    }
    self = result
  }

  func probability(above benchmark: Double) -> Double? {
    guard let sharpe, let shape else { return nil }
    return SharpeInference.probability(
      of: sharpe, above: benchmark, count: count, skewness: shape.skewness, kurtosis: shape.kurtosis)
  }
}
