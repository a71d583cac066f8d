/// A position from its entry to its exit, or to the last bar while it is open.
public struct Trade: Sendable, Equatable {
  /// The index of the bar at whose open it was bought.
  public let entryIndex: Int
  /// The index of the bar in which it was sold, or of the last one while it is open.
  public let exitIndex: Int
  public let units: Double
  /// The fill, slippage included, the fee not.
  public let entryPrice: Double
  /// The fill, or the last close while it is open.
  public let exitPrice: Double
  public let entryFee: Double
  /// Zero while it is open.
  public let exitFee: Double
  public let reason: Reason

  /// Why it ended.
  public enum Reason: String, Sendable, CaseIterable {
    case signal
    case stopLoss = "stop_loss"
    case takeProfit = "take_profit"
    /// It did not; it is marked at the last close.
    case open
    /// An out-of-sample fold ended.
    case foldEnd = "fold_end"
  }

  public var isOpen: Bool { reason == .open }

  /// What it earned in units of the quote currency, both fees paid.
  public var profit: Double { units * (exitPrice - entryPrice) - entryFee - exitFee }

  /// The profit as a fraction of what was bought.
  public var profitFraction: Double { profit / (units * entryPrice) }

  /// How many bars lie between entry and exit; zero when both are in one bar.
  public var bars: Int { exitIndex - entryIndex }
}
