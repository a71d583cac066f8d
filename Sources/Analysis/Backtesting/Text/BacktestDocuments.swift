/// The results of a backtest as JSON; what has no value is `null`.
public enum BacktestDocuments {
  /// `metrics.json`. The probabilities of a Sharpe ratio stand there only when it has one.
  public static func metrics(_ metrics: PerformanceMetrics) -> String {
    var members: [(key: String, value: JSONDocument)] = [
      ("bars", .integer(metrics.bars)), ("final_equity", .number(metrics.finalEquity)), ("total_return", .optional(metrics.totalReturn)),
      ("cagr", .optional(metrics.cagr)), ("volatility_annual", .optional(metrics.volatility)), ("sharpe", .optional(metrics.sharpe)),
      ("max_drawdown", .number(metrics.maximumDrawdown)), ("trades_closed", .integer(metrics.tradesClosed)),
      ("trades_open", .integer(metrics.tradesOpen)), ("win_rate", .optional(metrics.winRate)),
      ("profit_factor", .optional(metrics.profitFactor)), ("expectancy", .optional(metrics.expectancy)),
      ("fees_paid", .number(metrics.feesPaid)), ("sortino", .optional(metrics.sortino)), ("calmar", .optional(metrics.calmar)),
      ("max_drawdown_bars", .integer(metrics.maximumDrawdownBars)), ("exposure", .optional(metrics.exposure)),
    ]
    if let psr = metrics.probabilisticSharpe { members.append(("psr_0", .number(psr))) }
    if let dsr = metrics.deflatedSharpe {
      members += [("expected_max_sharpe", .optional(metrics.expectedMaximumSharpe)), ("dsr", .number(dsr))]
    }
    return JSONDocument.object(members).text
  }

  /// `walk_forward.json`
  public static func walkForward(_ result: WalkForwardResult) -> String {
    JSONDocument.object([
      ("folds", .array(result.folds.enumerated().map { fold($0, $1) })),
      ("stitched_return", .optional(result.totalReturn)), ("stitched_sharpe", .optional(result.sharpe)),
      ("efficiency", .optional(result.efficiency)), ("profitable_folds", .integer(result.profitableFolds)),
      ("trials", .integer(result.trials)), ("trial_sharpe_std", .optional(result.trialSharpeDeviation)),
    ]).text
  }

  /// `monte_carlo.json`
  public static func monteCarlo(_ simulation: MonteCarlo, of run: BacktestRun) -> String {
    let (trades, changes) = (run.closedTrades.count, run.returns.count)
    let head: [(key: String, value: JSONDocument)] = [
      ("bars", .integer(changes)), ("block", .integer(simulation.block(for: changes))), ("paths", .integer(simulation.paths)),
    ]
    let tradeHead: [(key: String, value: JSONDocument)] = [("trades", .integer(trades)), ("paths", .integer(simulation.paths))]
    return JSONDocument.object([
      ("trade_bootstrap", .object(tradeHead + members(simulation.tradeBootstrap(run), simulation))),
      ("block_bootstrap", .object(head + members(simulation.blockBootstrap(run), simulation))),
    ]).text
  }

  private static func fold(_ number: Int, _ fold: WalkForwardResult.Fold) -> JSONDocument {
    .object([
      ("fold", .integer(number)), ("in_sample", .integers(fold.inSample)), ("out_of_sample", .integers(fold.outOfSample)),
      ("fast", .optional(fold.chosen.map { Double($0.pair.fast) })), ("slow", .optional(fold.chosen.map { Double($0.pair.slow) })),
      ("is_sharpe", .optional(fold.chosen?.sharpe)), ("oos_sharpe", .optional(fold.sharpe)), ("oos_return", .optional(fold.totalReturn)),
      ("oos_trades", .integer(fold.trades)),
    ])
  }

  private static func members(_ paths: PathDistribution?, _ simulation: MonteCarlo) -> [(key: String, value: JSONDocument)] {
    var members: [(key: String, value: JSONDocument)] = [
      ("final_return", quantiles(paths?.finalReturn)), ("max_drawdown", quantiles(paths?.maximumDrawdown)),
      ("prob_loss", .optional(paths?.lossProbability)), ("mean_final", .optional(paths?.meanFinal)),
    ]
    if simulation.drawdownLimit != nil { members.append(("prob_drawdown", .optional(paths?.drawdownProbability))) }
    return members
  }

  private static func quantiles(_ quantiles: PathDistribution.Quantiles?) -> JSONDocument {
    .object([
      ("p05", .optional(quantiles?.p05)), ("p25", .optional(quantiles?.p25)), ("p50", .optional(quantiles?.p50)),
      ("p75", .optional(quantiles?.p75)), ("p95", .optional(quantiles?.p95)),
    ])
  }
}
