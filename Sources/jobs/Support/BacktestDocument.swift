import Analysis
import Reporting
import Scheduling
import Storage

/// What `jobs backtest` found, for programs.
struct BacktestDocument: Encodable {
  let schema = "jobs.backtest/1"
  let strategy: String
  let description: String
  let fee: Double
  let slippage: Double
  let stopLoss: Double?
  let takeProfit: Double?
  let results: [Result]

  struct Result: Encodable {
    /// nil for a file.
    let source: String?
    let symbol: String
    let interval: String
    let from: String?
    let until: String?
    let periodsPerYear: Double
    let metrics: Metrics
    let heldReturn: Double?
    let isThin: Bool
    let trials: Int
    let grid: Grid?
    let walkForward: Walk?
    let monteCarlo: Simulation?
  }

  struct Metrics: Encodable {
    let bars: Int
    let finalEquity: Double
    let totalReturn, cagr, volatilityAnnual, sharpe, sortino, calmar: Double?
    let maxDrawdown: Double
    let maxDrawdownBars: Int
    let tradesClosed, tradesOpen: Int
    let winRate, profitFactor, expectancy, exposure: Double?
    let feesPaid: Double
    let probabilisticSharpe, expectedMaximumSharpe, deflatedSharpe: Double?

    init(_ metrics: PerformanceMetrics) {
      (bars, finalEquity, totalReturn, cagr) = (metrics.bars, metrics.finalEquity, metrics.totalReturn, metrics.cagr)
      (volatilityAnnual, sharpe, sortino, calmar) = (metrics.volatility, metrics.sharpe, metrics.sortino, metrics.calmar)
      (maxDrawdown, maxDrawdownBars) = (metrics.maximumDrawdown, metrics.maximumDrawdownBars)
      (tradesClosed, tradesOpen, winRate) = (metrics.tradesClosed, metrics.tradesOpen, metrics.winRate)
      (profitFactor, expectancy, exposure) = (metrics.profitFactor, metrics.expectancy, metrics.exposure)
      (feesPaid, probabilisticSharpe) = (metrics.feesPaid, metrics.probabilisticSharpe)
      (expectedMaximumSharpe, deflatedSharpe) = (metrics.expectedMaximumSharpe, metrics.deflatedSharpe)
    }
  }

  struct Grid: Encodable {
    let pairs: Int
    let best: Cell?
    /// The mean Sharpe ratio of the pairs beside the best one.
    let neighbourMean: Double?
    let cells: [Cell]

    struct Cell: Encodable {
      let fast, slow, trades: Int
      let totalReturn, sharpe: Double?
      let maxDrawdown: Double

      init(_ cell: GridCell) {
        (fast, slow, trades) = (cell.pair.fast, cell.pair.slow, cell.trades)
        (totalReturn, sharpe, maxDrawdown) = (cell.totalReturn, cell.sharpe, cell.maximumDrawdown)
      }
    }

    init(_ surface: GridSurface) {
      let winner = surface.best()
      (pairs, best) = (surface.cells.count, winner.map(Cell.init))
      neighbourMean = winner.flatMap { surface.neighbourMean(of: $0.pair) }
      cells = surface.cells.map(Cell.init)
    }
  }

  struct Walk: Encodable {
    let folds, profitableFolds: Int
    let stitchedReturn, stitchedSharpe, efficiency, foldSharpeDeviation: Double?

    init(_ result: WalkForwardResult) {
      (folds, profitableFolds) = (result.folds.count, result.profitableFolds)
      (stitchedReturn, stitchedSharpe) = (result.totalReturn, result.sharpe)
      (efficiency, foldSharpeDeviation) = (result.efficiency, result.sharpeDeviation)
    }
  }

  struct Simulation: Encodable {
    let paths: Int
    let tradeBootstrap, blockBootstrap: Paths?

    struct Paths: Encodable {
      let finalReturn, maxDrawdown: Quantiles
      let lossProbability: Double

      init(_ paths: PathDistribution) {
        (finalReturn, maxDrawdown) = (Quantiles(paths.finalReturn), Quantiles(paths.maximumDrawdown))
        lossProbability = paths.lossProbability
      }
    }

    struct Quantiles: Encodable {
      let p05, p25, p50, p75, p95: Double?

      init(_ quantiles: PathDistribution.Quantiles) {
        (p05, p25, p50, p75, p95) = (quantiles.p05, quantiles.p25, quantiles.p50, quantiles.p75, quantiles.p95)
      }
    }

    init(_ simulation: MonteCarlo, of run: BacktestRun) {
      paths = simulation.paths
      tradeBootstrap = simulation.tradeBootstrap(run).map(Paths.init)
      blockBootstrap = simulation.blockBootstrap(run).map(Paths.init)
    }
  }
}
