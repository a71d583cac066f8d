import MarketData
import Scheduling

/// SplitMix64: the same numbers from the same seed, everywhere.
/// Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension CandleSeries {
  static func empty(_ interval: Interval = .day1) -> CandleSeries {
    guard let symbol = try? Symbol("TEST") else { fatalError("TEST is a symbol") }  // the name is a constant
    return CandleSeries(symbol: symbol, interval: interval)
  }

  /// Bars from text-like rows, one day or interval apart from 2026-01-01 on.
  static func of(_ bars: [Bar], _ interval: Interval = .day1) -> CandleSeries {
    var result = empty(interval)
    var openTime = Instant(milliseconds: 1_767_225_600_000)
    for bar in bars {
      result.append(openTime: openTime, open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume)
      openTime = interval.next(after: openTime)
    }
    return result
  }

  /// Bars without range: open, high, low and close are the same.
  static func closes(_ closes: [Double], volume: Double = 1, _ interval: Interval = .day1) -> CandleSeries {
    of(closes.map { Bar(open: $0, high: $0, low: $0, close: $0, volume: volume) }, interval)
  }

  /// A random walk with flat stretches, jumps, bars without range, days without volume and missing bars.
  static func randomWalk(seed: UInt64, count: Int, around price: Double = 100, _ interval: Interval = .day1) -> CandleSeries {
    var generator = SeededGenerator(seed: seed)
    var result = empty(interval)
    var openTime = Instant(milliseconds: 1_767_225_600_000)
    var (close, calm, silent) = (price, 0, 0)
    for _ in 0..<count {
      if Int.random(in: 0..<40, using: &generator) == 0 { calm = Int.random(in: 1..<30, using: &generator) }
      if Int.random(in: 0..<40, using: &generator) == 0 { silent = Int.random(in: 1..<30, using: &generator) }
      let open = close
      if calm == 0 { close *= Double.random(in: 0.95...1.053, using: &generator) }
      let reach = calm == 0 ? Double.random(in: 0...0.02, using: &generator) : 0
      let volume = silent == 0 ? Double.random(in: 1...1000, using: &generator) : 0
      result.append(
        openTime: openTime, open: open, high: max(open, close) * (1 + reach), low: min(open, close) * (1 - reach),
        close: close, volume: volume)
      (calm, silent) = (max(0, calm - 1), max(0, silent - 1))
      openTime = interval.next(after: openTime)
      if Int.random(in: 0..<50, using: &generator) == 0 { openTime = interval.next(after: openTime) }
    }
    return result
  }
}
