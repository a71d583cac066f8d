public import MarketData

/// The files that a scenario comes to on a series, by name: what `--output DIR` is to hold.
public struct BacktestFiles: Sendable, Equatable {
  public struct File: Sendable, Equatable {
    /// `trades.csv`
    public let name: String
    public let text: String

    public init(name: String, text: String) { (self.name, self.text) = (name, text) }
  }

  /// Trades, equity and metrics of the strategy; the grid, the folds and the simulation where the scenario asks for them.
  public private(set) var files: [File] = []
  /// The results of the grid, for a word about the best pair; nil without a grid.
  public private(set) var surface: GridSurface?
  /// The figures of the strategy itself; nil when it has no periods, and a grid tries them.
  public private(set) var metrics: PerformanceMetrics?

  /// - Parameters:
  ///   - targets: the text of the file of targets; needed when the strategy is `targets`.
  ///   - workers: threads that share the pairs of a grid.
  /// - Throws: ``ScenarioDefect`` for a strategy that has no decisions, a grid of a strategy without periods, or bad targets.
  public init(_ scenario: BacktestScenario, on series: CandleSeries, targets: String? = nil, workers: Int = 1) throws(ScenarioDefect) {
    let decisions = try Self.decisions(scenario, series, targets)
    let run = decisions.map { BacktestRun($0, on: series, terms: scenario.terms) }
    if let run {
      let metrics = PerformanceMetrics(of: run, on: series, periodsPerYear: scenario.periodsPerYear, trials: scenario.trials)
      self.metrics = metrics
      add("trades.csv", BacktestTables.trades(run, on: series))
      add("equity.csv", BacktestTables.equity(run, on: series))
      add("metrics.json", BacktestDocuments.metrics(metrics))
    } else if scenario.grid == nil {
      throw .missing(key: "strategy.fast")
    }
    let grid = try Self.grid(scenario)
    if let grid {
      let surface = grid.surface(on: series, workers: workers)
      add("grid.csv", BacktestTables.grid(surface))
      self.surface = surface
    }
    if let walk = scenario.walkForward {
      guard let grid else { throw .missing(key: "grid") }
      let result = walk.run(grid, on: series, workers: workers)
      add("walk_forward.json", BacktestDocuments.walkForward(result))
      add("walk_forward_oos.csv", BacktestTables.equity(result, on: series))
    }
    if let simulation = scenario.monteCarlo {
      guard let played = try Self.simulated(scenario, series) ?? run else { throw .missing(key: "monte_carlo.fast") }
      add("monte_carlo.json", BacktestDocuments.monteCarlo(simulation, of: played))
    }
  }

  private mutating func add(_ name: String, _ text: String) { files.append(File(name: name, text: text)) }

  private static func decisions(
    _ scenario: BacktestScenario, _ series: CandleSeries, _ targets: String?
  ) throws(ScenarioDefect) -> [Decision]? {
    switch scenario.strategy {
    case .targets:
      guard let targets else { throw .missingTargets }
      return try TargetsFile.decisions(targets, for: series)
    case .rule(let rule): return rule.decisions(on: series)
    case .lines: return nil
    }
  }

  private static func grid(_ scenario: BacktestScenario) throws(ScenarioDefect) -> CrossGrid? {
    guard let periods = scenario.grid else { return nil }
    guard let lines = scenario.lines else { throw .noGrid }
    return try BacktestScenario.checked { () throws(BacktestDefect) in
      try CrossGrid(
        lines, fast: periods.fast, slow: periods.slow, terms: scenario.terms, periodsPerYear: scenario.periodsPerYear)
    }
  }

  /// The run of the pair that the simulation names; nil when it names none.
  private static func simulated(_ scenario: BacktestScenario, _ series: CandleSeries) throws(ScenarioDefect) -> BacktestRun? {
    guard let pair = scenario.monteCarloPair else { return nil }
    guard let lines = scenario.lines else { throw .noGrid }
    let rule = try BacktestScenario.checked { () throws(BacktestDefect) in try lines.rule(pair).validated() }
    return BacktestRun(rule.decisions(on: series), on: series, terms: scenario.terms)
  }
}
