import Analysis
import MarketData
import Testing

@Suite struct `Indicators of any series` {
  @Test(arguments: [UInt64(1), 2, 3])
  func `follow the unit of the price, bit for bit when it doubles`(seed: UInt64) throws {
    let series = CandleSeries.randomWalk(seed: seed, count: 260, seed == 3 ? .hour1 : .day1)
    let doubled = IndicatorSet().compute(series.scaled(by: 8))
    for (indicator, (before, after)) in zip(Indicator.all, zip(IndicatorSet().compute(series), doubled)) {
      let factor = indicator.unit == .price ? 8.0 : 1
      #expect(Column(before.column.values.map { $0.map { $0 * factor } }) == after.column, "\(indicator.name), seed \(seed)")
    }
  }

  @Test(arguments: [1e-8, 3.7e-5, 1234.5, 1e6])
  func `keep their meaning at any price`(factor: Double) {
    let series = CandleSeries.randomWalk(seed: 11, count: 260, around: 1)
    let scaled = IndicatorSet().compute(series.scaled(by: factor))
    for (indicator, (before, after)) in zip(Indicator.all, zip(IndicatorSet().compute(series), scaled)) where indicator.unit != .volume {
      let unit = indicator.unit == .price ? factor : 1
      for (old, new) in zip(before.column.values, after.column.values) {
        #expect((old == nil) == (new == nil), "\(indicator.name) at \(factor)")
        if let old, let new {
          #expect(abs(new / unit - old) <= 1e-6 * max(abs(old), 1), "\(indicator.name) at \(factor)")
        }
      }
    }
  }

  @Test(arguments: [0, 1, 2]) func `of hardly any candles are undefined, not wrong`(count: Int) {
    let series = CandleSeries.randomWalk(seed: 5, count: count)
    for (name, column) in IndicatorSet().compute(series) {
      #expect(column.count == count)
      let first = Indicator.named(name)!.firstIndex
      if first >= count || name == "vwap_day" { #expect(column.firstIndex == nil, "\(name)") }
    }
    #expect(series.obv().firstIndex == (count > 0 ? 0 : nil))
    #expect(series.pivotPoints().pivot.firstIndex == (count > 1 ? 1 : nil))
  }

  @Test(arguments: [
    ("rsi_14", 50.0), ("mfi_14", 50), ("stoch_k", 50), ("stoch_d", 50), ("willr_14", -50), ("cci_20", 0), ("bb_pctb", 0.5),
    ("bb_bandwidth", 0), ("adx_14", 0), ("plus_di_14", 0), ("minus_di_14", 0), ("tr", 0), ("atr_14", 0), ("roc_10", 0), ("rv_20", 0),
    ("macd", 0), ("macd_signal", 0), ("macd_hist", 0), ("ema_50", 0.1), ("bb_upper", 0.1), ("bb_lower", 0.1), ("ad", 0), ("cmf_20", 0),
    ("vol_z_20", 0), ("vol_ratio_20", 1), ("vol_spike", 0), ("obv", 3),
  ])
  func `are neutral where nothing moves`(name: String, value: Double) throws {
    let flat = CandleSeries.closes(Array(repeating: 0.1, count: 60), volume: 3)
    let column = try #require(Indicator.named(name)).column(of: flat)
    let first = try #require(column.firstIndex)
    #expect(name == "obv" || (first..<60).allSatisfy { column[$0] == value })
    #expect(column.last == value)
  }

  @Test func `without volume in the window have no volume-weighted price, and exactly none`() {
    let walk = CandleSeries.randomWalk(seed: 21, count: 120)
    let silent = walk.mapped(0..<120) { bar in
      Bar(open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume * 1e12 + 0.1)
    }
    let series = silent.mapped(0..<120, from: 60) { $0.volume = 0 }
    #expect(series.vwap()[78] != nil)
    #expect(series.cmf()[78] != nil)
    for index in 79..<120 {
      #expect(series.vwap()[index] == nil)
      #expect(series.cmf()[index] == nil)
      #expect(series.mfi()[index] == 50)
      #expect(series.obv()[index] == series.obv()[59])
    }
  }

  @Test func `do not fill a missing bar`() {
    let walk = CandleSeries.randomWalk(seed: 4, count: 100)
    let regular = CandleSeries.of((0..<100).map { walk.bar($0) })
    #expect(regular.openTimes != walk.openTimes)
    for (gapped, filled) in zip(IndicatorSet().compute(walk), IndicatorSet().compute(regular)) {
      #expect(gapped.column == filled.column, "\(gapped.name)")
    }
  }

  @Test func `lose no digits on small moves of a large price`() throws {
    let moves = CandleSeries.randomWalk(seed: 9, count: 200, around: 1).close.map { ($0 * 1024).rounded() / 1048576 }
    let small = CandleSeries.closes(moves.map { 1 + $0 }).bollingerBands()
    let large = CandleSeries.closes(moves.map { 1_000_000 + $0 }).bollingerBands()
    for index in 19..<200 {
      let (a, b) = (try #require(small.upper[index]) - small.lower[index]!, try #require(large.upper[index]) - large.lower[index]!)
      #expect(abs(a - b) <= 1e-9)
    }
  }
}
