import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

private let burst =
  "{\"Information\":\"Please consider spreading out your free API requests more sparingly (1 request per second)."
  + " ... to lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints\"}"
private let premium = "{\"Information\":\"Thank you! This is a premium endpoint. ... unlock all premium endpoints\"}"
private let daily =
  "{\"Information\":\"We have detected your API key as SECRETKEY1234567 and our standard API rate limit is 25 requests per day.\"}"
private let note = "{\"Note\":\"Our standard API call frequency is 5 calls per minute and 500 calls per day.\"}"
private let invalid = "{\"Error Message\":\"Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.\"}"

/// A series of `count` sessions that ends on a day, as the plain function sends it.
private func series(_ symbol: String, last: String, count: Int) -> String {
  let end = CivilDate(last)!
  let rows = (0..<count).map { offset in
    "\"\(end.adding(days: -offset))\":{\"1. open\":\"2\",\"2. high\":\"3\",\"3. low\":\"1\",\"4. close\":\"2\",\"5. volume\":\"7\"}"
  }
  return "{\"Meta Data\":{\"2. Symbol\":\"\(symbol)\"},\"Time Series (Daily)\":{\(rows.joined(separator: ","))}}"
}

private func read(_ body: String, symbol: String = "IBM") throws -> Reading<DailyDocument> {
  let provider = Desk(TestHTTP([])).alphaVantage()
  let answer = ProviderAnswer(status: 200, body: Array(body.utf8))
  return try provider.read(answer, of: .named(symbol), now: instant("2026-01-15T07:00:00Z"))
}

private func functions(_ desk: Desk) async -> [String] {
  await desk.http.urls.map { url in
    let query = URLComponents(string: url)!.queryItems!.reduce(into: [:]) { $0[$1.name] = $1.value }
    return "\(query["function"]!.dropFirst("TIME_SERIES_".count)) \(query["outputsize"]!)"
  }
}

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
      #expect(throws: JSONError.self, "cut at \(length)") { _ = try DailyDocument.read(Array(body.prefix(length))) }
    }
  }
}

@Suite struct `Alpha Vantage's refusals` {
  @Test(
    arguments: [
      ("ApiLimit.json", .limited), ("Error.json", .unknownSymbol), ("PremiumMessage.json", .limited),
      ("Fx-ExchangeRate.json", .unexpectedShape),
      ("crypto-daily.json", .unexpectedShape), ("indicator-macd.json", .unexpectedShape),
      ("global-quote-unknown-symbol.json", .unexpectedShape),
      ("intraday-TSLA-bad-ticks.json", .unexpectedShape), ("overview_IBM.json", .unexpectedShape),
    ] as [(String, AnswerClass)])
  func `in recorded bodies are told apart`(name: String, answer: AnswerClass) throws {
    let body = try Fixture.text(name)
    #expect(#expect(throws: Refusal.self) { try read(body) }?.answer == answer)
  }

  @Test(
    arguments: [
      (burst, .burst), (premium, .entitlement), (daily, .quota), (note, .limited), (invalid, .unknownSymbol), ("{}", .unknownSymbol),
      (" {} ", .unknownSymbol),
      ("{\"Error Message\":\"the parameter apikey is invalid or missing.\"}", .auth),
      ("{\"Information\":\"the parameter apikey is invalid or missing.\"}", .auth), ("{\"Error Message\":\"something else\"}", .badRequest),
      ("{\"Information\":\"The **demo** API key is for demo purposes only.\"}", .auth),
      ("{\"Information\":\"outputsize=full is a premium feature for the TIME_SERIES_DAILY endpoint\"}", .entitlement),
      ("{\"Information\":\"something new\"}", .unexpectedShape), ("<html></html>", .notJSON), ("", .unexpectedShape),
      ("[]", .unexpectedShape),
      ("timestamp,open,high,low,close,volume\r\n", .unexpectedShape), ("{\"Note\":\"a\",\"Note\":\"b\"}", .unexpectedShape),
      ("{\"Time Series (Daily)\":{}}", .unexpectedShape),
    ] as [(String, AnswerClass)])
  func `are told by shape first and words second`(body: String, answer: AnswerClass) {
    #expect(#expect(throws: Refusal.self) { try read(body) }?.answer == answer)
  }

  @Test(arguments: try! Fixture.text("errors.jsonl").split(separator: "\n").map { String($0) })
  func `and Binance's, as they were recorded, are classified`(line: String) async throws {
    let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let status = try #require(record["status"] as? Int)
    let body =
      try record["body"].map { [UInt8](try JSONSerialization.data(withJSONObject: $0)) } ?? Array((record["body_text"] as! String).utf8)
    let desk = Desk(TestHTTP(status: status, body))
    let isBinance = record["api"] as? String == "binance"
    let failure = try await failure(of: {
      if isBinance {
        _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2025-01-01", until: "2026-01-15")
      } else {
        _ = try await pages(desk.alphaVantage(strategy: .adjusted), "IBM", .day1, from: "2026-01-01", until: "2026-01-15")
      }
    })
    #expect(failure?.answer == expectation(record, status, String(decoding: body, as: UTF8.self)))
  }

  /// What each recorded line means, by its own words.
  private func expectation(_ record: [String: Any], _ status: Int, _ body: String) -> AnswerClass? {
    switch (status, record["meaning"] as? String ?? "") {
    case (429, _): .limited
    case (418, _): .banned
    case (403, _): .waf
    case (451, _): .geo
    case (400, _): body.contains("-1121") ? .unknownSymbol : .badRequest
    // A note that comes again after the minute is the day's.
    case (200, let meaning) where meaning.hasPrefix("rate") || meaning.hasPrefix("daily"): .quota
    case (200, let meaning) where meaning.hasPrefix("burst"): .burst
    case (200, let meaning) where meaning.hasPrefix("entitlement"): .entitlement
    case (200, let meaning) where meaning.hasPrefix("unknown symbol"): .unknownSymbol
    case (200, "auth"): .auth
    default: nil
    }
  }
}

@Suite struct `Asking Alpha Vantage` {
  private let good = series("IBM", last: "2026-01-14", count: 5)

  private func ask(
    _ desk: Desk, _ provider: AlphaVantage, from: String = "2026-01-01", latest: Instant? = nil
  ) async throws -> [CandlePage] {
    try await pages(provider, "IBM", .day1, from: from, until: "2026-01-15", latest: latest)
  }

  @Test func `waits out a burst and goes on`() async throws {
    let desk = Desk(TestHTTP(sequence: [burst, burst, burst, good]))
    #expect(try await ask(desk, desk.alphaVantage()).count == 1)
    #expect(await desk.archive.entries.map(\.answer) == [.burst, .burst, .burst, .ok])
    #expect(desk.time.now() == instant("2026-01-15T07:00:33.600Z"))
  }

  @Test func `gives up after three waits for a burst`() async throws {
    let desk = Desk(TestHTTP(sequence: [burst]))
    let failure = try await failure(of: { _ = try await ask(desk, desk.alphaVantage()) })
    #expect(failure?.answer == .burst)
    #expect(failure?.isTransient == true)
    #expect(failure?.retryAfter == .milliseconds(1200))
    #expect(await desk.http.urls.count == 4)
  }

  @Test func `does not wait out a burst beyond the last useful moment`() async throws {
    let desk = Desk(TestHTTP(sequence: [burst, good]))
    let failure = try await failure(of: { _ = try await ask(desk, desk.alphaVantage(), latest: instant("2026-01-15T07:00:31Z")) })
    #expect(failure?.answer == .limited)
    #expect(await desk.http.urls.count == 1)
  }

  @Test func `takes an old note that comes again for the day's limit`() async throws {
    let desk = Desk(TestHTTP(sequence: [note]))
    let failure = try await failure(of: { _ = try await ask(desk, desk.alphaVantage()) })
    #expect(failure?.answer == .quota)
    #expect(failure?.availableAt?.iso8601 == "2026-01-16T05:00:00Z")
    #expect(await desk.http.urls.count == 2)
    #expect(await desk.limiter.log.last == "paused until 2026-01-16T05:00:00Z: the day's requests are spent")
  }

  @Test func `stops until New York's midnight when the day is spent, and never shows the key`() async throws {
    let desk = Desk(TestHTTP(sequence: [daily]), now: "2026-07-15T07:00:00Z")
    let failure = try #require(try await failure(of: { _ = try await ask(desk, desk.alphaVantage()) }))
    #expect(failure.answer == .quota)
    #expect(failure.availableAt?.iso8601 == "2026-07-16T04:00:00Z")
    #expect(failure.isTransient == false)
    #expect(failure.message.contains("API key as [redacted] and"))
    #expect(await desk.archive.entries.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains("SECRETKEY") })
  }

  @Test func `falls back on the plain function and remembers for the day why`() async throws {
    let memory = InMemoryEntitlementMemory()
    let desk = Desk(TestHTTP(sequence: [premium, good, good]))
    #expect(try await ask(desk, desk.alphaVantage(entitlements: memory), from: "2020-01-01")[0].candles.count == 5)
    #expect(await functions(desk) == ["DAILY_ADJUSTED full", "DAILY compact"])
    #expect(await memory.isRefused("TIME_SERIES_DAILY_ADJUSTED", on: CivilDate("2026-01-15")!))
    let second = Desk(TestHTTP(sequence: [good]))
    _ = try await ask(second, second.alphaVantage(entitlements: memory), from: "2020-01-01")
    #expect(await functions(second) == ["DAILY compact"])
  }

  @Test func `replays a fallback offline, whatever is remembered`() async throws {
    let desk = Desk(TestHTTP(sequence: [good]))
    let memory = InMemoryEntitlementMemory()
    await memory.rememberRefusal(of: "TIME_SERIES_DAILY_ADJUSTED", on: CivilDate("2026-01-15")!)
    let online = try await ask(desk, desk.alphaVantage(entitlements: memory))
    let offline = try await ask(desk, desk.alphaVantage(isOffline: true))
    #expect(online == offline)
  }

  @Test func `tries the compact form of a full series that is refused as invalid, once`() async throws {
    let desk = Desk(TestHTTP(sequence: [invalid, good]))
    #expect(try await ask(desk, desk.alphaVantage(), from: "2020-01-01").count == 1)
    #expect(await functions(desk) == ["DAILY_ADJUSTED full", "DAILY_ADJUSTED compact"])
    let unknown = Desk(TestHTTP(sequence: [invalid]))
    let failure = try await failure(of: { _ = try await ask(unknown, unknown.alphaVantage(), from: "2020-01-01") })
    #expect(failure?.answer == .unknownSymbol)
    #expect(await unknown.http.urls.count == 2)
  }

  @Test func `asks for the whole series when the compact one does not reach back`() async throws {
    let compact = series("IBM", last: "2026-06-14", count: 100)
    let desk = Desk(TestHTTP(sequence: [compact, series("IBM", last: "2026-06-14", count: 400)]))
    #expect(try await ask(desk, desk.alphaVantage(), from: "2026-01-05")[0].firstOpenTime?.iso8601 == "2025-05-11T00:00:00Z")
    #expect(await functions(desk) == ["DAILY_ADJUSTED compact", "DAILY_ADJUSTED full"])
  }

  @Test func `for another interval is refused without a request`() async throws {
    let desk = Desk(TestHTTP(sequence: [good]))
    let failure = try await failure(of: { _ = try await pages(desk.alphaVantage(), "IBM", .hour1, from: "2026-01-01", until: "2026-01-15") }
    )
    #expect(failure?.message == "alphavantage IBM 1h: not asked, it has no such interval; it has 1d.")
    #expect(await desk.http.urls == [])
  }

  @Test(
    arguments: [
      (7.00000700001, 7.0), (1.5, 1.5), (1, 1), (1.0460, 1.0460), (0.125, 0.125), (0.333333, 1.0 / 3), (0.05, 0.05), (20, 20),
    ] as [(Double, Double)])
  func `reads a split with the noise of floating point as its ratio`(told: Double, meant: Double) {
    #expect(SplitRatio.snapped(told) == meant)
  }

  @Test(arguments: [
    ("2026-03-08", "2026-03-08T20:00:00Z"), ("2026-03-07", "2026-03-07T21:00:00Z"), ("2026-11-01", "2026-11-01T21:00:00Z"),
    ("2026-10-31", "2026-10-31T20:00:00Z"),
  ])
  func `knows New York's close over a change of clocks`(day: String, close: String) {
    #expect(NewYork.regularClose(of: CivilDate(day)!).iso8601 == close)
  }

  @Test(arguments: [
    ("2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z"), ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
    ("2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"), ("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
  ])
  func `knows New York's next midnight over a change of clocks`(now: String, midnight: String) {
    #expect(NewYork.midnight(after: instant(now)).iso8601 == midnight)
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
