import Analysis
import Foundation
import JobGraph
import MarketData
import Reporting
import Scheduling
import Steps
import Storage

/// A strategy of a project, tried on a series in every way that was asked for.
struct BacktestSession {
  let definition: StrategyDefinition
  let series: CandleSeries
  /// nil for the candles of a file.
  let key: SeriesKey?
  let backtest: StrategyBacktest
  let metrics: PerformanceMetrics
  /// How many rules were tried on the series, this one included.
  let trialCount: Int
  let surface: GridSurface?
  let walk: WalkForwardResult?
  let simulation: MonteCarlo?

  /// What beside the plain run is wanted.
  struct Wishes {
    var grid: StrategyGrid?
    var walkForward: WalkForward?
    var monteCarlo: MonteCarlo?
    /// The first bar that is traded opens at or after it.
    var start: Instant?
    var periodsPerYear: Double
  }

  /// - Parameter earlier: the Sharpe ratios of a bar of the rules that were tried on the series before, by rule.
  /// - Throws: ``Failure`` for a grid without a pair.
  init(_ definition: StrategyDefinition, on series: CandleSeries, key: SeriesKey?, _ wishes: Wishes, earlier: [String: Double?]) throws {
    (self.definition, self.series, self.key, simulation) = (definition, series, key, wishes.monteCarlo)
    backtest = StrategyBacktest(definition, on: series, from: wishes.start, periodsPerYear: wishes.periodsPerYear)
    var (surface, walk): (GridSurface?, WalkForwardResult?)
    if let wanted = wishes.grid {
      do {
        let grid = try CrossGrid(
          wanted.lines, fast: wanted.fast, slow: wanted.slow, terms: definition.terms, periodsPerYear: wishes.periodsPerYear)
        let workers = ProcessInfo.processInfo.activeProcessorCount
        surface = grid.surface(on: series, workers: workers)
        walk = wishes.walkForward.map { $0.run(grid, on: series, workers: workers) }
      } catch {
        throw Failure(.usage, "\(definition.name): \(error)")
      }
    }
    (self.surface, self.walk) = (surface, walk)
    var tried = earlier
    for trial in Self.trials(definition, backtest, surface, wishes) { tried[trial.rule] = trial.sharpe }
    trialCount = tried.count
    metrics = backtest.metrics(trials: SharpeTrials(ofSharpes: tried.values.compactMap(\.self), count: tried.count))
  }

  /// What this session adds to the list of what was tried on the series.
  func trials(_ wishes: Wishes) -> [(rule: String, sharpe: Double?)] { Self.trials(definition, backtest, surface, wishes) }

  private static func trials(
    _ definition: StrategyDefinition, _ backtest: StrategyBacktest, _ surface: GridSurface?, _ wishes: Wishes
  ) -> [(rule: String, sharpe: Double?)] {
    let terms = definition.terms
    let brackets = [terms.stopLoss.map { " stop \($0)" }, terms.takeProfit.map { " target \($0)" }].compactMap(\.self).joined()
    let costs = "fee \(terms.fee) slippage \(terms.slippage)\(brackets)"
    var trials: [(rule: String, sharpe: Double?)] = []
    // A part of the series is no trial to compare with those on all of it.
    if wishes.start == nil { trials.append(("\(definition.name) \(costs)", backtest.sharpePerBar)) }
    let year = wishes.periodsPerYear.squareRoot()
    for cell in surface?.cells ?? [] {
      trials.append(("\(wishes.grid!.lines.name)_\(cell.pair.fast)_\(cell.pair.slow) \(costs)", cell.sharpe.map { $0 / year }))
    }
    return trials
  }

  /// The files of `--output`.
  var files: [BacktestFiles.File] {
    var files = [
      BacktestFiles.File(name: "trades.csv", text: BacktestTables.trades(backtest.run, on: series)),
      BacktestFiles.File(name: "equity.csv", text: BacktestTables.equity(backtest.run, on: series)),
      BacktestFiles.File(name: "metrics.json", text: BacktestDocuments.metrics(metrics)),
    ]
    if let surface { files.append(BacktestFiles.File(name: "grid.csv", text: BacktestTables.grid(surface))) }
    if let walk {
      files.append(BacktestFiles.File(name: "walk_forward.json", text: BacktestDocuments.walkForward(walk)))
      files.append(BacktestFiles.File(name: "walk_forward_oos.csv", text: BacktestTables.equity(walk, on: series)))
    }
    if let simulation {
      files.append(BacktestFiles.File(name: "monte_carlo.json", text: BacktestDocuments.monteCarlo(simulation, of: backtest.run)))
    }
    return files
  }

  var document: BacktestDocument.Result {
    let bars = backtest.run.range
    return BacktestDocument.Result(
      source: key?.source, symbol: series.symbol.name, interval: series.interval.rawValue,
      from: bars.first.map { series.openTimes[$0].iso8601 }, until: bars.last.map { series.openTimes[$0].iso8601 },
      periodsPerYear: backtest.periodsPerYear, metrics: BacktestDocument.Metrics(metrics), heldReturn: backtest.heldReturn,
      isThin: backtest.isThin, trials: trialCount, grid: surface.map(BacktestDocument.Grid.init),
      walkForward: walk.map(BacktestDocument.Walk.init),
      monteCarlo: simulation.map { BacktestDocument.Simulation($0, of: backtest.run) })
  }
}

extension CrossGrid.Lines {
  /// `sma_cross`
  var name: String {
    switch self {
    case .averages(let kind): "\(kind.rawValue)_cross"
    case .macd: "macd_cross"
    }
  }
}
