import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `A strategy` {
  @Test(arguments: [
    // closes, then `index:direction` for a cross of averages over 1 and 2 closes
    ([10.0, 10, 10, 12, 13, 14], ["3:bullish"]),
    ([10, 12, 14, 12, 10], ["1:bullish", "3:bearish"]),
    ([10, 12, 12, 14, 13], ["1:bullish", "4:bearish"]),
    ([10, 12, 11, 12, 11], ["1:bullish", "2:bearish", "3:bullish", "4:bearish"]),
    ([10, 10, 10, 10, 10, 10], []),
    ([0.1, 0.1, 0.1, 0.1 + 1e-17, 0.1, 0.1], []),
  ])
  func `of moving averages speaks once per crossing, and not at a touch`(closes: [Double], expected: [String]) throws {
    let calm = Array(repeating: closes[0], count: 14)
    let found = try MovingAverageCross(.simple, fast: 1, slow: 2).opinions(on: .closes(calm + closes), from: 15)
    #expect(found.map { "\($0.index - 14):\($0.direction)" } == expected)
  }

  @Test func `of moving averages tells the values that caused it`() throws {
    let closes = Array(repeating: 10.0, count: 30) + [11.4]
    let found = try MovingAverageCross(.simple, fast: 9, slow: 21).opinions(on: .closes(closes), from: 0)
    let opinion = try #require(found.first)
    #expect(found.count == 1)
    #expect(opinion.index == 30)
    #expect(opinion.inputs.map(\.name) == ["close", "sma_9", "sma_21", "atr_14"])
    #expect(close(opinion.inputs.map(\.value), [11.4, 91.4 / 9, 211.4 / 21, 0.1]))
    let evidence = (91.4 / 9 - 211.4 / 21) / 0.1
    #expect(abs(opinion.strength - evidence / (evidence + 0.1)) < 1e-12)
    #expect(opinion.sentence == "The 9-bar average crossed above the 21-bar average.")
  }

  @Test func `of the RSI speaks when it comes back over a threshold`() throws {
    // Two-bar RSI: 100 while rising, 0 while falling.
    let rule = try RSIReversal(period: 2)
    let found = rule.opinions(on: .closes([10, 11, 12, 13, 12, 8, 7, 6, 9, 14, 15]), from: 0)
    #expect(found.map { "\($0.index):\($0.direction)" } == ["4:bearish", "8:bullish"])
    #expect(found[0].inputs.map(\.name) == ["close", "rsi_2", "rsi_2_before", "rsi_2_extreme"])
    #expect(found[0].strength == 1)
    // By hand: the averages of rises and falls are 1/16 and 21/16 at index 7, 49/32 and 21/32 at index 8.
    #expect(close(found[1].inputs.map(\.value), [9, 70, 100 / 22.0, 100 / 22.0]))
    #expect(abs(found[1].strength - (30 - 100 / 22.0) / 30) < 1e-12)
  }

  @Test func `of the RSI measures an excursion by its own depth, wherever the threshold lies`() throws {
    let found = try RSIReversal(period: 2, low: 60, high: 80).opinions(on: .closes([10, 11, 12, 11.2, 12.2]), from: 0)
    #expect(found.map { "\($0.index):\($0.direction)" } == ["3:bearish", "4:bullish"])
    // By hand: 100 at index 2, 100 * 0.5 / 0.9 at index 3.
    #expect(close(found.map(\.strength), [1, (60 - 500.0 / 9) / 60]))
  }

  @Test func `of bands speaks when the close leaves them, not while it stays outside`() throws {
    let calm = (0..<30).map { 100 + Double($0 % 2) }
    let found = try BollingerBreakout().opinions(on: .closes(calm + [104, 107, 100, 80]), from: 0)
    #expect(found.map { "\($0.index):\($0.direction)" } == ["30:bullish", "33:bearish"])
    #expect(found[0].inputs.map(\.name) == ["close", "close_before", "bb_upper", "bb_middle", "bb_lower"])
    let (upper, middle) = (found[0].inputs[2].value, found[0].inputs[3].value)
    let evidence = (104 - upper) / (upper - middle)
    #expect(found[0].strength == evidence / (evidence + 0.25))
  }

  @Test(arguments: [
    (Bar(open: 10, high: 12, low: 9, close: 11, volume: 50), "bullish"),
    (Bar(open: 10, high: 12, low: 9, close: 9.5, volume: 50), "bearish"),
    (Bar(open: 11, high: 12, low: 9, close: 11, volume: 50), "bullish"),
    (Bar(open: 9, high: 12, low: 9, close: 9, volume: 50), "bearish"),
    (Bar(open: 10, high: 12, low: 9, close: 10, volume: 50), "silent"),
    (Bar(open: 10, high: 12, low: 9, close: 11, volume: 19), "silent"),
  ])
  func `of volume takes its direction from the bar`(bar: Bar, expected: String) throws {
    let calm = (0..<20).map { Bar(open: 10, high: 10, low: 10, close: 10, volume: 9 + Double($0 % 3)) }
    let found = try UnusualVolume().opinions(on: .of(calm + [bar]), from: 0)
    #expect(found.map(\.direction.rawValue) == (expected == "silent" ? [] : [expected]))
    if let opinion = found.first {
      #expect(opinion.inputs.map(\.name) == ["close", "open", "volume", "vol_median_20", "vol_ratio_20", "vol_z_20"])
      let z = 40 / 1.4826022
      #expect(abs(opinion.strength - z / (z + 3.5)) < 1e-12)
    }
  }

  @Test func `of volume is sure when the volumes before were all equal`() throws {
    let calm = Array(repeating: Bar(open: 10, high: 10, low: 10, close: 10, volume: 9), count: 20)
    let found = try UnusualVolume().opinions(on: .of(calm + [Bar(open: 10, high: 11, low: 10, close: 11, volume: 18)]), from: 0)
    #expect(found.map(\.strength) == [1])
    #expect(found.map { $0.inputs.map(\.name) } == [["close", "open", "volume", "vol_median_20", "vol_ratio_20"]])
  }

  @Test func `of the MACD alternates, and agrees with the sign of the histogram`() throws {
    let series = Fixtures.bitcoin
    let histogram = series.macd().histogram
    let found = try MACDCross().opinions(on: series, from: 0)
    let crossings = (34..<series.count).filter { (histogram[$0]! > 0) != (histogram[$0 - 1]! > 0) }
    #expect(found.map(\.index) == crossings)
    #expect(found.count > 40)
    #expect(found.allSatisfy { ($0.direction == .bullish) == (histogram[$0.index]! > 0) })
  }

  @Test func `says which parameters it refuses`() {
    #expect(throws: StrategyDefect.fastNotBelowSlow(fast: 21, slow: 21)) { try MovingAverageCross(.simple, fast: 21, slow: 21) }
    #expect(throws: StrategyDefect.periodTooShort(parameter: "fast", value: 0, least: 1)) { try MACDCross(fast: 0) }
    #expect(throws: StrategyDefect.thresholdsOutOfOrder(low: 70, high: 30)) { try RSIReversal(low: 70, high: 30) }
    #expect(throws: StrategyDefect.widthNotAboveZero(0)) { try BollingerBreakout(deviations: 0) }
    #expect(throws: StrategyDefect.periodTooShort(parameter: "period", value: 1, least: 2)) { try UnusualVolume(period: 1) }
    #expect(
      StrategyDefect.thresholdsOutOfOrder(low: 70, high: 30).description
        == "`low` is 70 and `high` is 30; they must satisfy 0 < low < high < 100")
  }
}

/// Equal but for rounding.
private func close(_ a: [Double], _ b: [Double]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 }
}
