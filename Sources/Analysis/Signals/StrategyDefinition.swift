/// A strategy as a desk keeps it: what it says, and how it is traded when it is tried on the past.
public struct StrategyDefinition: Sendable {
  /// What signals carry: the name of the strategy.
  public var name: String { strategy.name }
  /// One sentence for people; empty for none.
  public let summary: String
  public let strategy: any Strategy
  /// What a backtest pays and where it stops.
  public let terms: TradingTerms
  /// Periods to be tried by a backtest, for strategies that cross two averages or the MACD.
  public let grid: StrategyGrid?

  public init(_ strategy: any Strategy, summary: String = "", terms: TradingTerms, grid: StrategyGrid? = nil) {
    (self.strategy, self.summary, self.terms, self.grid) = (strategy, summary, terms, grid)
  }
}

/// The periods that a backtest tries, each fast one with each slower one.
public struct StrategyGrid: Sendable, Equatable {
  public let lines: CrossGrid.Lines
  public let fast: [Int]
  public let slow: [Int]

  public init(_ lines: CrossGrid.Lines, fast: [Int], slow: [Int]) {
    (self.lines, self.fast, self.slow) = (lines, fast, slow)
  }
}
