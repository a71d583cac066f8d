import Foundation
import MarketData
import Scheduling
import Testing

@testable import Providers

/// What a recorded body must give.
private struct Body: CustomTestStringConvertible, Sendable {
  let file: String
  let rows: Int
  /// The newest row.
  let last: String
  let open: Double
  let close: Double
  let volume: Double?
  var adjusted: Double?
  var interval: Interval?

  var testDescription: String { file }

  static let all = [
    Body(file: "daily-IBM-2026-05.csv", rows: 12, last: "2026-05-15", open: 218.2, close: 219.3, volume: 6_154_450),
    Body(
      file: "daily-adjusted-IBM-2026-05.csv", rows: 12, last: "2026-05-15", open: 218.2, close: 219.3, volume: 6_154_450, adjusted: 219.3),
    Body(
      file: "weekly-adjusted-IBM-2026-05.csv", rows: 33, last: "2026-05-15", open: 228.66, close: 219.3, volume: 33_144_274, adjusted: 219.3
    ),
    Body(file: "monthly-IBM-2026-05.csv", rows: 16, last: "2026-05-15", open: 234.55, close: 219.3, volume: 63_442_866),
    Body(file: "monthly-MSFT-2018.json", rows: 6, last: "2018-08-16", open: 106.03, close: 108.2, volume: 224_684_427, interval: .month1),
    Body(file: "intraday-IBM-5min-2026-05.csv", rows: 7, last: "2026-05-15", open: 219.03, close: 219, volume: 158),
    Body(
      file: "intraday-MSFT-15min-2018.json", rows: 8, last: "2018-04-11", open: 91.84, close: 91.6, volume: 852_917, interval: .minute15),
    Body(file: "intraday-MSFT-1min-2018.json", rows: 6, last: "2018-06-01", open: 100.615, close: 100.79, volume: nil, interval: .minute1),
    Body(file: "fx-daily-EURUSD-2026-05.csv", rows: 12, last: "2026-05-15", open: 1.167, close: 1.1625, volume: nil),
    Body(file: "fx-daily-EURUSD-2018.json", rows: 6, last: "2018-08-22", open: 1.1533, close: 1.1571, volume: nil, interval: .day1),
    Body(file: "digital-currency-daily-2026-05.csv", rows: 8, last: "2026-05-17", open: 67260.37, close: 67310.48, volume: 0.49400276),
    Body(
      file: "crypto-daily.json", rows: 2, last: "2021-04-25", open: 325140.797344, close: 325812.48081800, volume: 1758.54534700,
      interval: .day1),
  ]
}

@Suite struct `A series of Alpha Vantage` {
  @Test(arguments: Body.all)
  fileprivate func `is read by its shape, whatever function it is of`(body: Body) throws {
    let document = try SeriesDocument.read(try Fixture.bytes(body.file))
    let rows = try #require(document.rows)
    #expect(document.problems == [])
    #expect(rows.count == body.rows)
    let last = try #require(rows.last)
    #expect(last.date.description == body.last)
    #expect([last.open, last.close] == [body.open, body.close])
    #expect(last.volume == body.volume || body.file.contains("1min"))
    #expect(last.adjustedClose == body.adjusted)
    #expect(document.interval == body.interval)
    #expect(zip(rows, rows.dropFirst()).allSatisfy { ($0.date, $0.time ?? 0) < ($1.date, $1.time ?? 0) })
  }

  @Test(arguments: Body.all.filter { $0.file.hasSuffix(".csv") })
  fileprivate func `in CSV says the same as in JSON`(body: Body) throws {
    let csv = try Fixture.text(body.file)
    let document = try SeriesDocument.read(Array(json(csv).utf8))
    #expect(document.problems == [])
    #expect(document.rows?.map(words) == (try SeriesDocument.read(Array(csv.utf8)).rows?.map(words)))
    // Both line ends are in use.
    let crlf = csv.replacing("\n", with: "\r\n")
    #expect(try SeriesDocument.read(Array(crlf.utf8)).rows?.map(words) == document.rows?.map(words))
  }

  @Test(arguments: Body.all)
  fileprivate func `survives every cut and every changed byte of its body`(body: Body) throws {
    let bytes = try Fixture.bytes(body.file)
    for length in stride(from: 0, to: bytes.count - 1, by: 7) {
      // A cut that falls between two lines of CSV leaves a body that nothing tells from a whole one.
      guard length > 0, bytes[length - 1] != UInt8(ascii: "\n") || body.file.hasSuffix(".json") else { continue }
      #expect(throws: JSONError.self, "cut at \(length)") { _ = try SeriesDocument.read(Array(bytes.prefix(length))) }
    }
    var generator = SeededGenerator(7)
    for _ in 0..<300 {
      var copy = bytes
      copy[Int.random(in: 0..<copy.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      // `try?`: refused or read, but never a crash, and never a row that is no candle.
      for row in (try? SeriesDocument.read(copy))?.rows ?? [] {
        _ = try row.candle(openTime: row.date.midnight, closeTime: row.date.midnight)
      }
    }
  }

  @Test(arguments: [
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,2,3,4,5\n", "its numbers break the rule `body_outside_range`"),
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,2,1,1\n", "it is no row"),
    ("timestamp,open,high,low,close,volume\n2026-02-30,1,2,1,1,5\n", "its date is no day of the calendar"),
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,2,1,0x1,5\n", "the field `close` is no number"),
    ("timestamp,open,high,low,close,volume\n2026-05-15 25:00:00,1,2,1,1,5\n", "its date is no day of the calendar"),
    ("timestamp,open,high,low,close,volume\n2026-05-15,1,2,1,1,-5\n", "its numbers break the rule `negative_volume`"),
  ])
  func `in CSV reports rows that are none`(csv: String, reason: String) throws {
    let document = try SeriesDocument.read(Array(csv.utf8))
    #expect(document.rows?.count == 0)
    #expect(document.problems.map(\.reason.description) == [reason])
  }

  @Test(arguments: [
    "timestamp,open,high,low,close,volume\n2026-05-15,1,2,1,1,5\n2026-05-15,1,2,1,1,5\n", "timestamp,open,high,low,close,volume,volume\n",
    "timestamp,open,high,low,close,volume\n2026-05-15,1,2,1,1,5",
  ])
  func `that says one thing twice, or ends in the middle of a line, is refused`(csv: String) {
    #expect(throws: JSONError.self) { _ = try SeriesDocument.read(Array(csv.utf8)) }
  }

  @Test func `of a digital currency against the dollar names each price twice`() throws {
    let body = """
      {"Time Series (Digital Currency Daily)":{"2021-04-25":{"1a. open (USD)":"2","1b. open (USD)":"2","2a. high (USD)":"3",\
      "2b. high (USD)":"3","3a. low (USD)":"1","3b. low (USD)":"1","4a. close (USD)":"2","4b. close (USD)":"2","5. volume":"7",\
      "6. market cap (USD)":"7"}}}
      """
    #expect(try SeriesDocument.read(Array(body.utf8)).rows?.map(\.close) == [2])
  }

  private func words(_ row: SeriesRow) -> String { "\(row)" }

  /// The JSON that holds the same text.
  private func json(_ csv: String) -> String {
    let lines = csv.split(separator: "\n")
    let names = lines[0].split(separator: ",").dropFirst().map { $0.replacing("_", with: " ") }
    let rows = lines.dropFirst().map { line in
      let fields = line.split(separator: ",")
      let members = zip(names, fields.dropFirst()).enumerated().map { "\"\($0 + 1). \($1.0)\":\"\($1.1)\"" }
      return "\"\(fields[0])\":{\(members.joined(separator: ","))}"
    }
    let isIntraday = lines[1].contains(":")
    let name = isIntraday ? "Time Series (5min)" : names.contains("volume") ? "Time Series (Daily)" : "Time Series FX (Daily)"
    return "{\"\(name)\":{\(rows.joined(separator: ","))}}"
  }
}

@Suite struct `A bar within a day` {
  @Test(
    arguments: [
      ("intraday-MSFT-15min-2018.json", .end), ("intraday-MSFT-1min-2018.json", .end), ("intraday-TSLA-bad-ticks.json", .start),
      ("intraday-IBM-5min-2026-05.csv", .start),
    ] as [(String, BarLabel)])
  fileprivate func `is labelled by its end until 2021, and by its start since 2023`(file: String, label: BarLabel) throws {
    let document = try SeriesDocument.read(try Fixture.bytes(file))
    #expect(BarLabel(of: try #require(document.rows), refreshed: document.metadata["Last Refreshed"]) == label)
  }

  @Test(
    arguments: [
      (["09:30", "15:55"], nil, .start), (["09:35", "16:00"], nil, .end), (["16:00", "19:55"], nil, .start),
      (["16:00", "20:00"], nil, .end),
      (["04:00", "16:00"], "2019-01-01", .start), (["10:00", "11:00"], "2019-01-01", .end), (["10:00", "11:00"], "2024-01-01", .start),
    ] as [([String], String?, BarLabel)])
  func `tells by the edges of its day which it is`(times: [String], refreshed: String?, label: BarLabel) throws {
    let lines = times.map { "2024-03-11 \($0):00,1,1,1,1,1\n" }.joined()
    let rows = try SeriesDocument.read(Array(("timestamp,open,high,low,close,volume\n" + lines).utf8)).rows
    #expect(BarLabel(of: try #require(rows), refreshed: refreshed) == label)
  }

  @Test(arguments: [
    ("2024-03-08 09:30:00", "2024-03-08T14:30:00Z"), ("2024-03-11 09:30:00", "2024-03-11T13:30:00Z"),
    ("2024-11-01 15:55:00", "2024-11-01T19:55:00Z"), ("2024-11-04 15:55:00", "2024-11-04T20:55:00Z"),
  ])
  func `opens by New York's clock, across its changes`(label: String, openTime: String) throws {
    let csv = "timestamp,open,high,low,close,volume\n\(label),1,1,1,1,1\n"
    let row = try #require(try SeriesDocument.read(Array(csv.utf8)).rows?.first)
    let times = BarTimes(market: .shares, interval: .minute5, calendar: .xnys)
    #expect(times.openTime(of: row).iso8601 == openTime)
    #expect((times.closeTime(of: row) - times.openTime(of: row)) == .minutes(5) - .milliseconds(1))
    let older = BarTimes(market: .shares, interval: .minute5, calendar: .xnys, label: .end)
    #expect(older.openTime(of: row) == times.openTime(of: row) - .minutes(5))
  }
}
