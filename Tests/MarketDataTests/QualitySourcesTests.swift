import MarketData
import Scheduling
import Testing

@Suite struct `What a source did to a series` {
  private let rules = QualityRules()
  private let symbol = try! Symbol("BTCUSDT")

  private func series(_ closes: [Double], from day: Int = 0) -> CandleSeries {
    var series = CandleSeries(symbol: symbol, interval: .day1)
    for (index, close) in closes.enumerated() {
      series.append(openTime: time(day + index), open: close, high: close, low: close, close: close, volume: 1)
    }
    return series
  }

  private func time(_ day: Int) -> Instant { Instant(milliseconds: Int64(day) * 86_400_000) }

  private func verdict(_ record: SourceRecord, _ rule: QualityVerdict.Rule, _ rules: QualityRules = QualityRules()) throws -> QualityVerdict
  {
    try #require(rules.judge(record, of: series([1, 2])).first { $0.rule == rule })
  }

  @Test func `is told when all is well`() throws {
    #expect(rules.judge(SourceRecord(), of: series([1, 2])).filter { !$0.passed } == [])
    #expect(try verdict(SourceRecord(), .rejected).sentence == "BTCUSDT 1d: every row of the last days is a candle")
    #expect(try verdict(SourceRecord(), .restatement).sentence == "BTCUSDT 1d: no close was restated in the last days")
  }

  @Test func `fails for rows that are no candles`() throws {
    let record = SourceRecord(rejected: ["high below low", "high below low", "no number"].map(SourceRecord.Rejected.init))
    let found = try verdict(record, .rejected)
    #expect(!found.passed && found.severity == .error && found.count == 3)
    #expect(found.sentence == "BTCUSDT 1d: 3 rows of the last days went to quarantine: high below low, and 1 other reason")
    let lenient = try QualityRules(["rejected_rows_max": 3])
    #expect(try verdict(record, .rejected, lenient).passed)
  }

  @Test func `fails for a close that was changed by more than the limit, either way`() throws {
    for (old, new, passed) in [(100.0, 100.9, true), (100, 101.1, false), (101.1, 100, false), (100, 100, true)] {
      let found = try verdict(SourceRecord(restated: [.init(openTime: time(3), old: old, new: new)]), .restatement)
      #expect(found.passed == passed, "\(old) \(new) \(found)")
    }
    let two = SourceRecord(restated: [.init(openTime: time(3), old: 100, new: 100.5), .init(openTime: time(4), old: 50, new: 100)])
    let found = try verdict(two, .restatement)
    #expect(found.sentence == "BTCUSDT 1d: 2 closes restated in the last days, the most 1970-01-05 by 100.0 % (limit 1.0 %)")
    #expect(found.affected.openTimes == [time(4)] && found.value == 1)
  }

  @Test func `is compared with another source, bar by bar`() throws {
    let ours = series([100, 100, 100, 100])
    #expect(rules.agreement(of: ours, with: series([100.9, 99.1, 100]), from: "desk")?.passed == true)
    let found = try #require(rules.agreement(of: ours, with: series([100, 102, 100, 105]), from: "desk"))
    #expect(!found.passed && found.count == 2 && found.affected.openTimes == [time(1), time(3)])
    #expect(
      found.sentence
        == "BTCUSDT 1d: desk says otherwise in 2 of the last 4 bars that both have, the most 1970-01-04: 105.0 instead of 100.0 (5.0 %, limit 1.0 %)"
    )
  }

  @Test func `is compared only where both have bars, and only in the last of them`() throws {
    #expect(rules.agreement(of: series([100]), with: series([100], from: 1), from: "desk") == nil)
    #expect(rules.agreement(of: series([]), with: series([100]), from: "desk") == nil)
    let long = series(Array(repeating: 100, count: 40))
    let other = series([Double](repeating: 200, count: 10) + [Double](repeating: 100, count: 30))
    #expect(rules.agreement(of: long, with: other, from: "desk")?.passed == true)
    let longer = try QualityRules(["agreement_bars": 31])
    #expect(longer.agreement(of: long, with: other, from: "desk")?.passed == false)
  }
}
