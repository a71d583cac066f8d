public import MarketData

/// How far a price is from where an alert fires.
public struct AlertDistance: Sendable, Equatable {
  /// As a share of the close, never below zero.
  public let share: Double
  /// In average true ranges of 14 bars; nil while there are fewer bars, and where nothing moves.
  public let ranges: Double?

  /// - Returns: nil for what is no distance.
  public init?(from close: Double, to level: Double, atr: Double?) {
    guard close > 0, let share = whenFinite(abs(level / close - 1)) else { return nil }
    self.share = share
    ranges = atr.flatMap { $0 > 0 ? whenFinite(abs(level - close) / $0) : nil }
  }
}

extension AlertRule {
  /// Whether there is a price at which it fires.
  public var hasDistance: Bool {
    switch kind {
    case .price, .drawdown, .stop: true
    default: false
    }
  }

  /// How far the last close is from firing; nil for what is no price, for a close that lies beyond the level already, for a stop
  /// that is not armed, and for no bar.
  /// - Complexity: O(*n*).
  public func distance(on series: CandleSeries) -> AlertDistance? {
    guard let close = series.close.last, let level = nextLevel(on: series) else { return nil }
    return AlertDistance(from: close, to: level, atr: series.atr()[series.count - 1])
  }

  private func nextLevel(on series: CandleSeries) -> Double? {
    switch kind {
    case .price(let level, .crosses): return level
    case .price(let level, let side):
      return series.close.last.flatMap { (side == .above ? $0 < level : $0 > level) ? level : nil }
    case .drawdown(let limit):
      guard let line = series.close.max().map({ $0 * (1 - limit) }), let close = series.close.last, close > line else { return nil }
      return line
    case .stop(let stop, let touch):
      var watch = StopWatch(stop)
      for index in series.close.indices {
        _ = watch.hit(price: touch == .low ? series.low[index] : series.close[index], close: series.close[index])
      }
      return watch.armed
    default: return nil
    }
  }
}
