import Foundation
public import MarketData

/// A price at which swings have turned before.
public struct SwingLevel: Sendable, Equatable {
  /// The mean price of its swings, weighted by the volume of their bars.
  public let price: Double
  /// How many swings turned there, at least 1.
  public let touches: Int
  /// How many bars ago the newest of them was.
  public let barsSinceTouch: Int
  /// 0...1: touches / (touches + 2), halved for every 100 bars since the last touch.
  public let strength: Double
}

/// The levels around the last close.
public struct SwingLevels: Sendable, Equatable {
  /// At or below the close, the nearest first; at most 3.
  public let supports: [SwingLevel]
  /// Above the close, the nearest first; at most 3.
  public let resistances: [SwingLevel]
}

extension CandleSeries {
  /// Support and resistance as of the last bar, from the swings of the last 250 bars that ``Zigzag`` has confirmed.
  ///
  /// Swings belong together when neighbours in price lie at most half an ATR of 14 bars apart.
  ///
  /// - Returns: no level for a series without ATR or without swings.
  /// - Complexity: O(*n*).
  public func swingLevels() -> SwingLevels {
    guard let reach = atr().last, let last = close.last else { return SwingLevels(supports: [], resistances: []) }
    let swings = Zigzag(self).pivots.filter { $0.index >= count - 250 }.sorted { ($0.price, $0.index) < ($1.price, $1.index) }
    var clusters: [[Pivot]] = []
    for swing in swings {
      if let before = clusters.last?.last, swing.price - before.price <= 0.5 * reach {
        clusters[clusters.count - 1].append(swing)
      } else {
        clusters.append([swing])
      }
    }
    let levels = clusters.map(level)
    return SwingLevels(
      supports: Array(levels.filter { $0.price <= last }.reversed().prefix(3)),
      resistances: Array(levels.filter { $0.price > last }.prefix(3)))
  }

  /// - Parameter swings: at least one.
  private func level(of swings: [Pivot]) -> SwingLevel {
    let base = swings[0].price
    let whole = swings.reduce(0) { $0 + volume[$1.index] }
    let offset = swings.reduce(0) { sum, swing in
      sum + (swing.price - base) * (whole > 0 ? volume[swing.index] / whole : 1 / Double(swings.count))
    }
    let since = count - 1 - swings.map(\.index).max()!
    let touches = Double(swings.count)
    return SwingLevel(
      price: base + offset, touches: swings.count, barsSinceTouch: since,
      strength: touches / (touches + 2) * halving(of: since, every: 100))
  }

  private func halving(of bars: Int, every period: Int) -> Double { exp2(-Double(bars) / Double(period)) }
}
