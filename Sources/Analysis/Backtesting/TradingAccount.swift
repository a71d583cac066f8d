/// Cash, or one position, and the trades so far.
struct TradingAccount {
  let terms: TradingTerms
  private(set) var cash: Double
  private(set) var trades: [Trade] = []
  private var position: Position?

  private struct Position {
    let entryIndex: Int
    let units, price, fee: Double
  }

  init(cash: Double, terms: TradingTerms) {
    (self.cash, self.terms) = (cash, terms)
  }

  func equity(at close: Double) -> Double {
    position.map { $0.units * close } ?? cash
  }

  /// Carries out what was decided at the bar before.
  mutating func fill(_ decision: Decision, at bar: Int, open: Double) {
    switch decision {
    case .buy where position == nil:
      let price = terms.buyPrice(at: open)
      let units = terms.units(for: cash, at: price)
      position = Position(entryIndex: bar, units: units, price: price, fee: terms.fee(for: units, at: price))
      cash = 0
    case .sell: sell(at: open, in: bar, .signal)
    default: break
    }
  }

  /// Sells at the stop or the target that the bar touched; the stop first.
  mutating func checkBrackets(at bar: Int, open: Double, high: Double, low: Double) {
    guard terms.hasBrackets, let position else { return }
    let isLater = bar > position.entryIndex
    if let loss = terms.stopLoss {
      let level = position.price * (1 - loss)
      if low <= level { return sell(at: isLater ? min(open, level) : level, in: bar, .stopLoss) }
    }
    if let gain = terms.takeProfit {
      let level = position.price * (1 + gain)
      if high >= level { sell(at: isLater ? max(open, level) : level, in: bar, .takeProfit) }
    }
  }

  /// Sells what is open at the last close, or lists it as open.
  mutating func end(at bar: Int, close: Double, selling: Bool) {
    if selling { return sell(at: close, in: bar, .foldEnd) }
    guard let position else { return }
    trades.append(
      Trade(
        entryIndex: position.entryIndex, exitIndex: bar, units: position.units, entryPrice: position.price, exitPrice: close,
        entryFee: position.fee, exitFee: 0, reason: .open))
  }

  private mutating func sell(at price: Double, in bar: Int, _ reason: Trade.Reason) {
    guard let position else { return }
    let fill = terms.sellPrice(at: price)
    trades.append(
      Trade(
        entryIndex: position.entryIndex, exitIndex: bar, units: position.units, entryPrice: position.price, exitPrice: fill,
        entryFee: position.fee, exitFee: terms.fee(for: position.units, at: fill), reason: reason))
    cash = terms.proceeds(of: position.units, at: fill)
    self.position = nil
  }
}
