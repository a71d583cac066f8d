public import Analysis
public import JobGraph
import MarketData
public import Running
import Scheduling
public import Storage

/// `analysis.backtest`: what each strategy would have done with a symbol in the last days.
public struct QuickBacktest: StepOperation {
  private let warehouse: Warehouse
  private let strategies: [StrategyDefinition]

  public init(_ warehouse: Warehouse, strategies: [StrategyDefinition]) {
    (self.warehouse, self.strategies) = (warehouse, strategies)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let days = context.parameters.integer("days") ?? 30
    let start = context.logicalDate - .days(days)
    let warmUp = strategies.map(\.strategy.warmUp).max() ?? 0
    // So many bars fit into the days, at most; an interval without a fixed length is longer than a day.
    let perDay = (try context.interval()).length.map { max(1, Int(86_400 / $0.inSeconds)) } ?? 1
    let all = try await context.analysedSeries(in: warehouse, last: warmUp + days * perDay)
    guard !all.isEmpty else { return try context.nothingToAnalyse() }
    var rows: [StoredBacktest] = []
    for series in all {
      try Task.checkCancellation()
      guard let year = MarketRules.assetClass(of: series.key).periodsPerYear(series.key.interval),
        series.bars.firstIndex(openingAtOrAfter: start) < series.bars.count
      else { continue }
      rows += strategies.map { StoredBacktest($0, on: series, from: start, periodsPerYear: year) }
    }
    let (found, logicalDate) = (rows, context.logicalDate)
    return try await context.commit(in: warehouse) { transaction in
      try transaction.store(found, logicalDate: logicalDate)
      let trades = found.reduce(0) { $0 + $1.trades }
      return TaskOutcome(note: "\(found.count) tried, \(trades) trades", counts: [.init("tried", found.count), .init("trades", trades)])
    }
  }
}

extension StoredBacktest {
  fileprivate init(_ definition: StrategyDefinition, on series: AnalysedSeries, from start: Instant, periodsPerYear: Double) {
    let backtest = StrategyBacktest(definition, on: series.bars, from: start, periodsPerYear: periodsPerYear)
    let metrics = backtest.metrics()
    self.init(
      key: series.key, strategy: definition.name, from: series.bars.openTimes[backtest.run.range.lowerBound], bars: metrics.bars,
      trades: metrics.tradesClosed, totalReturn: metrics.totalReturn, heldReturn: backtest.heldReturn, sharpe: metrics.sharpe,
      maximumDrawdown: metrics.maximumDrawdown)
  }
}
