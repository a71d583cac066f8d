public import MarketData

/// Speaks when the relative strength index comes back from an extreme: bullish when it rises through `low` (below before, at or above
/// now), bearish when it falls through `high` (above before, at or below now).
///
/// Strength: how deep the excursion went, as a fraction of the way from the threshold to 0 (or 100).
public struct RSIReversal: Strategy, Equatable {
  public let period: Int
  public let low: Double
  public let high: Double

  public init(period: Int = 14, low: Double = 30, high: Double = 70) throws(StrategyDefect) {
    try require("period", period, atLeast: 2)
    guard 0 < low, low < high, high < 100 else { throw .thresholdsOutOfOrder(low: low, high: high) }
    (self.period, self.low, self.high) = (period, low, high)
  }

  /// `rsi_14_30_70`
  public var name: String { "rsi_\(period)_\(trimmed(low))_\(trimmed(high))" }

  public var warmUp: Int { Analysis.warmUp(wilder: period) }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let column = series.rsi(period)
    var before, extreme: Double?
    var result: [Opinion] = []
    for index in 0..<series.count {
      guard let now = column[index] else { continue }
      if let before, let direction = reversal(from: before, to: now), index >= first {
        result.append(opinion(direction, at: index, of: series, before: before, now: now, extreme: extreme ?? before))
      }
      extreme = now < low ? min(now, extreme ?? now) : now > high ? max(now, extreme ?? now) : nil
      before = now
    }
    return result
  }

  private func reversal(from before: Double, to now: Double) -> Signal.Direction? {
    if before < low, now >= low { return .bullish }
    return before > high && now <= high ? .bearish : nil
  }

  private func opinion(
    _ direction: Signal.Direction, at index: Int, of series: CandleSeries, before: Double, now: Double, extreme: Double
  ) -> Opinion {
    let rises = direction == .bullish
    return Opinion(
      index: index, direction: direction,
      strength: rises ? (low - extreme) / low : (extreme - high) / (100 - high),
      inputs: [
        Signal.Input("close", series.close[index]), Signal.Input("rsi_\(period)", now),
        Signal.Input("rsi_\(period)_before", before), Signal.Input("rsi_\(period)_extreme", extreme),
      ],
      sentence: rises
        ? "The RSI came back above \(trimmed(low)): selling has eased." : "The RSI came back below \(trimmed(high)): buying has eased.")
  }
}
