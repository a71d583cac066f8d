import MarketData
import Scheduling
import Testing

@Suite struct `A split` {
  static let ratios: [(Double, Double)] = [
    (7.00000700001, 7.0), (0.3333, 1.0 / 3.0), (1.3333, 4.0 / 3.0), (1.5, 1.5), (0.1, 0.1), (0.05, 0.05), (20.0, 20.0), (1.046, 1.046),
    (0.0333333, 1.0 / 30.0), (0.0333, 1.0 / 30.0), (0.015, 0.015), (0.4286, 3.0 / 7.0), (0.6667, 2.0 / 3.0), (1.0, 1.0), (-2.0, -2.0),
    (Double.infinity, Double.infinity),
  ]

  @Test(arguments: ratios)
  func `is the small ratio that was meant`(factor: Double, ratio: Double) {
    #expect(CorporateAction.snapped(factor) == ratio)
  }

  @Test func `divides the prices before it and multiplies the volumes`() throws {
    var series = CandleSeries(symbol: try Symbol("AAPL"), interval: .day1)
    for (date, price) in [("2014-06-05", 647.35), ("2014-06-06", 645.57), ("2014-06-09", 93.70), ("2020-08-31", 129.04)] {
      series.append(openTime: try instant(date), open: price, high: price + 7, low: price - 7, close: price + 0.7, volume: 700)
    }
    let actions = [
      try CorporateAction(date: day("2020-08-31"), kind: .split(4)),
      try CorporateAction(date: day("2014-06-09"), kind: .split(7.00000700001)),
      try CorporateAction(date: day("2014-06-09"), kind: .dividend(0.47)),
    ]
    let adjusted = series.splitAdjusted(for: actions)
    #expect(adjusted.openTimes == series.openTimes)
    let expected: [Double] = [647.35 / 28.0, 645.57 / 28.0, 93.70 / 4.0, 129.04]
    #expect(adjusted.open == expected)
    #expect(adjusted.high[1] == (645.57 + 7.0) / 28.0)
    #expect(adjusted.low[2] == (93.70 - 7.0) / 4.0)
    #expect(adjusted.close[0] == (647.35 + 0.7) / 28.0)
    #expect(adjusted.volume == [19_600, 19_600, 2800, 700])
  }

  @Test func `after the last bar, or on no bar's day, still counts, and none changes nothing`() throws {
    let series = try CandleSeries("X", from: "2026-01-05", closes: [10, 10, 10])
    #expect(series.splitAdjusted(for: [try CorporateAction(date: day("2026-02-01"), kind: .split(2))]).close == [5, 5, 5])
    #expect(series.splitAdjusted(for: [try CorporateAction(date: day("2025-02-01"), kind: .split(2))]) == series)
    #expect(series.splitAdjusted(for: []) == series)
    #expect(
      CandleSeries(symbol: series.symbol, interval: .day1).splitAdjusted(for: [
        try CorporateAction(date: day("2026-02-01"), kind: .split(2))
      ]).isEmpty)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func `needs a factor above zero`(factor: Double) throws {
    let date = try day("2026-01-01")
    #expect(throws: CorporateActionDefect.self) { try CorporateAction(date: date, kind: .split(factor)) }
    if factor != 0 { #expect(throws: CorporateActionDefect.self) { try CorporateAction(date: date, kind: .dividend(factor)) } }
  }
}
