import Analysis
import MarketData
import Testing

/// Series on which a look ahead would show: real ones, and walks with flat, silent and missing stretches.
private let watched: [(name: String, series: CandleSeries)] = [
  ("BTCUSDT 1d", Fixtures.candles["BTCUSDT"]!), ("SOLUSDT 1h", Fixtures.candles["SOLUSDT"]!),
  ("walk 1d, seed 7", .randomWalk(seed: 7, count: 230)), ("walk 1h, seed 8", .randomWalk(seed: 8, count: 230, .hour1)),
]

@Suite struct `No analysis looks ahead` {
  @Test(arguments: watched.indices)
  func `an indicator's value at a bar is, bit for bit, the one computed before later bars came`(index: Int) {
    let (name, series) = watched[index]
    let set = IndicatorSet(Indicator.all.filter { !$0.name.hasPrefix("vp_") })
    let whole = set.compute(series)
    for length in 1...series.count {
      for (later, earlier) in zip(whole, set.compute(series.prefix(length))) {
        #expect(
          later.column[length - 1]?.bitPattern == earlier.column[length - 1]?.bitPattern, "\(later.name) of \(name) at \(length - 1)")
      }
    }
  }

  @Test(arguments: ["vp_poc", "vp_vah", "vp_val"])
  func `the volume profile speaks of the last bar only`(name: String) throws {
    let series = try #require(Fixtures.candles["GOOG"])
    let indicator = try #require(Indicator.named(name))
    for length in [1, 119, 120, 121, 230] {
      #expect(indicator.column(of: series.prefix(length)).firstIndex == length - 1)
    }
  }

  @Test(arguments: watched.indices)
  func `the signals of a bar are there when it closes and stay as they are`(index: Int) {
    let (name, series) = watched[index]
    let scanner = SignalScanner.everyKind
    let whole = scanner.signals(in: series)
    #expect(!whole.isEmpty)
    for length in 0...series.count {
      let known = scanner.signals(in: series.prefix(length))
      #expect(known == whole.filter { series.firstIndex(openingAtOrAfter: $0.barTime) < length }, "\(name), \(length) bars")
    }
  }
}
