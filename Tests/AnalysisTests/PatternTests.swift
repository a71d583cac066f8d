import Analysis
import MarketData
import Testing

/// Real series, a walk, and one that ends in a shape.
private let watched: [(name: String, series: CandleSeries)] = [
  ("BTCUSDT 1d", Fixtures.candles["BTCUSDT"]!), ("SOLUSDT 1h", Fixtures.candles["SOLUSDT"]!),
  ("bitcoin", Fixtures.bitcoin.prefix(420)),
  ("walk, seed 3", CandleSeries.randomWalk(seed: 3, count: 400)), ("double top", PatternFixtures.cases[0].series),
]

@Suite struct `Chart patterns` {
  @Test func `of the recorded cases are found, and nothing where there is nothing`() {
    let tally = Tally(PatternFixtures.cases)
    #expect(tally.planted == 55 && tally.empty == 15)
    #expect(Double(tally.found) >= 0.85 * 55, "\(tally.found) of 55: missed \(tally.missed)")
    #expect(20 * tally.alarms <= tally.empty, "\(tally.missed)")
  }

  /// Shapes of other lengths, heights and noise than the recorded ones. A random walk makes shapes of its own, so it is not among the empty.
  @Test(arguments: [UInt64(1), 1001, 2001])
  func `of made-up shapes are found as well`(seed: UInt64) {
    var cases: [PlantedCase] = []
    for round in 0..<20 {
      var shapes = PlantedShapes(seed: seed + UInt64(round))
      for kind in PlantedShapes.kinds + PlantedShapes.empty where kind != "none_walk" {
        let (series, bars) = shapes.series(kind)
        cases.append(PlantedCase(kind: kind, series: series, bars: bars))
      }
    }
    let tally = Tally(cases)
    #expect(tally.planted == 220 && tally.empty == 60)
    #expect(Double(tally.found) >= 0.9 * 220, "seed \(seed): \(tally.found) of 220: missed \(tally.missed)")
    #expect(20 * tally.alarms <= tally.empty, "seed \(seed): \(tally.missed)")
  }

  @Test(arguments: ["double_top", "double_bottom"])
  func `are confirmed by the close beyond the valley, and say where they lead`(kind: String) throws {
    let isTop = kind == "double_top"
    let levels: [(Int, Double)] = [(30, 30), (10, -10), (10, 10), (12, -15)]
    let series = CandleSeries.closes(Self.zigzag(from: 100, levels.map { ($0.0, isTop ? $0.1 : -$0.1) }))
    let pattern = try #require(series.chartPatterns().first { $0.kind.rawValue == kind })
    // From 100 (mirrored: down) to 130, 120, 130, 115: the valley is crossed between bars 58 and 59.
    let (top, valley) = isTop ? (130.0, 120.0) : (70, 80)
    #expect(pattern.state == .confirmed && pattern.confirmedAt == series.openTimes[59])
    #expect(pattern.bars.lowerBound == 30 && pattern.pivots.map(\.price) == [top, valley, top])
    #expect(pattern.target == valley - (top - valley) && pattern.stop == top)
    #expect(pattern.direction == (isTop ? .bearish : .bullish))
    let early = try #require(series.prefix(59).chartPatterns().first { $0.kind.rawValue == kind })
    #expect(early.state == .forming && early.confirmedAt == nil && early.confidence < pattern.confidence)
  }

  @Test func `fail when the price leaves on the other side`() throws {
    let series = CandleSeries.closes(Self.zigzag(from: 100, [(30, 30), (10, -10), (10, 10), (6, -7), (12, 12)]))
    let pattern = try #require(series.chartPatterns().first { $0.kind == .doubleTop })
    #expect(pattern.state == .failed && pattern.confirmedAt == nil)
  }

  @Test(arguments: watched.indices)
  func `once confirmed do not depend on later bars`(index: Int) {
    let (name, series) = watched[index]
    let whole = series.chartPatterns().filter { $0.state == .confirmed }
    for length in 0...series.count {
      let known = series.prefix(length).chartPatterns().filter { $0.state == .confirmed }
      let expected = whole.filter { series.firstIndex(openingAtOrAfter: $0.confirmedAt!) < length }
      #expect(known == expected, "\(name), \(length) bars")
    }
  }

  @Test(arguments: watched.indices, [0.0078125, 1, 16_384])
  func `follow the unit of the price, bit for bit`(index: Int, factor: Double) {
    let series = watched[index].series
    for (pattern, scaled) in zip(series.chartPatterns(), series.scaled(by: factor).chartPatterns()) {
      #expect(scaled.kind == pattern.kind && scaled.bars == pattern.bars && scaled.state == pattern.state)
      #expect(scaled.confidence == pattern.confidence && scaled.stop == pattern.stop * factor)
      #expect(scaled.target == pattern.target.map { $0 * factor })
    }
    #expect(series.chartPatterns().count == series.scaled(by: factor).chartPatterns().count)
  }

  @Test(arguments: [1e-8, 1, 1e6])
  func `hold no number that is not one, on any series`(price: Double) {
    for seed in UInt64(1)...6 {
      for count in [0, 1, 2, 3, 9, 10, 11, 12, 49, 50, 51, 120, 400] {
        for pattern in CandleSeries.randomWalk(seed: seed, count: count, around: price).chartPatterns() {
          #expect((0...1).contains(pattern.confidence) && pattern.stop.isFinite)
          #expect((pattern.target ?? 1) > 0 && (pattern.target ?? 1).isFinite)
          #expect(pattern.bars.upperBound < count && pattern.lines.allSatisfy { $0.from.price.isFinite && $0.to.price.isFinite })
          #expect((pattern.state == .confirmed) == (pattern.confirmedAt != nil))
        }
      }
      #expect(CandleSeries.closes(Array(repeating: price, count: 200), volume: 0).chartPatterns().isEmpty)
    }
  }

  /// Straight legs of so many bars each, and so far up.
  private static func zigzag(from start: Double, _ legs: [(bars: Int, change: Double)]) -> [Double] {
    var result = [start]
    for leg in legs {
      let from = result[result.count - 1]
      for bar in 1...leg.bars { result.append(from + leg.change * (Double(bar) / Double(leg.bars))) }
    }
    return result
  }
}

/// How many of some cases were found.
private struct Tally {
  var planted = 0, found = 0, empty = 0, alarms = 0
  /// The kinds that were not, or that were where nothing is.
  var missed: [String] = []

  init(_ cases: [PlantedCase]) {
    for planted in cases {
      let patterns = planted.series.chartPatterns()
      if let bars = planted.bars {
        self.planted += 1
        let isFound = patterns.contains { $0.kind.rawValue == planted.kind && Self.overlap($0.bars, bars) >= 0.5 }
        found += isFound ? 1 : 0
        if !isFound { missed.append(planted.kind) }
      } else {
        empty += 1
        alarms += patterns.isEmpty ? 0 : 1
        missed += patterns.map { "\($0.kind.rawValue) in \(planted.kind)" }
      }
    }
  }

  /// The intersection over the union.
  private static func overlap(_ a: ClosedRange<Int>, _ b: ClosedRange<Int>) -> Double {
    let shared = min(a.upperBound, b.upperBound) - max(a.lowerBound, b.lowerBound) + 1
    return shared > 0 ? Double(shared) / Double(a.count + b.count - shared) : 0
  }
}
