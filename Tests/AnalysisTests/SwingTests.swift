import Analysis
import MarketData
import Testing

@Suite struct `Swings` {
  @Test(arguments: [UInt64(4), 5, 6])
  func `alternate, are dated when they are confirmed, and stay as they are`(seed: UInt64) {
    let series = CandleSeries.randomWalk(seed: seed, count: 300)
    let pivots = Zigzag(series).pivots
    #expect(pivots.count > 3)
    for (earlier, later) in zip(pivots, pivots.dropFirst()) {
      #expect(earlier.kind != later.kind && earlier.index < later.index && earlier.confirmedIndex! <= later.confirmedIndex!)
      #expect(earlier.index < earlier.confirmedIndex!)
    }
    for length in 0...series.count {
      #expect(Zigzag(series.prefix(length)).pivots == pivots.filter { $0.confirmedIndex! < length }, "seed \(seed), \(length) bars")
    }
  }

  @Test func `of prices that stand still are none, and give no levels`() {
    for count in [0, 1, 10, 11, 300] {
      let flat = CandleSeries.closes(Array(repeating: 1e-8, count: count), volume: 0)
      #expect(Zigzag(flat).pivots.isEmpty)
      #expect(flat.swingLevels().supports.isEmpty && flat.swingLevels().resistances.isEmpty)
    }
  }

  @Test func `at the same prices make levels, stronger with every touch`() throws {
    // Between 100 and 110 every 10 bars; the last leg ends at 105.
    let closes = (0...165).map { (bar: Int) -> Double in 100 + Double(abs(10 - (bar + 10) % 20)) }
    let levels = CandleSeries.closes(closes).swingLevels()
    let (support, resistance) = (try #require(levels.supports.first), try #require(levels.resistances.first))
    #expect(support.price == 100 && resistance.price == 110 && levels.supports.count == 1 && levels.resistances.count == 1)
    // The series begins at a low, where the zigzag begins too.
    #expect(support.touches == 9 && resistance.touches == 8)
    #expect(resistance.barsSinceTouch == 15 && support.barsSinceTouch == 5)
    #expect(abs(resistance.strength - 8.0 / 10 * 0.9012504626108302) < 1e-12)  // 0.5^(15/100)
  }

  @Test(arguments: [1e-8, 1, 1e6]) func `make levels around the close at any price`(price: Double) {
    for seed in UInt64(1)...8 {
      let series = CandleSeries.randomWalk(seed: seed, count: 300, around: price)
      let (levels, scaled) = (series.swingLevels(), series.scaled(by: 8).swingLevels())
      let last = series.close[299]
      #expect(levels.supports.allSatisfy { $0.price <= last && (0...1).contains($0.strength) && $0.touches > 0 })
      #expect(levels.resistances.allSatisfy { $0.price > last && $0.price.isFinite })
      #expect(levels.supports.count <= 3 && levels.resistances.count <= 3)
      #expect(scaled.supports.map(\.price) == levels.supports.map { $0.price * 8 })
    }
  }
}

@Suite struct `An RSI divergence` {
  @Test func `is told when the second low is confirmed: lower in price, higher in RSI`() throws {
    // A steep fall to 80, a rise to 95, then a slow fall to 79 and a rise.
    var closes: [Double] = (0..<31).map { $0 % 2 == 0 ? 100 : 100.5 }
    for (bars, step) in [(8, -2.5), (8, 1.875), (20, -0.8), (8, 1.5)] {
      for _ in 0..<bars { closes.append(closes[closes.count - 1] + step) }
    }
    let series = CandleSeries.closes(closes)
    let opinions = try RSIDivergence().opinions(on: series, from: 0)
    let bullish = try #require(opinions.first { $0.direction == .bullish })
    let swing = try #require(Zigzag(series).pivots.first { $0.index == 66 })
    #expect(bullish.index == swing.confirmedIndex && bullish.index > 66)
    #expect(abs(swing.price - 79) < 1e-9 && bullish.inputs.contains(Signal.Input("swing", swing.price)))
    #expect(bullish.inputs.contains(Signal.Input("swing_before", 80)))
    #expect((0...1).contains(bullish.strength))
    #expect(try RSIDivergence().opinions(on: series, from: bullish.index + 1).allSatisfy { $0.index > bullish.index })
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `does not look ahead`(seed: UInt64) throws {
    let series = CandleSeries.randomWalk(seed: seed, count: 400)
    let whole = try RSIDivergence().opinions(on: series, from: 0)
    for length in 0...series.count {
      #expect(try RSIDivergence().opinions(on: series.prefix(length), from: 0) == whole.filter { $0.index < length })
    }
  }

  @Test func `needs a period`() {
    #expect(throws: StrategyDefect.periodTooShort(parameter: "period", value: 1, least: 2)) { try RSIDivergence(period: 1) }
  }
}
