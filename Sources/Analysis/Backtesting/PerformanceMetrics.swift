import Foundation
public import MarketData
import Scheduling

/// What a run is judged by. What has no value, a ratio without a denominator for example, is nil.
public struct PerformanceMetrics: Sendable, Equatable {
  public let bars: Int
  public let finalEquity: Double
  /// As a fraction of the cash.
  public let totalReturn: Double?
  /// The return of a year, from the calendar time between the first and the last open; nil when there is none.
  public let cagr: Double?
  /// The deviation of the changes from bar to bar, per year.
  public let volatility: Double?
  /// Per year; nil without deviation.
  public let sharpe: Double?
  /// Per year; nil without a losing bar.
  public let sortino: Double?
  /// The deepest fall from a running peak, as a fraction of it, 0 or below. The cash is the first peak.
  public let maximumDrawdown: Double
  /// The longest run of bars below the running peak.
  public let maximumDrawdownBars: Int
  /// The yearly return over the deepest fall; nil without one.
  public let calmar: Double?
  public let tradesClosed: Int
  public let tradesOpen: Int
  /// Of closed trades, 0...1; nil when there is none, as the next two.
  public let winRate: Double?
  /// Gains over losses; nil without losses.
  public let profitFactor: Double?
  /// The mean profit of a trade, in units of the quote currency.
  public let expectancy: Double?
  public let feesPaid: Double
  /// The part of the bars between entries and exits, 0...1; nil without bars.
  public let exposure: Double?
  /// The probability that the true Sharpe ratio is above zero.
  public let probabilisticSharpe: Double?
  /// The best Sharpe ratio of one bar that chance gives in so many trials; nil when none were stated.
  public let expectedMaximumSharpe: Double?
  /// The probability that the true Sharpe ratio is above that. Below 0.95 it cannot be told from selection.
  public let deflatedSharpe: Double?

  /// - Parameters:
  ///   - series: the one that was played.
  ///   - periodsPerYear: bars of a year, above zero: 365 for days of a currency, 252 for days of shares.
  /// - Complexity: O(bars).
  public init(of run: BacktestRun, on series: CandleSeries, periodsPerYear: Double, trials: SharpeTrials? = nil) {
    let closed = run.closedTrades
    (bars, finalEquity, totalReturn) = (run.equity.count, run.finalEquity, whenFinite(run.totalReturn))
    (tradesClosed, tradesOpen) = (closed.count, run.trades.count - closed.count)
    let profits = TradeProfits(closed)
    (winRate, profitFactor, expectancy) = (profits.winRate, profits.factor, profits.mean)
    feesPaid = run.trades.reduce(0) { $0 + $1.entryFee + $1.exitFee }
    exposure = bars == 0 ? nil : Double(run.trades.reduce(0) { $0 + $1.bars } + tradesOpen) / Double(bars)
    let changes = ChangeFigures(of: run)
    let year = periodsPerYear.squareRoot()
    volatility = changes.deviation.flatMap { whenFinite($0 * year) }
    sharpe = changes.sharpe.flatMap { whenFinite($0 * year) }
    sortino = changes.sortino.flatMap { whenFinite($0 * year) }
    maximumDrawdown = changes.drawdown
    maximumDrawdownBars = Self.longestFall(run)
    cagr = Self.yearlyReturn(of: run, on: series)
    calmar = changes.drawdown < 0 ? cagr.flatMap { whenFinite($0 / -changes.drawdown) } : nil
    probabilisticSharpe = changes.probability(above: 0)
    expectedMaximumSharpe = trials.flatMap { SharpeInference.expectedMaximum(trials: $0.count, deviation: $0.deviation) }
    deflatedSharpe = expectedMaximumSharpe.flatMap { changes.probability(above: $0) }
  }

  private static func yearlyReturn(of run: BacktestRun, on series: CandleSeries) -> Double? {
    guard let last = run.range.last else { return nil }
    let years = (series.openTimes[last] - series.openTimes[run.range.lowerBound]).inSeconds / (365.25 * 86_400)
    return years > 0 ? whenFinite(pow(run.finalEquity / run.cash, 1 / years) - 1) : nil
  }

  private static func longestFall(_ run: BacktestRun) -> Int {
    var (peak, current, longest) = (run.cash, 0, 0)
    for equity in run.equity {
      current = equity < peak ? current + 1 : 0
      peak = max(peak, equity)
      longest = max(longest, current)
    }
    return longest
  }
}

/// The figures of closed trades; nil when there is none.
private struct TradeProfits {
  private(set) var winRate, factor, mean: Double?

  init(_ closed: [Trade]) {
    guard !closed.isEmpty else { return }
    let profits = closed.map(\.profit)
    let gains = profits.reduce(0) { $0 + max($1, 0) }
    let losses = profits.reduce(0) { $0 - min($1, 0) }
    winRate = Double(profits.count { $0 > 0 }) / Double(profits.count)
    factor = losses > 0 ? whenFinite(gains / losses) : nil
    mean = whenFinite(profits.reduce(0, +) / Double(profits.count))
  }
}
