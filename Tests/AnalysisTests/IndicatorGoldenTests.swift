import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `The indicators of recorded candles` {
  @Test(arguments: Fixtures.symbols)
  func `have every expected value and no other`(symbol: String) throws {
    let series = try #require(Fixtures.candles[symbol])
    let expected = try #require(Fixtures.expected[symbol])
    for (name, column) in IndicatorSet().compute(series) {
      let wanted = expected[name] ?? [:]
      for index in 0..<series.count {
        let (value, target) = (column[index], wanted[series.openTimes[index]])
        let allowed = tolerance(of: name, in: series, upTo: index, expecting: target ?? 0)
        let agree = value == nil ? target == nil : target.map { abs($0 - value!) <= allowed } ?? false
        #expect(
          agree, "\(symbol) \(name) at \(series.openTimes[index]): \(String(describing: value)), not \(String(describing: target))")
      }
    }
    #expect(Set(expected.keys).isSubset(of: Indicator.all.map(\.name)))
  }

  @Test func `are 31,378 in all`() {
    let found = Fixtures.candles.values.map { series in
      IndicatorSet().compute(series).map { $0.column.values.compactMap(\.self).count }.reduce(0, +)
    }
    #expect(found.reduce(0, +) == 31_378)
    #expect(Fixtures.expected.values.flatMap(\.values).map(\.count).reduce(0, +) == 31_378)
  }

  @Test(arguments: Indicator.all.map(\.name))
  func `begin where they say`(name: String) throws {
    let indicator = try #require(Indicator.named(name))
    let series = try #require(Fixtures.candles[name == "vwap_day" ? "SOLUSDT" : "BTCUSDT"])
    let first = name.hasPrefix("vp_") ? series.count - 1 : indicator.firstIndex
    #expect(indicator.column(of: series).firstIndex == first)
  }
}

/// What rounding to 12 digits and another order of summation may differ by.
private func tolerance(of name: String, in series: CandleSeries, upTo index: Int, expecting target: Double) -> Double {
  let factor =
    switch name {
    case "cci_20": 1e-5
    case "bb_pctb": 1e-6
    case "vol_z_20": 1e-7
    case "bb_bandwidth": 1e-8
    default: 1e-9
    }
  let scale =
    switch Indicator.named(name)?.unit {
    case .price: series.close[...index].max()!
    case .volume where !name.hasPrefix("vol_"): series.volume[...index].reduce(0, +)
    case .percent where !["natr_14", "roc_10"].contains(name): 100.0
    default: 1.0
    }
  return factor * max(abs(target), scale)
}
