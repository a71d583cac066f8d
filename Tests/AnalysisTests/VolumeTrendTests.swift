import Analysis
import MarketData
import Testing

@Suite struct `Volume beside price` {
  @Test func `confirms a trend that on-balance volume shares`() {
    let rising = CandleSeries.closes((1...40).map { 100 + Double($0) }).volumeTrend()
    #expect(rising.verdicts[18] == nil && rising.verdicts[19] == .confirmed && rising.verdicts[39] == .confirmed)
    #expect((rising.closeT[39] ?? 0) > 2 && (rising.volumeT[39] ?? 0) > 2)
  }

  @Test func `diverges when volume goes the other way`() {
    // Many small rises with little volume, few falls with much.
    let bars = (0..<60).map { index -> Bar in
      let close = 100 + Double(index) * 0.5 - (index % 4 == 3 ? 0.8 : 0)
      return Bar(open: close, high: close, low: close, close: close, volume: index % 4 == 3 ? 100 : 1)
    }
    #expect(CandleSeries.of(bars).volumeTrend().verdicts[59] == .divergent)
  }

  @Test(arguments: [1e-8, 1e6]) func `says nothing where nothing moves`(price: Double) {
    let flat = CandleSeries.closes(Array(repeating: price, count: 30), volume: 0).volumeTrend()
    #expect(flat.verdicts[29] == .unclear && flat.closeT[29] == 0 && flat.volumeT[29] == 0)
    #expect(CandleSeries.empty().volumeTrend().verdicts.isEmpty)
  }

  @Test(arguments: [UInt64(1), 2]) func `does not look ahead, nor at the unit of the price`(seed: UInt64) {
    let series = CandleSeries.randomWalk(seed: seed, count: 150)
    let whole = series.volumeTrend()
    for length in 0...series.count { #expect(series.prefix(length).volumeTrend().verdicts == Array(whole.verdicts.prefix(length))) }
    #expect(series.scaled(by: 512).volumeTrend() == whole)
  }

  @Test func `has a baseline for each hour of the day`() {
    // An hour of each day is ten times as busy as the others.
    let bars = (0..<24 * 30).map { (hour: Int) -> Bar in
      let volume: Double = hour % 24 == 14 ? 1000 : Double(100 + hour % 7)
      return Bar(open: 1, high: 1, low: 1, close: 1, volume: volume)
    }
    let series = CandleSeries.of(bars, .hour1)
    let seasonal = series.seasonalVolumeSpike()
    #expect(seasonal.median.firstIndex == 24 * 20)
    #expect(seasonal.ratio[24 * 25 + 14] == 1 && seasonal.spike[24 * 25 + 14] == 0)
    #expect((series.volumeSpike().ratio[24 * 25 + 14] ?? 0) > 9)
  }

  @Test func `has the plain baseline on daily bars`() {
    let series = CandleSeries.randomWalk(seed: 9, count: 90)
    #expect(series.seasonalVolumeSpike() == series.volumeSpike())
    #expect(CandleSeries.empty().seasonalVolumeSpike().median.count == 0)
  }
}
