import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `An alert` {
  @Test(arguments: [
    // The previous close must be on the other side: one that begins beyond the level crosses nothing.
    (AlertRule.Side.above, [101.0, 102, 103], []),
    (.above, [99, 101, 102, 103], ["1"]),
    // A touch is no crossing; coming up from it is one.
    (.above, [99, 100, 99, 100, 101], ["4"]),
    // Armed again only after 1 % on the other side: 99.5 is not far enough, 99 is.
    (.above, [99.5, 101, 99.5, 101, 99, 101], ["1", "5"]),
    (.below, [101, 99, 100.9, 99, 101, 99], ["1", "5"]),
    // Each side is armed by itself.
    (.crosses, [99, 101, 99.5, 100.5, 99.5], ["1", "2"]),
    (.crosses, [90, 110, 90, 110], ["1", "2", "3"]),
    (.crosses, [100, 100, 100], []),
    (.crosses, [], []),
    (.crosses, [99], []),
  ])
  func `on a price fires once per crossing`(side: AlertRule.Side, closes: [Double], expected: [String]) throws {
    let found = try AlertRule(.price(level: 100, side)).firings(on: .closes(closes))
    #expect(found.map { "\($0.index)" } == expected)
  }

  @Test func `tells the values that were looked at`() throws {
    let found = try AlertRule(.price(level: 100, .crosses)).firings(on: .closes([98, 103, 97]))
    #expect(found.map(\.sentence) == ["The close rose above 100.", "The close fell below 100."])
    #expect(found[0].observed == [.init("close", 103), .init("level", 100), .init("close_before", 98)])
  }

  @Test func `on the RSI is armed again after two points on the other side`() throws {
    // Two-bar RSI, by hand (averages of rises and falls, seeded over two changes): 50, 75, 62.5, 81.25 ... as rises of 1 alternate.
    let series = CandleSeries.closes([10, 11, 10, 11, 10, 11, 12, 13, 12, 11, 12, 13])
    let column = series.rsi(2)
    let found = try AlertRule(.rsi(period: 2, level: 70, .above)).firings(on: series)
    #expect(!found.isEmpty)
    for firing in found {
      let (now, before) = (try #require(column[firing.index]), try #require(column[firing.index - 1]))
      #expect(now > 70 && before < 70)
      #expect(firing.observed.first { $0.name == "rsi_2" }?.value == now)
    }
    for (earlier, later) in zip(found, found.dropFirst()) {
      #expect((earlier.index..<later.index).contains { column[$0]! <= 68 })
    }
  }

  @Test(arguments: [
    ([100.0, 90, 79, 78, 70], ["2"]),
    // Armed again one percent above the line (80.8), not below that.
    ([100, 79, 80.5, 79, 81, 79], ["1", "5"]),
    // The line goes with the highest close.
    ([100, 150, 121, 119], ["3"]),
    ([100, 79, 101, 80], ["1", "3"]),
    ([100, 80, 80, 80], []),
    ([0, 0, -1, 5], []),
  ])
  func `on a drawdown fires when the close falls more than the limit below its highest one`(closes: [Double], expected: [String]) throws {
    let found = try AlertRule(.drawdown(limit: 0.2)).firings(on: .closes(closes))
    #expect(found.map { "\($0.index)" } == expected)
  }

  @Test func `on a drawdown so small that nothing lies above the line is armed again by a new high`() throws {
    let found = try AlertRule(.drawdown(limit: 0.005)).firings(on: .closes([100, 99, 99.9, 99, 100, 99]))
    #expect(found.map(\.index) == [1, 5])
  }

  @Test func `on a volume fires on the first of several unusual bars`() throws {
    var bars = Array(repeating: Bar(open: 1, high: 1, low: 1, close: 1, volume: 10), count: 25)
    for index in [21, 22, 24] { bars[index].volume = 1000 }
    let found = try AlertRule(.volumeSpike(period: 20)).firings(on: .of(bars))
    #expect(found.map(\.index) == [21, 24])
  }

  @Test func `on the MACD and on patterns fires where the strategies speak`() throws {
    let series = Fixtures.bitcoin
    let crosses = try MACDCross().opinions(on: series, from: 0)
    #expect(try AlertRule(.macdCross(nil)).firings(on: series).map(\.index) == crosses.map(\.index))
    #expect(
      try AlertRule(.macdCross(.bearish)).firings(on: series).map(\.index)
        == crosses.filter { $0.direction == .bearish }.map(\.index))
    let shapes = try PatternConfirmed(confidenceMin: 0.7).opinions(on: series, from: 0)
    #expect(!shapes.isEmpty)
    #expect(try AlertRule(.pattern(kinds: [], confidence: 0.7)).firings(on: series).map(\.index) == shapes.map(\.index))
  }

  @Test func `on regimes fires on the second bar of the new one`() throws {
    let series = Fixtures.bitcoin
    let changes = RegimeChange.changes(in: series.ruleRegimes().map { $0?.trend })
    #expect(changes.count > 3)
    #expect(try AlertRule(.regimeChange(.trend)).firings(on: series).map(\.index) == changes.map(\.index))
    let any = try AlertRule(.regimeChange(.any)).firings(on: series)
    #expect(Set(any.map(\.index)).count == any.count, "one firing for a bar")
  }

  @Test(arguments: rules.indices)
  func `fires on a bar from the bars up to it as from all bars, and again the same`(rule: Int) throws {
    for seed in UInt64(1)...4 {
      for series in [CandleSeries.randomWalk(seed: seed, count: 400), Fixtures.bitcoin.prefix(420)] {
        let whole = try rules[rule](median(series)).firings(on: series)
        for length in stride(from: 0, through: series.count, by: 7) {
          let part = try rules[rule](median(series)).firings(on: series.prefix(length))
          #expect(part == whole.filter { $0.index < length }, "seed \(seed), \(length) bars")
        }
        let later = try rules[rule](median(series)).firings(on: series, from: 200)
        #expect(later == whole.filter { $0.index >= 200 }, "seed \(seed)")
      }
    }
  }

  @Test(arguments: rules.indices, [0.0009765625, 1024])
  func `fires on the same bars whatever the unit of the price`(rule: Int, factor: Double) throws {
    for seed in UInt64(11)...16 {
      let series = CandleSeries.randomWalk(seed: seed, count: 400)
      let scaled = series.scaled(by: factor)
      #expect(
        try rules[rule](median(series)).firings(on: series).map(\.index)
          == rules[rule](median(scaled)).firings(on: scaled).map(\.index), "seed \(seed)")
    }
  }

  @Test(arguments: rules.indices)
  func `is silent on nothing, on one bar and on prices that never move`(rule: Int) throws {
    for series in [CandleSeries.empty(), .closes([100]), .closes(Array(repeating: 100, count: 400), volume: 0)] {
      #expect(try rules[rule](100).firings(on: series).isEmpty)
    }
  }

  @Test(arguments: [
    (AlertRule.Kind.price(level: 0, .above), "the level is 0; it must be above 0"),
    (.price(level: .infinity, .above), "the level is inf; it must be above 0"),
    (.rsi(period: 14, level: 100, .above), "the level is 100; it must be above 0 and below 100"),
    (.rsi(period: 1, level: 70, .above), "the period is 1; it must be 2 to 1000"),
    (.pattern(kinds: [], confidence: 1.5), "the confidence is 1.5; it must be 0 to 1"),
    (.volumeSpike(period: 0), "the period is 0; it must be 2 to 1000"),
    (.drawdown(limit: 1), "the drawdown is 100%; it must be above 0% and below 100%"),
    (.stop(.price(-1), by: .low), "the level is -1; it must be above 0"),
    (.stop(.trailing(0), by: .close), "the stop trails 0% behind; it must be above 0% and below 100%"),
    (.stale(bars: 0), "the number of bars is 0; it must be 1 to 1000"),
  ])
  func `refuses numbers that make no rule`(kind: AlertRule.Kind, sentence: String) {
    let error = #expect(throws: AlertDefect.self) { try AlertRule(kind) }
    #expect(error?.description == sentence)
  }
}

/// One rule of each kind, those on prices around a price.
private let rules: [@Sendable (Double) throws -> AlertRule] = [
  { try AlertRule(.price(level: $0, .above)) }, { try AlertRule(.price(level: $0, .below)) },
  { try AlertRule(.price(level: $0, .crosses)) }, { _ in try AlertRule(.rsi(period: 14, level: 60, .above)) },
  { _ in try AlertRule(.rsi(period: 14, level: 40, .below)) }, { _ in try AlertRule(.macdCross(nil)) },
  { _ in try AlertRule(.pattern(kinds: [], confidence: 0.5)) }, { _ in try AlertRule(.volumeSpike(period: 20)) },
  { _ in try AlertRule(.regimeChange(.any)) }, { _ in try AlertRule(.drawdown(limit: 0.1)) },
  { try AlertRule(.stop(.price($0), by: .low)) }, { try AlertRule(.stop(.price($0), by: .close)) },
  { _ in try AlertRule(.stop(.trailing(0.08), by: .low)) }, { _ in try AlertRule(.stop(.trailing(0.125), by: .close)) },
]

private func median(_ series: CandleSeries) -> Double { series.close.sorted()[series.count / 2] }
