import Foundation
import MarketData
import Scheduling
import Testing

/// Rows of recorded series: the days of dividends and splits, each with the day before, and some between.
private struct Recorded {
  var series: CandleSeries
  var actions: [CorporateAction] = []
  var adjusted: [Double?] = []

  static let tickers = ["AAPL", "AMD", "CRM", "DIS", "FB", "IBM", "INTC", "JNJ", "JPM", "SPY", "VZ", "WMT"]

  init(_ ticker: String) throws {
    series = CandleSeries(symbol: try Symbol(ticker), interval: .day1)
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/adjusted/\(ticker).csv")
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      let date = try day(String(fields[0]))
      let numbers = try fields.dropFirst().map { try #require(Double($0)) }
      let (open, close) = (numbers[0], numbers[1])
      series.append(openTime: date.midnight, open: open, high: max(open, close), low: min(open, close), close: close, volume: 1000)
      adjusted.append(numbers[2])
      if numbers[3] > 0 { actions.append(try CorporateAction(date: date, kind: .dividend(numbers[3]))) }
      if numbers[4] != 1 { actions.append(try CorporateAction(date: date, kind: .split(numbers[4]))) }
    }
  }
}

@Suite struct `Adjustment for dividends and splits` {
  /// SOURCES: within 0.4 % on nearly all tickers, 0.7 % for JPM around 2000; the alarm is at 1 %.
  @Test(arguments: Recorded.tickers)
  fileprivate func `agrees with the provider's adjusted closes`(ticker: String) throws {
    let recorded = try Recorded(ticker)
    let drift = try #require(AdjustmentDrift(of: recorded.series, for: recorded.actions, against: recorded.adjusted))
    #expect(drift.isTolerable, "\(ticker): \(drift.sentence)")
    #expect(drift.bars == recorded.series.count)
    #expect(drift.absurd == [], "\(ticker): \(drift.sentence)")
    #expect(drift.worst < (ticker == "JPM" ? 0.008 : 0.005), "\(ticker): \(drift.sentence)")
  }

  @Test func `follows the rule: a split and a dividend of one day`() throws {
    let series = try CandleSeries("X", from: "2026-01-05", closes: [100, 50, 51])
    let actions = [
      try CorporateAction(date: day("2026-01-06"), kind: .split(2)), try CorporateAction(date: day("2026-01-06"), kind: .dividend(1)),
    ]
    let total = series.totalReturnAdjusted(for: actions)
    // 100 / 2 × (1 − 1 / (100 / 2))
    #expect(total.close == [49, 50, 51])
    #expect(total.volume == [20, 10, 10], "dividends do not change the number of shares")
    #expect(series.splitAdjusted(for: actions).close == [50, 50, 51])
    #expect(series.totalReturnAdjusted(for: []) == series)
  }

  @Test func `makes a dividend no loss`() throws {
    let series = try CandleSeries("X", from: "2026-01-05", closes: [100, 98, 98])
    let total = series.totalReturnAdjusted(for: [try CorporateAction(date: day("2026-01-06"), kind: .dividend(2))])
    #expect(total.close[0] == total.close[1])
  }

  @Test func `does not apply a dividend as large as the price, and says so`() throws {
    let series = try CandleSeries("X", from: "2026-01-05", closes: [100, 99])
    let dividend = try CorporateAction(date: day("2026-01-06"), kind: .dividend(569.99))
    #expect(series.totalReturnAdjusted(for: [dividend]) == series)
    let absurd = Adjustment(of: series, for: [dividend]).absurd
    #expect(
      absurd.map(\.description) == ["the dividend of 2026-01-06, 569.99, is not below the price of 100.0 and was not applied"])
  }

  @Test(
    arguments: [
      ([100, 101.0], 4, true), ([100, 26], 4, false), ([100, 24], 4, false), ([100, 96], 1.046, false), ([10, 101], 0.1, false),
      ([10, 10.4], 0.1, true), ([100, 90], 1.5, false), ([100, 97], 1.5, true),
    ] as [([Double], Double, Bool)])
  func `does not apply a split that the price did not follow`(closes: [Double], factor: Double, isAbsurd: Bool) throws {
    let series = try CandleSeries("X", from: "2026-01-05", closes: closes)
    let split = try CorporateAction(date: day("2026-01-06"), kind: .split(factor))
    let adjustment = Adjustment(of: series, for: [split])
    #expect(adjustment.absurd.count == (isAbsurd ? 1 : 0))
    #expect(adjustment.shares == [isAbsurd ? 1 : factor, 1])
  }

  @Test func `raises the alarm above one per cent, wherever the provider's series ends`() throws {
    let series = try CandleSeries("X", from: "2026-01-05", closes: [100, 98, 98])
    let actions = [try CorporateAction(date: day("2026-01-06"), kind: .dividend(2))]
    // The provider knows a later split 2:1, which halves all of its values.
    let good = try #require(AdjustmentDrift(of: series, for: actions, against: [49, 49, 49]))
    #expect(good.worst == 0)
    let bad = try #require(AdjustmentDrift(of: series, for: actions, against: [50, nil, 49]))
    #expect(bad.bars == 2)
    #expect(!bad.isTolerable)
    #expect(bad.sentence == "the adjusted closes of 2 bars differ from ours by up to 2.0 % (2026-01-05), more than 1.0 %")
    #expect(AdjustmentDrift(of: series, for: actions, against: [nil, nil, nil]) == nil)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `keeps what it must keep, whatever happened`(seed: UInt64) throws {
    var generator = Numbers(state: seed)
    let count = Int(generator.next() % 300) + 2
    var (closes, price) = ([Double](), 50.0)
    for _ in 0..<count {
      price *= 0.97 + 0.061 * generator.unit()
      closes.append(price)
    }
    let series = try CandleSeries("X", from: "2020-01-01", closes: closes)
    var actions: [CorporateAction] = []
    for _ in 0..<(generator.next() % 12) {
      let date = try day("2020-01-01").adding(days: Int(generator.next() % UInt64(count + 20)) - 10)
      let isSplit = generator.next() % 3 == 0
      actions.append(
        try CorporateAction(
          date: date, kind: isSplit ? .split([2, 0.5, 1.046, 3][Int(generator.next() % 4)]) : .dividend(generator.unit())))
    }
    let adjustment = Adjustment(of: series, for: actions)
    let total = series.totalReturnAdjusted(for: actions)
    #expect(total.count == series.count)
    #expect(adjustment.shares.allSatisfy { $0 > 0 && $0.isFinite })
    #expect(adjustment.remaining.allSatisfy { $0 > 0 && $0 <= 1 })
    // Older bars have seen at least what newer ones have: the part that is left never shrinks towards today.
    #expect(zip(adjustment.remaining, adjustment.remaining.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(total.close.allSatisfy { $0 > 0 && $0.isFinite })
    #expect(zip(total.low, total.high).allSatisfy { $0 <= $1 })
    // The order in which events are told does not matter, nor does the currency's unit.
    let shuffled = Adjustment(of: series, for: actions.reversed())
    for (a, b) in zip(adjustment.remaining, shuffled.remaining) { #expect(abs(a - b) < 1e-12) }
    #expect(zip(adjustment.shares, shuffled.shares).allSatisfy { abs($0 - $1) < 1e-12 * $0 })
    let drift = try #require(AdjustmentDrift(of: series, for: actions, against: total.close))
    #expect(drift.worst < 1e-12, "its own result has no drift")
  }
}

private struct Numbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  mutating func unit() -> Double { Double(next() % 1_000_000) / 1_000_000 }
}
