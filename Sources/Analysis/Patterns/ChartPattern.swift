public import MarketData
public import Scheduling

/// A shape in the prices that traders have a name for.
public struct ChartPattern: Sendable, Equatable {
  public let symbol: Symbol
  public let kind: Kind
  public let direction: Signal.Direction
  public let state: State
  /// The open times of its first and last bar.
  public let start, end: Instant
  /// The positions of those bars, 0 for the oldest of the series.
  public let bars: ClosedRange<Int>
  /// The quality of the shape, 0...1: how well its parts match, what came before, whether it is confirmed. Not a probability.
  public let confidence: Double
  /// The open time of the bar whose close confirmed it; nil in any other state.
  public let confirmedAt: Instant?
  /// Where the move that it announces would end; nil when that is not above zero.
  public let target: Double?
  /// Where it is refuted.
  public let stop: Double
  /// The turns that it is made of, oldest first; none for flags and pennants, whose first line is the pole.
  public let pivots: [Pivot]
  /// Necklines and edges, to be drawn.
  public let lines: [Line]

  public enum Kind: String, Sendable, CaseIterable {
    case doubleTop = "double_top"
    case doubleBottom = "double_bottom"
    case headShoulders = "head_shoulders"
    case inverseHeadShoulders = "inverse_head_shoulders"
    case ascendingTriangle = "ascending_triangle"
    case descendingTriangle = "descending_triangle"
    case symmetricalTriangle = "symmetrical_triangle"
    case bullFlag = "bull_flag"
    case bearFlag = "bear_flag"
    case bullPennant = "bull_pennant"
    case bearPennant = "bear_pennant"
  }

  public enum State: String, Sendable, CaseIterable {
    /// The shape is there, the price has not left it.
    case forming
    /// A close left it where it points to.
    case confirmed
    /// A close left it on the other side, or it took too long.
    case failed
  }

  /// A straight line between the prices at two bars.
  public struct Line: Sendable, Equatable {
    public let from, to: Point

    public struct Point: Sendable, Equatable {
      public let index: Int
      public let price: Double
    }

    /// The price on the line, also beyond its ends.
    public func price(at index: Int) -> Double {
      guard to.index > from.index else { return from.price }
      return from.price + (to.price - from.price) * (Double(index - from.index) / Double(to.index - from.index))
    }
  }
}
