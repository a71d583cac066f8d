import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Alpha Vantage's other candles` {
  @Test(arguments: [
    // Friday's close is Saturday's 21:00 UTC less an hour of summer: at 20:00.
    ("2026-05-15T19:59:59Z", "2026-05-04"), ("2026-05-15T20:00:00Z", "2026-05-11"), ("2026-05-18T07:00:00Z", "2026-05-11"),
  ])
  func `of weeks open on Monday and come when their last session has closed`(until: String, last: String) async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("weekly-adjusted-IBM-2026-05.csv")))
    let page = try #require(
      try await pages(desk.alphaVantage(form: .csv), "IBM", .week1, from: "1999-01-01", until: until).first)
    #expect(page.candles.last?.openTime.utcDay.description == last)
    #expect(page.candles.allSatisfy { $0.openTime == Interval.week1.openTime(containing: $0.openTime) })
    #expect(page.events == [], "a week has no ex-date")
    #expect(page.problems == [])
    #expect(await functions(desk) == ["WEEKLY_ADJUSTED -"])
  }

  @Test func `of a week that lacks its last session wait, whatever the clock says`() async throws {
    // The provider is late: on Saturday its week still ends with Thursday.
    let body = "timestamp,open,high,low,close,volume\n2026-05-14,2,3,1,2,7\n2026-05-08,2,3,1,2,7\n"
    let desk = Desk(TestHTTP(Array(body.utf8)))
    let page = try #require(
      try await pages(desk.alphaVantage(form: .csv), "IBM", .week1, from: "2026-01-01", until: "2026-05-16").first)
    #expect(page.candles.map(\.openTime.utcDay.description) == ["2026-05-04"])
  }

  @Test func `of months open on the first`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("monthly-MSFT-2018.json")))
    let page = try #require(
      try await pages(desk.alphaVantage(strategy: .plain), "MSFT", .month1, from: "2018-01-01", until: "2018-08-20").first)
    #expect(page.candles.first?.openTime.utcDay.description == "2018-03-01")
    #expect(page.candles.last?.openTime.utcDay.description == "2018-07-01")
    #expect(page.candles.last?.closeTime.iso8601 == "2018-07-31T20:00:00Z")
    #expect(await functions(desk) == ["MONTHLY -"])
  }

  @Test func `within a day are asked for month by month, of the session alone`() async throws {
    let bodies = ["2026-04-30", "2026-05-15"].map { day in
      """
      {"Meta Data":{"2. Symbol":"IBM","3. Last Refreshed":"\(day) 15:55:00","6. Time Zone":"US/Eastern"},"Time Series (5min)":{\
      "\(day) 15:55:00":{"1. open":"2","2. high":"3","3. low":"1","4. close":"2","5. volume":"7"},\
      "\(day) 09:30:00":{"1. open":"2","2. high":"3","3. low":"1","4. close":"2","5. volume":"7"}}}
      """
    }
    let desk = Desk(TestHTTP(sequence: bodies))
    let found = try await pages(desk.alphaVantage(), "IBM", .minute5, from: "2026-04-20", until: "2026-05-16")
    #expect(
      found.map { $0.candles.map(\.openTime.iso8601) } == [
        ["2026-04-30T13:30:00Z", "2026-04-30T19:55:00Z"], ["2026-05-15T13:30:00Z", "2026-05-15T19:55:00Z"],
      ])
    let urls = await desk.http.urls
    #expect(urls.count == 2)
    #expect(urls[0].contains("month=2026-04") && urls[1].contains("month=2026-05"))
    #expect(urls.allSatisfy { $0.contains("extended_hours=false") && $0.contains("adjusted=false") && $0.contains("interval=5min") })
  }

  @Test func `within a day of a month before the company was listed are no failure`() async throws {
    let body = """
      {"Meta Data":{"2. Symbol":"IBM"},"Time Series (5min)":{"2026-05-15 09:30:00":\
      {"1. open":"2","2. high":"3","3. low":"1","4. close":"2","5. volume":"7"}}}
      """
    let desk = Desk(TestHTTP(sequence: [Said.invalid, body]))
    #expect(try await pages(desk.alphaVantage(), "IBM", .minute5, from: "2026-04-20", until: "2026-05-16").count == 1)
    let unknown = Desk(TestHTTP(sequence: [Said.invalid]))
    let failure = try await failure(of: {
      _ = try await pages(unknown.alphaVantage(), "IBM", .minute5, from: "2026-04-20", until: "2026-05-16")
    })
    #expect(failure?.answer == .unknownSymbol)
  }

  @Test(arguments: [
    ("2026-01-31T00:00:00Z", "2026-02-01T07:00:00Z", ["2026-01"]), ("2026-01-31", "2026-02-02T20:59:59Z", ["2026-01"]),
    ("2026-01-31", "2026-02-02T21:00:00Z", ["2026-01", "2026-02"]), ("2025-11-15", "2026-01-10", ["2025-11", "2025-12", "2026-01"]),
    ("1990-01-01", "2000-02-10", ["2000-01", "2000-02"]), ("2026-03-01", "2026-02-01", []),
  ])
  func `within a day cost a request for each month with a closed session`(from: String, until: String, months: [String]) {
    #expect(AlphaVantage.months(of: .xnys, from: instant(from), until: instant(until)) == months)
  }

  @Test func `of currencies come in CSV`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("fx-daily-EURUSD-2026-05.csv")))
    let provider = try desk.alphaVantage(market: .currencies, form: .csv)
    let page = try #require(try await pages(provider, "EURUSD", .day1, from: "2026-05-01", until: "2026-05-15T12:00:00Z").first)
    #expect(provider.name == "alphavantage_fx")
    #expect(page.candles.last?.openTime.utcDay.description == "2026-05-14", "the day goes on until midnight")
    #expect(page.candles.last?.close == 1.1668)
    #expect(page.candles.last?.volume == 0)
    let url = try #require(await desk.http.urls.first)
    #expect(url.hasSuffix("/query?datatype=csv&from_symbol=EUR&function=FX_DAILY&outputsize=compact&to_symbol=USD"))
  }

  @Test func `of currencies in days of another zone are refused`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("fx-daily-EURUSD-2018.json")))
    let failure = try await failure(of: {
      _ = try await pages(desk.alphaVantage(market: .currencies), "EURUSD", .day1, from: "2018-08-01", until: "2018-08-24")
    })
    #expect(failure?.answer == .unexpectedShape)
    #expect(failure?.message.contains("its days are those of GMT+8, not of UTC") == true)
  }

  @Test func `of a digital currency come in their old shape`() async throws {
    let desk = Desk(TestHTTP(try Fixture.bytes("crypto-daily.json")))
    let provider = try desk.alphaVantage(market: .digitalCurrencies)
    let page = try #require(try await pages(provider, "BTCCNY", .day1, from: "2021-04-01", until: "2021-04-25").first)
    #expect(page.candles.map(\.close).count == 1)
    #expect(page.candles.first?.open == 332044.86409600)
    #expect(page.candles.first?.closeTime.iso8601 == "2021-04-24T23:59:59.999Z")
    let other = try await failure(of: { _ = try await pages(provider, "ETHCNY", .day1, from: "2021-04-01", until: "2021-04-25") })
    #expect(other?.message.contains("about BTCCNY, another symbol") == true)
  }

  @Test(arguments: [
    (AlphaVantage.Market.currencies, "EUR"), (.currencies, "EURUSDT"), (.currencies, "eurusd"), (.digitalCurrencies, "BTC"),
  ])
  func `of what is no pair are not asked for`(market: AlphaVantage.Market, symbol: String) async throws {
    let desk = Desk(TestHTTP([]))
    let failure = try await failure(of: {
      _ = try await pages(desk.alphaVantage(market: market), symbol, .day1, from: "2026-01-01", until: "2026-01-15")
    })
    #expect(failure?.answer == .badRequest)
    #expect(failure?.message.contains("not asked, \(symbol) is no pair") == true)
    #expect(await desk.http.urls == [])
  }

  @Test func `in CSV that was not asked for are refused, as another series is`() async throws {
    let csv = Desk(TestHTTP(try Fixture.bytes("daily-IBM-2026-05.csv")))
    let unasked = try await failure(of: { _ = try await pages(csv.alphaVantage(), "IBM", .day1, from: "2026-05-01", until: "2026-05-16") })
    #expect(unasked?.answer == .unexpectedShape)
    let monthly = Desk(TestHTTP(try Fixture.bytes("monthly-MSFT-2018.json")))
    let other = try await failure(of: {
      _ = try await pages(monthly.alphaVantage(), "MSFT", .week1, from: "2018-01-01", until: "2018-08-20")
    })
    #expect(other?.message.contains("the answer is the series `Monthly Time Series`, not `Weekly Adjusted Time Series`") == true)
  }

  @Test func `are found again in the body that brought them`() throws {
    let week = try #require(
      SourceRow.find(openingAt: instant("2026-05-04"), in: try Fixture.bytes("weekly-adjusted-IBM-2026-05.csv"), of: "alphavantage"))
    #expect(week.text.hasPrefix("2026-05-08,232.0000,"))
    let pair = SourceRow.find(
      openingAt: instant("2026-05-14"), in: try Fixture.bytes("fx-daily-EURUSD-2026-05.csv"), of: "alphavantage_fx")
    #expect(pair?.close == 1.1668)
    let bar = SourceRow.find(
      openingAt: instant("2026-05-15T23:55:00Z"), in: try Fixture.bytes("intraday-IBM-5min-2026-05.csv"), of: "alphavantage")
    #expect(bar?.text.hasPrefix("2026-05-15 19:55:00,219.0300") == true)
    let month = SourceRow.find(openingAt: instant("2018-07-01"), in: try Fixture.bytes("monthly-MSFT-2018.json"), of: "alphavantage")
    #expect(month?.text.contains("2018-07-31") == true)
  }
}
