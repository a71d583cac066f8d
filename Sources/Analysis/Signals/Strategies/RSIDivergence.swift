public import MarketData

/// Speaks when the price and its relative strength index disagree about two swings in a row: bullish when the second low is lower by more
/// than 0.2 % but its RSI higher by more than 1 point, bearish mirrored at the highs.
///
/// The swings are those of ``Zigzag``, 5 to 60 bars apart. It speaks on the bar that confirms the second swing, not on the swing itself.
/// Strength: 10 points of RSI are one half.
public struct RSIDivergence: Strategy, Equatable {
  public let period: Int

  public init(period: Int = 14) throws(StrategyDefect) {
    try require("period", period, atLeast: 2)
    self.period = period
  }

  /// `rsi_divergence_14`
  public var name: String { "rsi_divergence_\(period)" }

  /// The swings compared may lie that far back, and each began before.
  public var warmUp: Int { Analysis.warmUp(wilder: period) + 120 }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let rsi = series.rsi(period)
    let pivots = Zigzag(series).pivots
    return zip(pivots, pivots.dropFirst(2)).compactMap { earlier, later in
      guard let index = later.confirmedIndex, index >= first, (5...60).contains(later.index - earlier.index),
        let before = rsi[earlier.index], let now = rsi[later.index]
      else { return nil }
      return opinion(on: series, at: index, (earlier, before), (later, now))
    }
  }

  private func opinion(
    on series: CandleSeries, at index: Int, _ earlier: (pivot: Pivot, rsi: Double), _ later: (pivot: Pivot, rsi: Double)
  ) -> Opinion? {
    let isLow = later.pivot.kind == .low
    let (price, change) = (later.pivot.price, later.rsi - earlier.rsi)
    let disagrees =
      isLow
      ? price < earlier.pivot.price * (1 - 0.002) && change > 1 : price > earlier.pivot.price * (1 + 0.002) && change < -1
    guard disagrees else { return nil }
    return Opinion(
      index: index, direction: isLow ? .bullish : .bearish, strength: strength(ofEvidence: abs(change), half: 10),
      inputs: [
        Signal.Input("close", series.close[index]), Signal.Input("swing", price), Signal.Input("swing_before", earlier.pivot.price),
        Signal.Input("rsi_\(period)_at_swing", later.rsi), Signal.Input("rsi_\(period)_at_swing_before", earlier.rsi),
      ],
      sentence: isLow
        ? "The price made a lower low and the RSI a higher one: selling loses force."
        : "The price made a higher high and the RSI a lower one: buying loses force.")
  }
}
