import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Binance's candles` {
  @Test func `come through an outage with its hole, its bars off the grid and their cut close times`() async throws {
    let body = try Fixture.bytes("klines-BTCUSDT-1h-2018-02-outage.json")
    let desk = Desk(try klineServer(body))
    let pages = try await pages(desk.binance(), "BTCUSDT", .hour1, from: "2018-02-07T22:00:00Z", until: "2018-02-11T08:00:00Z")
    #expect(pages.flatMap(\.candles) == (try KlineScanner.scan(body)).candles)
    #expect(pages.flatMap(\.candles).count == 50)
    #expect(pages.flatMap(\.problems) == [])
    #expect(pages.first?.candles[2].closeTime.iso8601 == "2018-02-08T00:28:14.788Z")
    #expect(pages.first?.candles[3].openTime.iso8601 == "2018-02-09T09:28:14.789Z")
    #expect(await desk.limiter.log.prefix(2) == ["reserved 2", "settled 7"])
  }

  @Test(arguments: [1, 2, 3, 7, 49, 50])
  func `are the same however short the pages are`(limit: Int) async throws {
    let body = try Fixture.bytes("klines-BTCUSDT-1h-2018-02-outage.json")
    let desk = Desk(try klineServer(body, limitMax: limit))
    let pages = try await pages(desk.binance(), "BTCUSDT", .hour1, from: "2018-02-07T22:00:00Z", until: "2018-02-11T08:00:00Z")
    #expect(pages.flatMap(\.candles) == (try KlineScanner.scan(body)).candles)
  }

  @Test(arguments: [
    // Until, the last open time delivered, requests. The data ends with the bar of 2018-02-11T07:00.
    ("2018-02-09T12:00:00Z", "2018-02-09T10:28:14.789Z", 1), ("2018-02-09T11:28:14.788Z", "2018-02-09T09:28:14.789Z", 1),
    ("2018-02-09T11:28:14.789Z", "2018-02-09T10:28:14.789Z", 1), ("2018-02-08T00:28:14.789Z", "2018-02-08T00:00:00Z", 1),
    ("2018-02-08T00:28:14.788Z", "2018-02-07T23:00:00Z", 1), ("2018-02-08T00:00:00Z", "2018-02-07T23:00:00Z", 1),
  ])
  func `end with the last one that had closed at the logical date`(until: String, last: String, requests: Int) async throws {
    let desk = Desk(try klineServer(try Fixture.bytes("klines-BTCUSDT-1h-2018-02-outage.json")))
    let pages = try await pages(desk.binance(), "BTCUSDT", .hour1, from: "2018-02-07T22:00:00Z", until: until)
    #expect(pages.flatMap(\.candles).last?.openTime.iso8601 == last)
    #expect(await desk.http.urls.count == requests)
  }

  @Test func `are asked for with requests that depend on the logical date alone`() async throws {
    let desk = Desk(try klineServer(try Fixture.bytes("klines-BTCUSDT-1d-2017-08.json"), limitMax: 10))
    _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2017-08-17", until: "2017-09-02T06:00:00Z")
    let base = "http://127.0.0.1:8080/api/v3/klines?endTime=1504331999999&interval=1d&limit=1000&startTime="
    #expect(await desk.http.urls == [base + "1502928000000&symbol=BTCUSDT", base + "1503705600001&symbol=BTCUSDT"])
  }

  @Test(arguments: [
    ("2017-08-17", "2017-08-17T23:59:59Z"), ("2017-08-17", "2017-08-17"), ("2017-08-18", "2017-08-17"),
  ])
  func `are not asked for when none can have closed`(from: String, until: String) async throws {
    let desk = Desk(try klineServer(try Fixture.bytes("klines-BTCUSDT-1d-2017-08.json")))
    #expect(try await pages(desk.binance(), "BTCUSDT", .day1, from: from, until: until).isEmpty)
    #expect(await desk.http.urls == [])
  }

  @Test func `whose names are not ASCII are asked for by their bytes`() async throws {
    let desk = Desk(TestHTTP(Array("[]".utf8)))
    #expect(try await pages(desk.binance(), "币安人生USDT", .day1, from: "2017-08-17", until: "2017-08-19").isEmpty)
    #expect(await desk.http.urls.first?.hasSuffix("symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT") == true)
    #expect(await desk.archive.entries.map(\.answer) == [.empty])
  }

  @Test func `that are none are problems of their page, and paging goes on behind them`() async throws {
    let body = try Fixture.text("klines-BTCUSDT-1d-2017-08.json").replacing("\"4371.52000000\"", with: "\"nan\"")
    let desk = Desk(try klineServer(Array(body.utf8), limitMax: 2))
    let pages = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2017-08-17", until: "2017-08-21")
    #expect(pages.flatMap(\.candles).map { $0.openTime.utcDay.description } == ["2017-08-17", "2017-08-19", "2017-08-20"])
    #expect(pages.flatMap(\.problems).map(\.reason) == [.notANumber(field: "high")])
    #expect(pages.flatMap(\.problems).first?.openTime?.iso8601 == "2017-08-18T00:00:00Z")
  }

  @Test(arguments: [
    ("2017-08-19", "outside the range"), ("2017-08-01", nil),
  ])
  func `outside the range that was asked for are another answer`(from: String, reason: String?) async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("klines-BTCUSDT-1d-2017-08.json")))
    let failure = try await failure(of: { _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: from, until: "2017-09-06") })
    #expect(failure?.answer == reason.map { _ in .unexpectedShape })
    if let reason { #expect(failure?.message.contains(reason) == true) }
  }

  @Test func `out of order are refused and not delivered`() async throws {
    let lines = try Fixture.text("klines-BTCUSDT-1d-2017-08.json").split(separator: "\n").dropFirst().dropLast().map { String($0) }
    let rows = [lines[1], lines[0]].map { $0.hasSuffix(",") ? String($0.dropLast()) : $0 }
    for body in [rows.joined(separator: ","), "\(rows[0]),\(rows[0])"] {
      let desk = Desk(TestHTTP(Array("[\(body)]".utf8)))
      let failure = try await failure(of: { _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2017-08-17", until: "2017-09-06") }
      )
      #expect(failure?.answer == .unexpectedShape)
      #expect(failure?.message.contains("not after the one before") == true)
    }
  }

  @Test func `are not paged for ever`() async throws {
    // Every page has one bar more, a millisecond after the one before.
    let desk = Desk(
      TestHTTP { request, _ in
        let start = URLComponents(string: request.url)!.queryItems!.first { $0.name == "startTime" }!.value!
        return .success(
          HTTPResponse(status: 200, body: Array("[[\(start),\"1\",\"1\",\"1\",\"1\",\"0\",\(start),\"0\",0,\"0\",\"0\",\"0\"]]".utf8)))
      })
    let failure = try await failure(of: { _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2017-08-17", until: "2017-08-20") })
    #expect(failure?.answer == .unexpectedShape)
    #expect(await desk.http.urls.count == 101)
  }

  @Test(
    arguments: [
      ("", .unexpectedShape, true), ("[[1502928000000,\"42", .unexpectedShape, true), ("<html>login</html>", .notJSON, true),
      (" <!DOCTYPE html>", .notJSON, true), ("{}", .unexpectedShape, false), ("null", .unexpectedShape, false),
      ("[1,2]", .unexpectedShape, false),
      ("[] []", .unexpectedShape, false),
    ] as [(String, AnswerClass, Bool)])
  func `with status 200 that are something else are told as what they are`(body: String, answer: AnswerClass, isTransient: Bool)
    async throws
  {
    let desk = Desk(TestHTTP(Array(body.utf8)))
    let failure = try await failure(of: { _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2017-08-17", until: "2017-09-06") })
    #expect(failure?.answer == answer)
    #expect(failure?.isTransient == isTransient)
    #expect(await desk.archive.entries.map(\.answer) == [answer])
  }

  @Test(arguments: [
    ("2026-01-01", "2026-01-02", "1h", 1), ("2025-01-01", "2026-01-01", "1m", 526), ("2026-01-01", "2026-01-01T00:59:59Z", "1h", 0),
    ("2026-01-01T00:00:01Z", "2026-01-01T01:00:00Z", "1h", 0), ("2020-01-01", "2026-01-01", "1M", 1), ("2026-01-02", "2026-01-01", "1d", 0),
    ("2026-01-01", "2026-02-11T16:00:00Z", "1h", 1), ("2026-01-01", "2026-02-11T17:00:00Z", "1h", 2),
  ])
  func `are planned at a thousand a request`(from: String, until: String, interval: String, requests: Int) throws {
    let interval = try #require(Interval(rawValue: interval))
    #expect(Binance.klineRequests(from: instant(from), until: instant(until), interval: interval) == requests)
  }

  @Test func `keep a bar whose close time is one millisecond too long`() async throws {
    let body = "[[1504710000000,\"1\",\"1\",\"1\",\"1\",\"0\",1504713600000,\"0\",0,\"0\",\"0\",\"0\"]]"
    let desk = Desk(try klineServer(Array(body.utf8)))
    let pages = try await pages(desk.binance(), "BTCUSDT", .hour1, from: "2017-09-06T15:00:00Z", until: "2017-09-06T16:00:00Z")
    #expect(pages.flatMap(\.candles).map(\.closeTime.milliseconds) == [1_504_713_600_000])
  }
}

@Suite struct `Binance's exchange information` {
  @Test(arguments: [
    ("2020-10-07", ["REQUEST_WEIGHT 1200/60", "ORDERS 100/10", "ORDERS 200000/86400"], "ADABKRW ADA/BKRW 0.01000000 0.10000000"),
    (
      "2024-09-08", ["REQUEST_WEIGHT 6000/60", "ORDERS 50/10", "ORDERS 160000/86400", "RAW_REQUESTS 61000/300"],
      "1000SATSFDUSD 1000SATS/FDUSD 0.00000010 1.00"
    ),
  ])
  func `tells limits and instruments`(day: String, limits: [String], first: String) async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("exchangeInfo-\(day).json")))
    let info = try await desk.binance().exchangeInfo(logicalDate: instant("2026-01-15"))
    #expect(info.rateLimits.map { "\($0.kind) \($0.limit)/\(Int($0.per.inSeconds))" } == limits)
    let instrument = try #require(info.instruments.first)
    let steps = try [#require(instrument.tickSize), #require(instrument.lotStep)]
    #expect("\(instrument.symbol) \(instrument.base)/\(instrument.quote) \(steps[0].text) \(steps[1].text)" == first)
    #expect(steps.map(\.value) == steps.map { Double($0.text)! })
    #expect(info.instruments.count == 2)
    #expect(info.problems == [])
    #expect(info.serverTime?.utcDay.description == day)
    #expect(await desk.limiter.log.first == "reserved 20")
  }

  @Test func `keeps an instrument that it cannot understand as a problem`() async throws {
    let body = try Fixture.text("exchangeInfo-2024-09-08.json").replacing("\"tickSize\":\"0.00000010\"", with: "\"tickSize\":\"inf\"")
    let desk = Desk(TestHTTP(Array(body.utf8)))
    let info = try await desk.binance().exchangeInfo(for: [.named("A\"B")], logicalDate: instant("2026-01-15"))
    #expect(info.instruments == [])
    #expect(info.problems.map(\.reason) == [.notANumber(field: "tickSize"), .notANumber(field: "tickSize")])
    #expect(await desk.http.urls.first?.hasSuffix("symbols=%5B%22A%5C%22B%22%5D") == true)
    #expect(Binance.list([.named("A\"\u{301}B")]) == "[\"A\\\"\u{301}B\"]", "a quote, whatever stands behind it")
  }
}

@Suite struct `Binance's tickers` {
  @Test func `tell nothing of a symbol that was not traded`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("ticker-24hr-2020-10-07.json")))
    let page = try await desk.binance().ticker24hr(logicalDate: instant("2026-01-15"))
    #expect(page.tickers.map(\.symbol.name) == ["ADABTC", "BTCUSDT", "BTSBNB", "ETHUSDT", "ADAPAX"])
    #expect(page.tickers.map { $0.last == nil } == [false, false, true, false, true])
    #expect(page.tickers[2].change == nil)
    #expect(page.tickers[0].last == 0.00000881)
    #expect(page.tickers[0].change == 0.00000881 / 0.00000904 - 1)
    #expect(page.tickers[0].trades == 25322)
    #expect(await desk.limiter.log.first == "reserved 80")
  }

  @Test func `refuses a ticker whose prices have no ratio`() throws {
    let body =
      #"{"symbol":"AB","lastPrice":"1e300","openPrice":"1e-300","volume":"1","quoteVolume":"1","count":1,"#
      + #""closeTime":1602000000000}"#
    let page = try TickerReader.read(ProviderAnswer(status: 200, body: Array(body.utf8)), only: []).value
    #expect(page.tickers.isEmpty)
    #expect(page.problems.map(\.reason) == [.notANumber(field: "lastPrice / openPrice")])
  }

  @Test func `of symbols that were not asked for are another answer`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("ticker-24hr-2020-10-07.json")))
    let failure = try await failure(of: { _ = try await desk.binance().ticker24hr([.named("ADABTC")], logicalDate: instant("2026-01-15")) })
    #expect(failure?.answer == .unexpectedShape)
    #expect(await desk.limiter.log.first == "reserved 2")
  }

  @Test(arguments: [(1, 2), (20, 2), (21, 40), (100, 40), (101, 80)])
  func `cost by how many are asked for`(count: Int, weight: Int) {
    #expect(Binance.Weight.ticker24hr(symbols: count) == weight)
  }
}
