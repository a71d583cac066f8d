import Foundation
import MarketData
import Scheduling
import Testing

@Suite struct `Quality rules about time` {
  /// The open times of BTCUSDT 1h from August 2017 to December 2018 as Binance gives them, with its outages.
  static func recorded() throws -> CandleSeries {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/BTCUSDT-1h-open-times.csv")
    let stretches = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",").compactMap { Int64($0) }
      return (start: Instant(milliseconds: try #require(fields.first)), bars: Int(try #require(fields.last)))
    }
    return try CandleSeries("BTCUSDT", .hour1, openTimes: stretches.flatMap { part in (0..<part.bars).map { part.start + .hours($0) } })
  }

  @Test func `count the outages of an exchange and do not warn of old ones`() throws {
    let series = try Self.recorded()
    #expect(series.count == 11_976)
    let gaps = try verdict(.gaps, series)
    #expect(gaps.passed && gaps.severity == .info && gaps.count == 68 && gaps.affected.total == 68)
    #expect(gaps.affected.openTimes.count == QualityVerdict.AffectedBars.cap)
    #expect(
      gaps.sentence
        == "BTCUSDT 1h: 68 bars missing between 2017-09-06T15:00:00Z and 2018-11-14T09:00:00Z, in 8 gaps; none in the last days")
    let grid = try verdict(.grid, series)
    #expect(grid.passed && grid.count == 43)
    #expect(
      grid.sentence
        == "BTCUSDT 1h: 43 bars (0.4 %) off the grid, in one stretch; the first at 2018-02-09T09:28:14.789Z, 1694.789 s late; none in the last days"
    )
  }

  @Test func `warn of new gaps and of bars off the grid`() throws {
    let recorded = try Self.recorded()
    var series = CandleSeries(symbol: recorded.symbol, interval: .hour1)
    let until = try instant("2018-02-10T00:00:00Z")
    for index in recorded.openTimes.indices where recorded.openTimes[index] < until {
      series.append(openTime: recorded.openTimes[index], open: 1, high: 1, low: 1, close: 1, volume: 1)
    }
    let gaps = try verdict(.gaps, series)
    #expect(!gaps.passed && gaps.severity == .warning)
    #expect(
      gaps.sentence
        == "BTCUSDT 1h: 32 bars missing between 2018-02-08T00:00:00Z and 2018-02-09T09:28:14.789Z; 8 more since 2017-09-06T15:00:00Z are older"
    )
    #expect(gaps.affected.openTimes.first?.iso8601 == "2018-02-08T01:00:00Z")
    #expect(try !verdict(.grid, series).passed)
  }

  @Test func `find the missing days of a market that never closes`() throws {
    let days = ["2018-02-07", "2018-02-08", "2018-02-11", "2018-02-12"]
    let gaps = try verdict(.gaps, CandleSeries("BTCUSDT", .day1, openTimes: days.map(instant)))
    #expect(gaps.sentence == "BTCUSDT 1d: 2 bars missing between 2018-02-08 and 2018-02-11")
    #expect(gaps.affected.openTimes.map(\.iso8601) == ["2018-02-09T00:00:00Z", "2018-02-10T00:00:00Z"])
    #expect(gaps.severity == .warning && gaps.count == 2)
    let months = try CandleSeries("X", .month1, openTimes: ["2025-10-01", "2025-11-01", "2026-02-01"].map(instant))
    #expect(try verdict(.gaps, months).count == 2)
  }

  @Test func `hold daily bars of New York against its sessions`() throws {
    let week = ["2026-01-15", "2026-01-16", "2026-01-20", "2026-01-21"]  // Monday the 19th is a holiday
    let asOf = try instant("2026-01-22T02:00:00Z")
    let good = try CandleSeries("AAPL", .day1, openTimes: week.map(instant))
    for rule in [QualityVerdict.Rule.gaps, .sessions, .staleness, .future] {
      #expect(try verdict(rule, good, asOf: asOf, calendar: .xnys).passed, "\(rule)")
    }
    let missing = try CandleSeries("AAPL", .day1, openTimes: [week[0], week[2], week[3]].map(instant))
    let gaps = try verdict(.gaps, missing, asOf: asOf, calendar: .xnys)
    #expect(gaps.severity == .error && gaps.sentence == "AAPL 1d: 1 bar missing between 2026-01-15 and 2026-01-20")
    let holiday = try CandleSeries("AAPL", .day1, openTimes: (week[0...1] + ["2026-01-19"] + week[2...3]).map(instant))
    let sessions = try verdict(.sessions, holiday, asOf: asOf, calendar: .xnys)
    #expect(sessions.severity == .error && sessions.sentence == "AAPL 1d: 1 bar on days without a session, the first on 2026-01-19")
  }

  @Test(arguments: [
    ("2026-01-22T02:00:00Z", 0, QualityVerdict.Severity.info), ("2026-01-22T21:00:00Z", 1, .warning), ("2026-01-22T20:59:00Z", 0, .info),
    ("2026-01-25T12:00:00Z", 2, .warning), ("2026-01-26T23:00:00Z", 3, .error), ("2026-01-20T00:00:00Z", 0, .info),
  ])
  func `count sessions that are missing at the end`(asOf: String, lag: Int, severity: QualityVerdict.Severity) throws {
    let series = try CandleSeries("AAPL", .day1, openTimes: ["2026-01-20", "2026-01-21"].map(instant))
    let verdict = try verdict(.staleness, series, asOf: instant(asOf), calendar: .xnys)
    #expect(verdict.count == lag)
    #expect(verdict.severity == severity)
  }

  @Test(arguments: [
    ("2026-01-03T00:00:00Z", 0, "BTCUSDT 1d: the last bar, 2026-01-02, is the latest that has closed at 2026-01-03T00:00:00Z"),
    ("2026-01-03T23:59:59Z", 0, "BTCUSDT 1d: the last bar, 2026-01-02, is the latest that has closed at 2026-01-03T23:59:59Z"),
    ("2026-01-04T00:00:00Z", 1, "BTCUSDT 1d: the last bar, 2026-01-02, is 1 bar behind at 2026-01-04T00:00:00Z"),
    ("2026-01-09T05:00:00Z", 6, "BTCUSDT 1d: the last bar, 2026-01-02, is 6 bars behind at 2026-01-09T05:00:00Z"),
  ])
  func `count bars that are missing at the end`(asOf: String, lag: Int, sentence: String) throws {
    let series = try CandleSeries("BTCUSDT", .day1, openTimes: ["2026-01-01", "2026-01-02"].map(instant))
    let verdict = try verdict(.staleness, series, asOf: instant(asOf))
    #expect(verdict.count == lag && verdict.sentence == sentence)
    let severity: QualityVerdict.Severity = lag == 0 ? .info : lag < 3 ? .warning : .error
    #expect(verdict.severity == severity)
  }

  @Test func `refuse bars from the future and a series without bars`() throws {
    let series = try CandleSeries("BTCUSDT", .day1, openTimes: ["2026-01-01", "2026-01-02", "2026-01-03"].map(instant))
    let future = try verdict(.future, series, asOf: instant("2026-01-01T12:00:00Z"))
    #expect(future.severity == .error && future.count == 2 && future.affected.openTimes.first?.iso8601 == "2026-01-02T00:00:00Z")
    let empty = CandleSeries(symbol: series.symbol, interval: .day1)
    let verdicts = QualityRules().judge(empty, in: QualityRules.Context(asOf: try instant("2026-01-01")))
    #expect(verdicts.map(\.rule) == [.staleness, .future])
    #expect(verdicts[0].severity == .error && verdicts[0].sentence == "BTCUSDT 1d: there are no bars at all")
  }
}
