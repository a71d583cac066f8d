public import MarketData
public import Scheduling

/// A dated opinion from indicators: what a strategy made of one bar, once that bar had closed.
public struct Signal: Sendable, Equatable {
  public let symbol: Symbol
  public let interval: Interval
  /// The open time of the bar on whose close the strategy decided.
  public let barTime: Instant
  /// The name of the strategy: `sma_cross_9_21`.
  public let strategy: String
  public let direction: Direction
  /// 0...1, more for more evidence; each strategy says of what. Not a probability.
  public let strength: Double
  /// The values that caused it, all of this bar unless their name says otherwise, in an order that the strategy fixes.
  public let inputs: [Input]
  /// When the bar had closed: the earliest moment to act on the signal, at the next open.
  public let validFrom: Instant
  /// What happened, in one sentence without numbers: `The fast average crossed above the slow one.`
  public let sentence: String

  public enum Direction: String, Sendable, CaseIterable {
    case bullish, bearish
  }

  /// A value under the name of its indicator.
  public struct Input: Sendable, Equatable {
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) {
      (self.name, self.value) = (name, value)
    }
  }

  /// What no two signals share, so that writing them twice leaves each once.
  public struct Key: Hashable, Sendable {
    public let symbol: Symbol
    public let interval: Interval
    public let barTime: Instant
    public let strategy: String
  }

  public var key: Key { Key(symbol: symbol, interval: interval, barTime: barTime, strategy: strategy) }

  /// For a reader: `BTCUSDT 1d: The fast average crossed above the slow one.`
  public var summary: String { "\(symbol) \(interval): \(sentence)" }
}
