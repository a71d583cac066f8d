/// What an account begins with, what a fill costs, and how far a position may go against or for it.
///
/// Long only and all in: a buy spends the whole cash, in fractional units.
public struct TradingTerms: Sendable, Equatable {
  /// In units of the quote currency, above zero.
  public var cash: Double
  /// The part of the turnover that each fill costs, 0..<1.
  public var fee: Double
  /// How much worse than the price a fill is, as a fraction of it, 0..<1.
  public var slippage: Double
  /// The loss at which a position is sold, as a fraction of its entry price, in 0..<1 without 0; nil for none.
  public var stopLoss: Double?
  /// The gain at which a position is sold, as a fraction of its entry price, above zero; nil for none.
  public var takeProfit: Double?

  /// - Throws: ``BacktestDefect/outOfRange(key:value:wanted:)`` for the first number that is not in its range.
  public init(
    cash: Double = 10_000, fee: Double = 0, slippage: Double = 0, stopLoss: Double? = nil, takeProfit: Double? = nil
  ) throws(BacktestDefect) {
    try demand("cash", cash, "a number above 0 and at most 1e15") { $0 > 0 && $0 <= 1e15 }
    try demand("fee", fee, "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    try demand("slippage", slippage, "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    if let stopLoss { try demand("stop_loss", stopLoss, "above 0 and below 1") { $0 > 0 && $0 < 1 } }
    if let takeProfit { try demand("take_profit", takeProfit, "a number above 0") { $0 > 0 && $0.isFinite } }
    (self.cash, self.fee, self.slippage) = (cash, fee, slippage)
    (self.stopLoss, self.takeProfit) = (stopLoss, takeProfit)
  }

  var hasBrackets: Bool { stopLoss != nil || takeProfit != nil }

  @inline(__always) func buyPrice(at price: Double) -> Double { price * (1 + slippage) }
  @inline(__always) func sellPrice(at price: Double) -> Double { price * (1 - slippage) }
  @inline(__always) func units(for cash: Double, at price: Double) -> Double { cash / (price * (1 + fee)) }
  @inline(__always) func fee(for units: Double, at price: Double) -> Double { fee * (units * price) }
  /// What a sale leaves, fee paid.
  @inline(__always) func proceeds(of units: Double, at price: Double) -> Double { units * price - fee(for: units, at: price) }
}

/// Why numbers make no backtest.
public enum BacktestDefect: Error, Sendable, Equatable {
  /// A number is not in the range that its key allows.
  case outOfRange(key: String, value: Double, wanted: String)
  /// The parameters of a rule.
  case rule(StrategyDefect)
  /// A grid that has more pairs than a run takes, or none.
  case combinations(count: Int, limit: Int)
}

extension BacktestDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfRange(let key, let value, let wanted): "`\(key)` is \(trimmed(value)); it must be \(wanted)"
    case .rule(let defect): "\(defect)"
    case .combinations(0, _): "the grid has no pair with `fast` below `slow`"
    case .combinations(let count, let limit): "the grid has \(count) pairs of `fast` and `slow`; at most \(limit) are computed"
    }
  }
}

/// - Throws: ``BacktestDefect/outOfRange(key:value:wanted:)``
func demand(_ key: String, _ value: Double, _ wanted: String, _ holds: (Double) -> Bool) throws(BacktestDefect) {
  guard holds(value) else { throw .outOfRange(key: key, value: value, wanted: wanted) }
}
