import Analysis
import MarketData
import Testing

/// Window lengths and series lengths around each other's multiples, where blocks begin and end.
private let shapes = [1, 2, 3, 5, 20].flatMap { period in [0, 1, 2, 3, 4, 5, 6, 19, 20, 21, 39, 40, 41, 97].map { (period, $0) } }

@Suite struct `A sliding window` {
  @Test(arguments: shapes) func `averages what it covers`(period: Int, count: Int) {
    let series = CandleSeries.randomWalk(seed: 31, count: count)
    let average = series.sma(period)
    #expect(average.count == count)
    for index in 0..<count {
      let expected = index < period - 1 ? nil : series.close[index - period + 1...index].reduce(0, +) / Double(period)
      #expect(agree(average[index], expected))
    }
  }

  @Test(arguments: shapes) func `finds the highest and the lowest`(period: Int, count: Int) {
    let series = CandleSeries.randomWalk(seed: 32, count: count)
    let channel = series.donchianChannel(period)
    for index in 0..<count {
      #expect(channel.high[index] == (index < period - 1 ? nil : series.high[index - period + 1...index].max()))
      #expect(channel.low[index] == (index < period - 1 ? nil : series.low[index - period + 1...index].min()))
    }
  }

  @Test(arguments: shapes.filter { $0.0 > 1 }) func `measures deviations from its mean`(period: Int, count: Int) {
    let series = CandleSeries.randomWalk(seed: 33, count: count)
    let bands = series.bollingerBands(period)
    for index in 0..<count {
      let window = index < period - 1 ? [] : Array(series.close[index - period + 1...index])
      let mean = window.reduce(0, +) / Double(period)
      let deviation = (window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(period)).squareRoot()
      #expect(agree(bands.upper[index], window.isEmpty ? nil : mean + 2 * deviation))
      #expect(agree(bands.bandwidth[index], window.isEmpty ? nil : 4 * deviation / mean))
    }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 20]) func `scores volume beside the bars before`(period: Int) {
    let series = CandleSeries.randomWalk(seed: 34, count: 150)
    let volume = series.volumeSpike(period)
    for index in period..<150 {
      let window = Array(series.volume[index - period..<index])
      let center = median(window)
      let deviation = median(window.map { abs($0 - center) })
      let mean = window.reduce(0) { $0 + abs($1 - center) } / Double(period)
      let distance = series.volume[index] - center
      let score = deviation > 0 ? distance / (1.4826022 * deviation) : mean > 0 ? distance / (1.2533141 * mean) : distance == 0 ? 0 : nil
      #expect(volume.median[index] == center)
      #expect(agree(volume.z[index], score))
      #expect(volume.ratio[index] == (center > 0 ? series.volume[index] / center : nil))
    }
  }

  @Test func `of several averages gives each as if it were alone`() {
    let series = CandleSeries.randomWalk(seed: 35, count: 120)
    let periods = [9, 1, 200, 21, 50, 12]
    #expect(series.emas(periods) == periods.map { series.ema($0) })
    #expect(series.ema(1).values == series.close.map { $0 })
  }
}

private func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Equal but for the order of summation, or both undefined.
private func agree(_ a: Double?, _ b: Double?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return abs(a - b) <= 1e-12 * max(abs(a), abs(b), 1)
}
