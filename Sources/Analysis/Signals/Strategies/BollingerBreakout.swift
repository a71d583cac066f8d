public import MarketData

/// Speaks when the close leaves the Bollinger bands: bullish above the upper one, bearish below the lower one, where the close before
/// was not already beyond that band.
///
/// Strength: the distance beyond the band, as a fraction of the distance from the middle to the band; 0.5 at a quarter of it.
public struct BollingerBreakout: Strategy, Equatable {
  public let period: Int
  public let deviations: Double

  public init(period: Int = 20, deviations: Double = 2) throws(StrategyDefect) {
    try require("period", period, atLeast: 2)
    guard deviations > 0, deviations.isFinite else { throw .widthNotAboveZero(deviations) }
    (self.period, self.deviations) = (period, deviations)
  }

  /// `bollinger_breakout_20_2`
  public var name: String { "bollinger_breakout_\(period)_\(trimmed(deviations))" }

  public var warmUp: Int { Analysis.warmUp(window: period + 1) }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let bands = series.bollingerBands(period, deviations: deviations)
    var result: [Opinion] = []
    for index in max(1, first)..<max(1, first, series.count) {
      guard let side = beyond(bands, series, index), beyond(bands, series, index - 1) != side, bands.middle[index - 1] != nil,
        let upper = bands.upper[index], let middle = bands.middle[index], let lower = bands.lower[index]
      else { continue }
      let close = series.close[index]
      let excess = side == .bullish ? close - upper : lower - close
      result.append(
        Opinion(
          index: index, direction: side, strength: strength(ofEvidence: excess / (upper - middle), half: 0.25),
          inputs: [
            Signal.Input("close", close), Signal.Input("close_before", series.close[index - 1]), Signal.Input("bb_upper", upper),
            Signal.Input("bb_middle", middle), Signal.Input("bb_lower", lower),
          ],
          sentence: "The close broke \(side == .bullish ? "above the upper" : "below the lower") Bollinger band."))
    }
    return result
  }

  /// The band that the close lies beyond.
  private func beyond(_ bands: BollingerBands, _ series: CandleSeries, _ index: Int) -> Signal.Direction? {
    guard let upper = bands.upper[index], let lower = bands.lower[index] else { return nil }
    if series.close[index] > upper { return .bullish }
    return series.close[index] < lower ? .bearish : nil
  }
}
