import Foundation
import MarketData
import Scheduling
import Transport

@testable import Providers

/// What Alpha Vantage says, shortened.
enum Said {
  static let burst =
    "{\"Information\":\"Please consider spreading out your free API requests more sparingly (1 request per second)."
    + " ... to lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints\"}"
  static let premium = "{\"Information\":\"Thank you! This is a premium endpoint. ... unlock all premium endpoints\"}"
  static let daily =
    "{\"Information\":\"We have detected your API key as SECRETKEY1234567 and our standard API rate limit is 25 requests per day.\"}"
  static let note = "{\"Note\":\"Our standard API call frequency is 5 calls per minute and 500 calls per day.\"}"
  static let invalid = "{\"Error Message\":\"Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.\"}"
}

/// A series of `count` sessions that ends on a day, as the plain function sends it.
func series(_ symbol: String, last: String, count: Int) -> String {
  let end = CivilDate(last)!
  let rows = (0..<count).map { offset in
    "\"\(end.adding(days: -offset))\":{\"1. open\":\"2\",\"2. high\":\"3\",\"3. low\":\"1\",\"4. close\":\"2\",\"5. volume\":\"7\"}"
  }
  return "{\"Meta Data\":{\"2. Symbol\":\"\(symbol)\"},\"Time Series (Daily)\":{\(rows.joined(separator: ","))}}"
}

func read(_ body: String, symbol: String = "IBM") throws -> Reading<SeriesDocument> {
  let provider = try Desk(TestHTTP([])).alphaVantage()
  let answer = ProviderAnswer(status: 200, body: Array(body.utf8))
  let now = instant("2026-01-15T07:00:00Z")
  let question = SeriesQuestion(symbol: .named(symbol), interval: .day1, from: now - .days(30), logicalDate: now)
  return try provider.read(answer, to: SeriesCall(), question, now: now)
}

func functions(_ desk: Desk) async -> [String] {
  await desk.http.urls.map { url in
    let query = URLComponents(string: url)!.queryItems!.reduce(into: [:]) { $0[$1.name] = $1.value }
    return "\(query["function"]!.dropFirst("TIME_SERIES_".count)) \(query["outputsize"] ?? "-")"
  }
}
