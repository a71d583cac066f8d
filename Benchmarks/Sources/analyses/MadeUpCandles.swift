import Analysis
import Foundation
import MarketData
import Scheduling

/// Daily candles of a random walk through calm, normal and wild times, 84 bars each. peers.py makes the same ones from the same seeds.
enum MadeUpCandles {
  /// Bar by bar four draws: the move of the logarithm of the price, the reach above the body, that below it, the volume.
  static func series(seed: UInt64, bars: Int) throws -> CandleSeries {
    var draws = SplitMix64(seed: seed)
    var series = CandleSeries(symbol: try Symbol("MADEUP"), interval: .day1)
    series.reserveCapacity(bars)
    var (logarithm, open) = (0.0, 100.0)
    for day in 0..<bars {
      logarithm += [0.02, 0.04, 0.08][day / 84 % 3] * (draws.unit() - 0.5)
      let close = 100 * exp(logarithm)
      let (above, below) = (1 + 0.01 * draws.unit(), 1 - 0.01 * draws.unit())
      series.append(
        openTime: Instant(milliseconds: Int64(day) * 86_400_000), open: open, high: max(open, close) * above,
        low: min(open, close) * below, close: close, volume: 1000 * draws.unit())
      open = close
    }
    return series
  }

  /// Seeds 1, 2, 3 …
  static func manySeries(_ count: Int, bars: Int) throws -> [CandleSeries] {
    try (1...count).map { try series(seed: UInt64($0), bars: bars) }
  }

  /// Pairs of numbers whose spread changes every 84 of them: calm, normal, wild, and again.
  static func observations(seed: UInt64, count: Int) -> [Double] {
    var draws = SplitMix64(seed: seed)
    return (0..<count).flatMap { index in
      let spread = [0.5, 1, 2][index / 84 % 3]
      // A sum of four draws is nearly normal.
      return (0..<2).map { _ in spread * (draws.unit() + draws.unit() + draws.unit() + draws.unit() - 2) }
    }
  }
}
