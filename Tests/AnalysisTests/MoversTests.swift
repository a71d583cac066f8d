import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `A summary of a symbol` {
  @Test func `tells changes, volume and fall from the peak`() throws {
    let closes = (0..<70).map { 100 + Double($0) } + [150, 130, 120, 110, 126]
    var bars = closes.map { Bar(open: $0, high: $0, low: $0, close: $0, volume: 4) }
    bars[74].volume = 10
    let series = CandleSeries.of(bars)
    let summary = SymbolSummary(of: series, assetClass: .crypto)
    #expect(summary.barTime == series.openTimes[74])
    #expect(summary.lastClose == 126)
    #expect(summary.change1 == (126 - 110) / 110.0)
    #expect(summary.change5 == (126.0 - 169) / 169)
    #expect(summary.change20 == (126.0 - 154) / 154)
    #expect(summary.volumeRatio == 2.5)
    #expect(summary.sparkline == Array(closes.suffix(30)))
    #expect(summary.drawdown == (169.0 - 126) / 169)
    #expect(summary.maximumDrawdown == (169.0 - 110) / 169)
    let volatility = try #require(series.realizedVolatility().last)
    #expect(abs(try #require(summary.volatility) - volatility * 365.0.squareRoot()) < 1e-12)
  }

  @Test func `scores the last return against the sixty before`() throws {
    // Returns alternate between ln 2 and -ln 2, so their mean is 0 and their sample deviation ln 2 times sqrt(60/59).
    let closes = (0...60).map { $0 % 2 == 0 ? 1.0 : 2.0 } + [8]
    let z = try #require(SymbolSummary(of: .closes(closes), assetClass: .crypto).z)
    #expect(abs(z - 3 / (60.0 / 59).squareRoot()) < 1e-12)
    #expect(SymbolSummary(of: .closes(closes.suffix(61)), assetClass: .crypto).z == nil)
  }

  @Test func `scores a return among equal ones as usual or not at all`() {
    let flat = Array(repeating: 5.0, count: 61)
    #expect(SymbolSummary(of: .closes(flat + [5]), assetClass: .equity).z == 0)
    #expect(SymbolSummary(of: .closes(flat + [6]), assetClass: .equity).z == nil)
  }

  @Test func `leaves undefined what the history is too short for`() {
    let none = SymbolSummary(of: .empty(), assetClass: .equity)
    #expect(none.barTime == nil && none.lastClose == nil && none.change1 == nil && none.z == nil && none.volumeRatio == nil)
    #expect(none.sparkline == [] && none.drawdown == nil && none.maximumDrawdown == nil && none.volatility == nil)
    let one = SymbolSummary(of: .closes([7]), assetClass: .equity)
    #expect(one.lastClose == 7 && one.change1 == nil && one.drawdown == 0 && one.sparkline == [7])
    let six = SymbolSummary(of: .closes([7, 7, 7, 7, 7, 14]), assetClass: .equity)
    #expect(six.change1 == 1 && six.change5 == 1 && six.change20 == nil)
  }

  @Test func `has no volume ratio over a silent market`() {
    #expect(SymbolSummary(of: .closes(Array(repeating: 1, count: 30), volume: 0), assetClass: .crypto).volumeRatio == nil)
  }
}

@Suite struct `The movers` {
  @Test func `are ranked by how unusual the move was, undefined last, ties by symbol`() throws {
    let wave = (0...60).map { $0 % 2 == 0 ? 100.0 : 101.0 }
    let summaries = try [("CALM", 100.1), ("UP", 110), ("DOWN", 85), ("ALSO", 110)].map { name, close in
      SymbolSummary(of: try .closes(wave + [close]).renamed(name), assetClass: .crypto)
    }
    let short = SymbolSummary(of: try CandleSeries.closes([1, 2]).renamed("NEW"), assetClass: .crypto)
    let movers = Movers([short] + summaries)
    #expect(movers.ranked.map(\.symbol.name) == ["DOWN", "ALSO", "UP", "CALM", "NEW"])
    #expect(movers.rising(2).map(\.symbol.name) == ["ALSO", "UP"])
    #expect(movers.rising(9).map(\.symbol.name) == ["ALSO", "UP", "CALM"])
    #expect(movers.falling(9).map(\.symbol.name) == ["DOWN"])
  }
}

@Suite struct `A fall from the peak` {
  @Test(arguments: [
    ([], 0.0, 0.0), ([5], 0, 0), ([5, 4], 0.2, 0.2), ([4, 5, 10], 0, 0), ([10, 5, 8], 0.5, 0.2), ([10, 9, 20, 5, 40, 30], 0.75, 0.25),
  ])
  func `is a fraction of that peak`(closes: [Double], deepest: Double, now: Double) {
    #expect(abs(maximumDrawdown(of: closes) - deepest) < 1e-15)
    #expect(abs(drawdown(of: closes) - now) < 1e-15)
  }

  @Test func `survives a change of unit`() {
    let closes = CandleSeries.randomWalk(seed: 44, count: 200).close
    #expect(maximumDrawdown(of: closes) == maximumDrawdown(of: closes.map { $0 * 4 }))
  }
}

@Suite struct `A year` {
  @Test(arguments: [
    (AssetClass.crypto, Interval.day1, 365.0), (.crypto, .hour1, 8760), (.crypto, .minute1, 525_600), (.crypto, .month1, 12),
    (.equity, .day1, 252), (.equity, .hour1, 1638), (.equity, .week1, 52), (.equity, .month1, 12), (.equity, .minute30, 3276),
    (.forex, .hour1, 6240), (.forex, .day1, 260),
  ])
  func `has as many bars as its market trades`(market: AssetClass, interval: Interval, bars: Double) {
    #expect(market.periodsPerYear(interval) == bars)
  }

  @Test func `of a share has no bars that outlast the session but not the day`() {
    #expect(AssetClass.equity.periodsPerYear(.hour8) == nil)
    #expect(AssetClass.equity.periodsPerYear(.hour12) == nil)
  }
}

extension CandleSeries {
  /// The same bars under another name.
  fileprivate func renamed(_ name: String) throws -> CandleSeries {
    var result = CandleSeries(symbol: try Symbol(name), interval: interval)
    for index in 0..<count {
      result.append(
        openTime: openTimes[index], open: open[index], high: high[index], low: low[index], close: close[index], volume: volume[index])
    }
    return result
  }
}
