import Foundation
public import MarketData

/// How often something was right, and by how much: what outcomes of signals are summed up in.
public struct OutcomeStatistics: Sendable, Equatable {
  /// How many outcomes there are; above zero.
  public let count: Int
  /// The share of outcomes above zero, 0...1.
  public let rate: Double
  /// Where the true rate lies with 95 %: Wilson's interval, which is honest for few outcomes.
  /// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
  public let rateInterval: ClosedRange<Double>
  public let mean: Double
  /// Where the true mean lies with 95 %, by the normal approximation; nil for fewer than two outcomes.
  public let meanInterval: ClosedRange<Double>?

  /// - Parameter changes: what became of each; finite numbers.
  /// - Returns: nil for none.
  public init?(_ changes: [Double]) {
    guard !changes.isEmpty else { return nil }
    let (size, hits) = (Double(changes.count), Double(changes.count { $0 > 0 }))
    (count, rate) = (changes.count, hits / size)
    let z = 1.959_963_984_540_054
    let centre = (rate + z * z / (2 * size)) / (1 + z * z / size)
    let half = z / (1 + z * z / size) * (rate * (1 - rate) / size + z * z / (4 * size * size)).squareRoot()
    rateInterval = max(0, centre - half)...min(1, centre + half)
    mean = changes.reduce(0, +) / size
    meanInterval = sampleDeviation(of: changes).map { [mean] deviation in
      let half = z * deviation / size.squareRoot()
      return mean - half...mean + half
    }
  }
}

extension CandleSeries {
  /// What became of a signal: the move in its direction from the open at which it could be acted on to the close `horizon` bars on.
  ///
  /// - Parameters:
  ///   - index: the bar on whose close the signal was given.
  ///   - horizon: bars from the next one on, 1 for that alone.
  /// - Returns: nil while that bar has not closed, and for prices that are not above zero.
  public func outcome(of direction: Signal.Direction, at index: Int, after horizon: Int) -> (entry: Double, exit: Double, change: Double)? {
    guard horizon > 0, index >= 0, index + horizon < count, open[index + 1] > 0 else { return nil }
    let (entry, exit) = (open[index + 1], close[index + horizon])
    guard let move = whenFinite(exit / entry - 1) else { return nil }
    return (entry, exit, direction == .bullish ? move : -move)
  }
}
