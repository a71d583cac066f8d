public import MarketData

/// Speaks when the MACD line crosses its signal line.
///
/// Strength: the distance of the two at the close of the bar, in average true ranges (14); 0.5 at a twentieth of one.
public struct MACDCross: Strategy, Equatable {
  public let fast: Int
  public let slow: Int
  public let signal: Int

  public init(fast: Int = 12, slow: Int = 26, signal: Int = 9) throws(StrategyDefect) {
    try require("fast", fast, atLeast: 1)
    try require("signal", signal, atLeast: 2)
    guard fast < slow else { throw .fastNotBelowSlow(fast: fast, slow: slow) }
    (self.fast, self.slow, self.signal) = (fast, slow, signal)
  }

  /// `macd_cross_12_26_9`
  public var name: String { "macd_cross_\(fast)_\(slow)_\(signal)" }

  public var warmUp: Int { Analysis.warmUp(wilder: rangePeriod, exponential: slow + signal) }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let macd = series.macd(fast: fast, slow: slow, signal: signal)
    let ranges = series.atr(rangePeriod)
    var crossing = Crossing()
    var result: [Opinion] = []
    for index in 0..<series.count {
      guard let direction = crossing.update(macd.line[index], over: macd.signal[index]), index >= first,
        let line = macd.line[index], let average = macd.signal[index], let range = ranges[index]
      else { continue }
      result.append(
        Opinion(
          index: index, direction: direction,
          strength: strength(ofEvidence: abs(line - average) / range, half: 0.05),
          inputs: [
            Signal.Input("close", series.close[index]), Signal.Input("macd", line), Signal.Input("macd_signal", average),
            Signal.Input("macd_hist", line - average), Signal.Input("atr_\(rangePeriod)", range),
          ],
          sentence: "The MACD line crossed \(direction == .bullish ? "above" : "below") its signal line."))
    }
    return result
  }
}
