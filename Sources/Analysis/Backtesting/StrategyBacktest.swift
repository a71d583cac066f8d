public import MarketData
public import Scheduling

extension Strategy {
  /// What its opinions make of an account: long after a bullish one, flat after a bearish one, and else as before.
  ///
  /// One decision for each bar; that on a bar depends on no later one.
  public func decisions(on series: CandleSeries) -> [Decision] {
    var decisions = [Decision](repeating: .keep, count: series.count)
    for opinion in opinions(on: series, from: 0) { decisions[opinion.index] = opinion.direction == .bullish ? .buy : .sell }
    return decisions
  }
}

/// A strategy tried on a series: the account that would have followed its signals.
public struct StrategyBacktest: Sendable {
  /// Fewer closed trades than these say nothing.
  public static let tradesMin = 10

  public let series: CandleSeries
  public let run: BacktestRun
  /// Bars of a year, above zero.
  public let periodsPerYear: Double

  /// - Parameters:
  ///   - start: the first bar that is traded opens at or after it; nil for all. The strategy sees the bars before.
  ///   - periodsPerYear: 365 for days of a currency, 252 for days of shares; see ``AssetClass``.
  public init(_ definition: StrategyDefinition, on series: CandleSeries, from start: Instant? = nil, periodsPerYear: Double) {
    let first = start.map { series.firstIndex(openingAtOrAfter: $0) } ?? 0
    run = BacktestRun(
      definition.strategy.decisions(on: series), on: series, terms: definition.terms, in: first..<series.count)
    (self.series, self.periodsPerYear) = (series, periodsPerYear)
  }

  /// - Parameter trials: of what was tried on this series before, for the deflated Sharpe ratio.
  public func metrics(trials: SharpeTrials? = nil) -> PerformanceMetrics {
    PerformanceMetrics(of: run, on: series, periodsPerYear: periodsPerYear, trials: trials)
  }

  /// The Sharpe ratio of one bar, what trials are compared by; nil without deviation.
  public var sharpePerBar: Double? { ChangeFigures(of: run).sharpe }

  /// Whether there are too few closed trades to say anything.
  public var isThin: Bool { run.closedTrades.count < Self.tradesMin }

  /// What buying at the first open and holding to the last close would have earned, costs apart; nil without bars.
  public var heldReturn: Double? {
    guard let first = run.range.first, let last = run.range.last, series.open[first] > 0 else { return nil }
    return whenFinite(series.close[last] / series.open[first] - 1)
  }
}
