public import MarketData

/// Speaks when a fast moving average crosses a slow one.
///
/// Strength: the distance of the averages at the close of the bar, in average true ranges (14); 0.5 at a tenth of one. Silent until that
/// range is defined.
public struct MovingAverageCross: Strategy, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case simple = "sma"
    case exponential = "ema"
  }

  public let kind: Kind
  public let fast: Int
  public let slow: Int

  public init(_ kind: Kind, fast: Int, slow: Int) throws(StrategyDefect) {
    try require("fast", fast, atLeast: 1)
    guard fast < slow else { throw .fastNotBelowSlow(fast: fast, slow: slow) }
    (self.kind, self.fast, self.slow) = (kind, fast, slow)
  }

  /// `sma_cross_9_21`
  public var name: String { "\(kind.rawValue)_cross_\(fast)_\(slow)" }

  public var warmUp: Int {
    Analysis.warmUp(wilder: rangePeriod, exponential: kind == .exponential ? slow : 0, window: slow + 1)
  }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let (fastLine, slowLine) = kind == .simple ? (series.sma(fast), series.sma(slow)) : (series.ema(fast), series.ema(slow))
    let ranges = series.atr(rangePeriod)
    var crossing = Crossing()
    var result: [Opinion] = []
    for index in 0..<series.count {
      guard let direction = crossing.update(fastLine[index], over: slowLine[index]), index >= first,
        let quick = fastLine[index], let steady = slowLine[index], let range = ranges[index]
      else { continue }
      result.append(
        Opinion(
          index: index, direction: direction,
          strength: strength(ofEvidence: abs(quick - steady) / range, half: 0.1),
          inputs: [
            Signal.Input("close", series.close[index]), Signal.Input("\(kind.rawValue)_\(fast)", quick),
            Signal.Input("\(kind.rawValue)_\(slow)", steady), Signal.Input("atr_\(rangePeriod)", range),
          ],
          sentence: "The \(fast)-bar average crossed \(direction == .bullish ? "above" : "below") the \(slow)-bar average."))
    }
    return result
  }
}

/// The period of the average true range that distances are measured in.
let rangePeriod = 14
