import Analysis
import MarketData
import Testing

/// What must come of the cases of Fixtures/backtest; their README has the rules.
@Suite struct `The backtest of a case` {
  @Test(arguments: BacktestCase.names.dropLast())
  func `has the trades, the equity and the metrics that were checked elsewhere`(name: String) throws {
    let example = try BacktestCase(name)
    let run = try example.run()
    let metrics = PerformanceMetrics(
      of: run, on: example.series, periodsPerYear: example.scenario.periodsPerYear, trials: example.scenario.trials)
    expectSameTable(BacktestTables.trades(run, on: example.series), try example.text("trades.csv"), tolerance: 1e-9, name)
    expectSameTable(BacktestTables.equity(run, on: example.series), try example.text("equity.csv"), tolerance: 1e-9, name)
    try expectSameDocument(
      BacktestDocuments.metrics(metrics), example.text("metrics.json"), tolerance: 1e-9, without: ["engine_checked_against"], name)
    #expect(example.scenario.ignored.isEmpty)
  }

  @Test func `has the grid, the folds and the simulation that were checked elsewhere`() throws {
    let example = try BacktestCase(try #require(BacktestCase.names.last))
    let grid = try example.grid()
    expectSameTable(BacktestTables.grid(grid.surface(on: example.series)), try example.text("grid.csv"), tolerance: 1e-9, "grid")
    let result = try #require(example.scenario.walkForward).run(grid, on: example.series)
    try expectSameDocument(BacktestDocuments.walkForward(result), example.text("walk_forward.json"), tolerance: 1e-7, "folds")
    expectSameTable(
      BacktestTables.equity(result, on: example.series), try example.text("walk_forward_oos.csv"), tolerance: 1e-7, "stitched equity")
    let simulation = try #require(example.scenario.monteCarlo)
    try expectSameDocument(
      BacktestDocuments.monteCarlo(simulation, of: example.run()), example.text("monte_carlo.json"), tolerance: 1e-7, "simulation")
  }

  @Test(arguments: BacktestCase.names)
  func `comes to the files of its folder`(name: String) throws {
    let example = try BacktestCase(name)
    let targets = example.scenario.strategy == .targets ? try example.text("targets.csv") : nil
    let result = try BacktestFiles(example.scenario, on: example.series, targets: targets)
    let single = ["trades.csv", "equity.csv", "metrics.json"]
    let whole = ["grid.csv", "walk_forward.json", "walk_forward_oos.csv", "monte_carlo.json"]
    #expect(result.files.map(\.name) == (example.scenario.grid == nil ? single : whole))
    for file in result.files {
      let expected = try example.text(file.name)
      if file.name.hasSuffix(".csv") {
        expectSameTable(file.text, expected, tolerance: 1e-7, file.name)
      } else {
        try expectSameDocument(file.text, expected, tolerance: 1e-7, without: ["engine_checked_against"], file.name)
      }
    }
  }
}
