public import MarketData

/// What became of an account that followed decisions over some bars.
public struct BacktestRun: Sendable, Equatable {
  /// The bars of the series that were played; indices of trades are of the series.
  public let range: Range<Int>
  /// What it began with.
  public let cash: Double
  /// One value for each bar of the range: cash plus units at the close.
  public let equity: [Double]
  /// In order of entry; at most the last is open.
  public let trades: [Trade]

  /// Plays the decisions.
  ///
  /// A decision on the close of a bar is filled at the open of the next. Stop and target live from the entry bar on, are looked at after
  /// the open, and the stop comes first when a bar touches both; a later bar that opens beyond the level fills at its open. Only decisions
  /// taken inside the range count, and it starts flat.
  ///
  /// - Parameters:
  ///   - decisions: one for each bar of the series; what is missing at the end is ``Decision/keep``.
  ///   - range: bars of the series; nil for all.
  ///   - cash: nil for what the terms say.
  ///   - sellsAtEnd: sells what is open at the last close, with slippage and fee, instead of marking it.
  /// - Precondition: `range` lies within the series.
  /// - Complexity: O(bars of the range).
  public init(
    _ decisions: [Decision], on series: CandleSeries, terms: TradingTerms, in range: Range<Int>? = nil, cash: Double? = nil,
    sellsAtEnd: Bool = false
  ) {
    let range = range ?? 0..<series.count
    precondition(range.lowerBound >= 0 && range.upperBound <= series.count, "the range must lie within the series")
    var account = TradingAccount(cash: cash ?? terms.cash, terms: terms)
    var equity: [Double] = []
    equity.reserveCapacity(range.count)
    for bar in range {
      if bar > range.lowerBound && bar <= decisions.count { account.fill(decisions[bar - 1], at: bar, open: series.open[bar]) }
      account.checkBrackets(at: bar, open: series.open[bar], high: series.high[bar], low: series.low[bar])
      equity.append(account.equity(at: series.close[bar]))
    }
    if let last = range.last {
      account.end(at: last, close: series.close[last], selling: sellsAtEnd)
      if sellsAtEnd { equity[equity.count - 1] = account.equity(at: series.close[last]) }
    }
    (self.range, self.cash, self.equity, trades) = (range, cash ?? terms.cash, equity, account.trades)
  }

  /// The equity at the end; the cash when there was no bar.
  public var finalEquity: Double { equity.last ?? cash }

  /// What was earned as a fraction of the cash.
  public var totalReturn: Double { finalEquity / cash - 1 }

  public var closedTrades: [Trade] { trades.filter { !$0.isOpen } }

  /// The change of equity from bar to bar, one less than there are bars.
  public var returns: [Double] { zip(equity.dropFirst(), equity).map { $0 / $1 - 1 } }
}
