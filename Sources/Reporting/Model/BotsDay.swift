public import Scheduling

/// What the trading bots did in the day of a report, as the bridge heard it.
public struct BotsDay: Sendable, Equatable {
  public var from: Instant
  public var to: Instant
  public var rows: [BotRow]
  /// Times in which nothing was heard: what was sent in them is in no figure.
  public var gaps: Int
  public var gapSeconds: Double

  public init(from: Instant, to: Instant, rows: [BotRow], gaps: Int, gapSeconds: Double) {
    (self.from, self.to, self.rows, self.gaps, self.gapSeconds) = (from, to, rows, gaps, gapSeconds)
  }
}

/// A ticker of the bots' day.
public struct BotRow: Sendable, Equatable {
  /// As the bots name it.
  public var symbol: String
  /// Messages, in the whole hours of the day.
  public var prices: Int
  /// The lowest and the highest of them; nil without any.
  public var low, high: Double?
  /// Orders of which something was heard.
  public var orders: Int
  /// Executions, whole and in part.
  public var fills: Int
  /// Orders that were rejected, canceled or expired.
  public var ended: Int
  /// nil: no fill has a price that was seen before it.
  public var slippage: Slippage?

  public init(
    symbol: String, prices: Int, low: Double?, high: Double?, orders: Int, fills: Int, ended: Int, slippage: Slippage?
  ) {
    (self.symbol, self.prices, self.low, self.high, self.orders) = (symbol, prices, low, high, orders)
    (self.fills, self.ended, self.slippage) = (fills, ended, slippage)
  }
}

/// How much worse fills were than the last price that was seen before them, as a fraction of it: above zero, it cost.
public struct Slippage: Sendable, Equatable {
  public var mean: Double
  public var worst: Double
  /// Fills with a price that was seen in the minute before.
  public var sample: Int

  public init(mean: Double, worst: Double, sample: Int) { (self.mean, self.worst, self.sample) = (mean, worst, sample) }

  /// Of fills; nil for none. What cannot be compared is left out.
  public init?(of fills: some Sequence<(price: Double, seen: Double, isBuy: Bool)>) {
    let costs = fills.compactMap { fill -> Double? in
      guard fill.seen > 0, fill.price.isFinite, fill.seen.isFinite else { return nil }
      let change = (fill.price - fill.seen) / fill.seen
      return fill.isBuy ? change : -change
    }
    guard let worst = costs.max() else { return nil }
    self.init(mean: costs.reduce(0, +) / Double(costs.count), worst: worst, sample: costs.count)
  }

  /// `+3.1 bp of 12`; below 30 it says that this is too few.
  var text: String { "\(Self.points.text(mean * 10_000)) of \(sample)" + (sample < 30 ? " (n < 30)" : "") }

  static let points = NumberStyle(decimals: 1, showsPlus: true, suffix: " bp")
}
