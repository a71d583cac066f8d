import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Alpha Vantage's daily candles` {
  @Test func `are raw, oldest first, with dividends and splits apart`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("daily-adjusted-AAPL-splits.json")))
    let pages = try await pages(desk.alphaVantage(), "AAPL", .day1, from: "2014-01-01", until: "2020-09-03")
    let page = try #require(pages.first)
    #expect(pages.count == 1)
    #expect(page.candles.count == 25)
    #expect(page.problems == [])
    #expect(zip(page.candles, page.candles.dropFirst()).allSatisfy { $0.openTime < $1.openTime })
    #expect(
      page.events == [
        CorporateEvent(date: CivilDate("2014-06-09")!, dividend: nil, split: 7),
        CorporateEvent(date: CivilDate("2020-08-07")!, dividend: 0.82, split: nil),
        CorporateEvent(date: CivilDate("2020-08-31")!, dividend: nil, split: 4),
      ])
    let last = try #require(page.candles.last)
    #expect([last.open, last.high, last.low, last.close, last.volume] == [137.59, 137.98, 127, 131.4, 200_118_991])
    #expect(last.openTime.iso8601 == "2020-09-02T00:00:00Z")
    #expect(last.closeTime.iso8601 == "2020-09-02T20:00:00Z")
    #expect(page.adjustedCloses.count == 25)
    #expect(page.adjustedCloses.last == 131.173438748)
    #expect(page.responseHash.count == 64)
  }

  @Test(arguments: [
    ("2023-12-12T21:00:00Z", "2023-12-12"), ("2023-12-12T20:59:59Z", "2023-12-11"), ("2023-12-11T00:00:00Z", "2023-12-08"),
  ])
  func `end with the last session that had closed`(until: String, last: String) async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("daily-adjusted-IBM-2023-12.json")))
    let pages = try await pages(desk.alphaVantage(), "IBM", .day1, from: "2023-12-05", until: until)
    #expect(pages[0].candles.first?.openTime.utcDay.description == "2023-12-05")
    #expect(pages[0].candles.last?.openTime.utcDay.description == last)
    #expect(pages[0].lastOpenTime?.utcDay.description == "2023-12-12")
  }

  @Test func `have no adjusted close when the function gives none`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("daily-MSFT-2018.json")))
    let pages = try await pages(desk.alphaVantage(), "MSFT", .day1, from: "2018-08-01", until: "2018-08-20")
    #expect(pages[0].candles.count == 7)
    #expect(pages[0].adjustedCloses == [])
  }

  @Test(
    arguments: [
      ("\"164.71\"", "\"nan\"", .notANumber(field: "close")), ("\"4. close\"", "\"4. closing\"", .missingField("close")),
      ("\"5292290\"", "\"-1\"", .candle(.negativeVolume)), ("\"166.34\"", "\"0x1p3\"", .notANumber(field: "high")),
      ("\"166.34\"", "\"160\"", .candle(.bodyOutsideRange)), ("2023-12-12\": {", "2023-13-12\": {", .notADate),
      ("\"163.27\"", "null", .notANumber(field: "open")),
    ] as [(String, String, RowProblem.Reason)])
  func `that are none are kept as problems`(old: String, new: String, reason: RowProblem.Reason) async throws {
    let text = try Fixture.text("daily-adjusted-IBM-2023-12.json")
    let place = try #require(text.firstRange(of: old, after: text.firstRange(of: "Time Series")!.lowerBound))
    let desk = Desk(TestHTTP(Array(text.replacingCharacters(in: place, with: new).utf8)))
    let page = try #require(try await pages(desk.alphaVantage(), "IBM", .day1, from: "2023-12-01", until: "2024-01-01").first)
    #expect(page.problems.map(\.reason).contains(reason))
    #expect(page.candles.count == 8 - page.problems.count)
    #expect(page.problems[0].text.hasPrefix("\"2023-1"))
    #expect(page.problems[0].text.hasSuffix("}"))
  }

  @Test func `of another symbol are refused`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("daily-adjusted-AAPL-splits.json")))
    let failure = try await failure(of: { _ = try await pages(desk.alphaVantage(), "IBM", .day1, from: "2020-08-01", until: "2020-09-03") })
    #expect(failure?.answer == .unexpectedShape)
    #expect(
      failure?.message == "alphavantage IBM 1d: the answer is about AAPL, another symbol;"
        + " nothing of it was stored; the body is kept in the archive.")
  }

  @Test func `with a day or a field twice are refused`() throws {
    let row = "{\"1. open\":\"2\",\"2. high\":\"3\",\"3. low\":\"1\",\"4. close\":\"2\",\"5. volume\":\"7\"}"
    for rows in [
      "\"2023-12-12\":\(row),\"2023-12-11\":\(row),\"2023-12-12\":\(row)", "\"2023-12-12\":{\"1. open\":\"2\",\"9. open\":\"3\"}",
    ] {
      let refusal = #expect(throws: Refusal.self) {
        try read("{\"Meta Data\":{\"2. Symbol\":\"IBM\"},\"Time Series (Daily)\":{\(rows)}}")
      }
      #expect(refusal?.answer == .unexpectedShape)
      #expect(refusal?.detail.contains("stands twice") == true)
    }
  }

  @Test func `that stand beside a note are used, and the note is handed on`() async throws {
    let body = series("IBM", last: "2026-01-14", count: 3).dropLast() + ",\"Note\":\"slow\\ndown\"}"
    let desk = Desk(TestHTTP(Array(body.utf8)))
    let pages = try await pages(desk.alphaVantage(), "IBM", .day1, from: "2026-01-01", until: "2026-01-15")
    #expect(pages[0].candles.count == 3)
    #expect(pages[0].notes == ["slow down"])
  }

  @Test func `survive every cut of a body`() throws {
    let body = try Fixture.bytes("daily-adjusted-IBM-2023-12.json")
    for length in 0..<(body.count - 2) {
      #expect(throws: JSONError.self, "cut at \(length)") { _ = try SeriesDocument.read(Array(body.prefix(length))) }
    }
  }
}

extension String {
  fileprivate func firstRange(of text: String, after start: String.Index) -> Range<String.Index>? {
    self[start...].firstRange(of: text)
  }

  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
