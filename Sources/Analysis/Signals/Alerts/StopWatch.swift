/// Notices when a price comes down to a stop, once until a close lies 1 % above the stop that was hit. A trail also begins anew when a close
/// lies its share above the lowest close since: in a market that falls for years it would otherwise be silent for years.
///
/// The close before must lie above the stop: a history that begins below it hits nothing. A touch is a hit, as it is for an order.
struct StopWatch {
  private let stop: AlertRule.Stop
  /// The stop before this bar, as its closes have left it; nil: not above one yet, or not back above it.
  private(set) var armed: Double?
  /// Of the trail: the highest close since it began.
  private var highest: Double?
  /// Where a stop was hit that the price has not come back from.
  private var lastHit: Double?
  /// The lowest close since then.
  private var lowest = Double.infinity

  struct Hit: Equatable {
    var stop: Double
    /// Of a trailing stop.
    var highest: Double?
  }

  init(_ stop: AlertRule.Stop) { self.stop = stop }

  /// Takes the next bar, in order of time; one whose close is not finite, or not above zero, is passed over.
  /// - Parameter price: what must reach the stop.
  mutating func hit(price: Double, close: Double) -> Hit? {
    guard price.isFinite, close.isFinite, close > 0 else { return nil }
    if let level = armed, price <= level {
      let hit = Hit(stop: level, highest: highest)
      (armed, highest, lastHit, lowest) = (nil, nil, level, close)
      return hit
    }
    arm(close)
    return nil
  }

  private mutating func arm(_ close: Double) {
    // The bar of the hit arms nothing, whatever its close: a stop that was run over is told of once.
    lowest = min(lowest, close)
    if let lastHit, close < lastHit * (1 + AlertRule.returnedShare), !hasRebounded(close) { return }
    switch stop {
    case .price(let level):
      if close > level { (armed, lastHit) = (level, nil) }
    case .trailing(let share):
      let top = max(highest ?? close, close)
      (highest, armed, lastHit) = (top, top * (1 - share), nil)
    }
  }

  private func hasRebounded(_ close: Double) -> Bool {
    guard case .trailing(let share) = stop else { return false }
    return close >= lowest * (1 + share)
  }
}
