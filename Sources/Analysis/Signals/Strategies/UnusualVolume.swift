public import MarketData

/// Speaks on a bar whose volume is unusual beside the bars before it (``MarketData/CandleSeries/volumeSpike(_:)``): bullish when the bar
/// closed above its open, bearish below; a bar that closed at its open goes by the close before, and is silent when that is the same.
///
/// A spike in the bar before does not silence this one: every unusual bar is an event of its own.
///
/// Strength: the robust z-score; 0.5 at 3.5, where a volume begins to be unusual, and 1 where the volumes before were all equal and the
/// score has no bound.
public struct UnusualVolume: Strategy, Equatable {
  public let period: Int

  public init(period: Int = 20) throws(StrategyDefect) {
    try require("period", period, atLeast: 2)
    self.period = period
  }

  /// `volume_spike_20`
  public var name: String { "volume_spike_\(period)" }

  public var warmUp: Int { Analysis.warmUp(window: period + 1) }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let volume = series.volumeSpike(period)
    var result: [Opinion] = []
    for index in max(1, first)..<max(1, first, series.count) where volume.spike[index] == 1 {
      guard let direction = direction(of: series, at: index), let ratio = volume.ratio[index], let median = volume.median[index] else {
        continue
      }
      let z = volume.z[index]
      result.append(
        Opinion(
          index: index, direction: direction, strength: z.map { strength(ofEvidence: $0, half: 3.5) } ?? 1,
          inputs: [
            Signal.Input("close", series.close[index]), Signal.Input("open", series.open[index]),
            Signal.Input("volume", series.volume[index]), Signal.Input("vol_median_\(period)", median),
            Signal.Input("vol_ratio_\(period)", ratio),
          ] + (z.map { [Signal.Input("vol_z_\(period)", $0)] } ?? []),
          sentence: "The volume was unusually high on a \(direction == .bullish ? "rising" : "falling") bar."))
    }
    return result
  }

  private func direction(of series: CandleSeries, at index: Int) -> Signal.Direction? {
    let close = series.close[index]
    let reference = close == series.open[index] ? series.close[index - 1] : series.open[index]
    return close == reference ? nil : close > reference ? .bullish : .bearish
  }
}
