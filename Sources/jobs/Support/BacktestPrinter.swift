import Analysis
import Foundation
import MarketData
import Reporting
import Scheduling
import Storage

/// Backtests as people read them.
enum BacktestPrinter {
  /// Everything of one.
  static func page(_ session: BacktestSession) -> String {
    let (backtest, metrics) = (session.backtest, session.metrics)
    var lines = [head(session), ""]
    func add(_ name: String, _ value: String, _ note: String = "") {
      let line = name.padding(toLength: 18, withPad: " ", startingAt: 0) + value
      lines.append("  " + (note.isEmpty ? line : line.padding(toLength: max(34, line.count), withPad: " ", startingAt: 0) + "  " + note))
    }
    add("return", percent(metrics.totalReturn), "buy and hold \(percent(backtest.heldReturn))")
    add("a year", percent(metrics.cagr), "volatility \(NumberStyle.percent.text(share: metrics.volatility))")
    add(
      "Sharpe", NumberStyle.ratio.text(metrics.sharpe),
      "Sortino \(NumberStyle.ratio.text(metrics.sortino)), Calmar \(NumberStyle.ratio.text(metrics.calmar))")
    add("P(Sharpe > 0)", NumberStyle.percent.text(share: metrics.probabilisticSharpe), deflation(session))
    add("deepest fall", percent(metrics.maximumDrawdown), "\(metrics.maximumDrawdownBars) bars below the peak")
    let open = metrics.tradesOpen > 0 ? ", \(metrics.tradesOpen) open" : ""
    add(
      "trades", "\(metrics.tradesClosed) closed\(open)", backtest.isThin ? "few: fewer than \(StrategyBacktest.tradesMin) say nothing" : "")
    add(
      "won", NumberStyle.percent.text(share: metrics.winRate),
      "profit factor \(NumberStyle.ratio.text(metrics.profitFactor)), \(NumberStyle.ratio.text(metrics.expectancy)) a trade")
    add("in the market", NumberStyle.percent.text(share: metrics.exposure), "fees \(NumberStyle.ratio.text(metrics.feesPaid))")
    if let surface = session.surface { lines += [""] + grid(surface) }
    if let walk = session.walk { lines += ["", walkForward(walk)] }
    if let simulation = session.simulation { lines += [""] + monteCarlo(simulation, backtest.run) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One row for each.
  static func table(_ sessions: [BacktestSession], style: TerminalStyle) -> PlainTable {
    PlainTable(
      [
        .init("SYMBOL"), .init("BARS", .right), .init("RETURN", .right), .init("HELD", .right), .init("SHARPE", .right),
        .init("FALL", .right), .init("TRADES", .right), .init("WON", .right), .init("IN MARKET", .right), .init("NOTE"),
      ],
      rows: sessions.map { session in
        let metrics = session.metrics
        return [
          session.series.symbol.name, "\(metrics.bars)", percent(metrics.totalReturn), percent(session.backtest.heldReturn),
          NumberStyle.ratio.text(metrics.sharpe), percent(metrics.maximumDrawdown), "\(metrics.tradesClosed)",
          NumberStyle.percent.text(share: metrics.winRate), NumberStyle.percent.text(share: metrics.exposure),
          session.backtest.isThin ? "few trades" : "",
        ]
      }, style: style)
  }

  private static func percent(_ value: Double?) -> String { NumberStyle.change.text(share: value) }

  private static func head(_ session: BacktestSession) -> String {
    let (series, terms, bars) = (session.series, session.definition.terms, session.backtest.run.range)
    let span = bars.first.map { "\(series.openTimes[$0].utcDay) to \(series.openTimes[bars.upperBound - 1].utcDay)" } ?? "none"
    let source = session.key.map { " (\($0.source))" } ?? ""
    let summary = session.definition.summary.isEmpty ? "" : "  \(session.definition.summary)"
    var costs = ["fee \(share(terms.fee))", "slippage \(share(terms.slippage))"]
    if let stop = terms.stopLoss { costs.append("stop \(share(stop))") }
    if let target = terms.takeProfit { costs.append("target \(share(target))") }
    return """
      \(session.definition.name)\(summary)
      \(series.symbol) \(series.interval)\(source): \(bars.count) bars, \(span); \(costs.joined(separator: ", ")); \
      \(NumberStyle.count.text(session.backtest.periodsPerYear)) bars a year
      """
  }

  /// `0.1 %`, in as many digits as it has.
  private static func share(_ value: Double) -> String {
    let text = String(format: "%.4f", value * 100)
    let trimmed = text.contains(".") ? String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) : text
    return "\(trimmed) %"
  }

  private static func deflation(_ session: BacktestSession) -> String {
    guard let deflated = session.metrics.deflatedSharpe else { return "nothing else was tried on this series, so it is not deflated" }
    let word = deflated < 0.95 ? ": not distinguishable from selection" : ""
    return "deflated by \(session.trialCount) trials \(NumberStyle.percent.text(share: deflated))\(word)"
  }

  private static func grid(_ surface: GridSurface) -> [String] {
    let sharpes = surface.cells.compactMap(\.sharpe).sorted()
    guard let best = surface.best() else { return ["  grid of \(surface.cells.count) pairs: none of them traded"] }
    let median = sharpes[sharpes.count / 2]
    return [
      "  grid of \(surface.cells.count) pairs: Sharpe \(NumberStyle.ratio.text(sharpes.first)) to \(NumberStyle.ratio.text(sharpes.last)), "
        + "median \(NumberStyle.ratio.text(median))",
      "  best \(best.pair.fast)/\(best.pair.slow): Sharpe \(NumberStyle.ratio.text(best.sharpe)), its neighbours "
        + "\(NumberStyle.ratio.text(surface.neighbourMean(of: best.pair))); return \(percent(best.totalReturn)), \(best.trades) trades",
    ]
  }

  private static func walkForward(_ walk: WalkForwardResult) -> String {
    """
      walk-forward, \(walk.folds.count) folds: return \(percent(walk.totalReturn)), Sharpe \(NumberStyle.ratio.text(walk.sharpe)) out of sample; \
    \(walk.profitableFolds) folds earned; efficiency \(NumberStyle.ratio.text(walk.efficiency))
    """
  }

  private static func monteCarlo(_ simulation: MonteCarlo, _ run: BacktestRun) -> [String] {
    func line(_ name: String, _ paths: PathDistribution?) -> String {
      guard let paths else { return "  \(name): nothing to draw from" }
      let (final, fall) = (paths.finalReturn, paths.maximumDrawdown)
      return "  \(name): return \(percent(final.p05)) / \(percent(final.p50)) / \(percent(final.p95)), fall \(percent(fall.p05)) / "
        + "\(percent(fall.p50)), P(loss) \(NumberStyle.percent.text(share: paths.lossProbability))"
    }
    return [
      "  \(simulation.paths) other lives, 5 / 50 / 95 %:", line("trades drawn again", simulation.tradeBootstrap(run)),
      line("blocks of bars drawn again", simulation.blockBootstrap(run)),
    ]
  }
}
