import Foundation
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `Alpha Vantage's stand-in` {
  /// A Saturday: the last session is that of 2024-05-31.
  private let night = configuration("2024-06-01T06:00:00Z")

  @Test func `sends a hundred rows or all, newest first, with the newest in its head`() async throws {
    let compact = try await series("function=TIME_SERIES_DAILY_ADJUSTED&symbol=AAPL&apikey=x")
    #expect(compact.meta["3. Last Refreshed"] == "2024-05-31")
    #expect(compact.meta["4. Output Size"] == "Compact")
    #expect(compact.meta["2. Symbol"] == "AAPL")
    #expect(compact.rows.count == 100)
    #expect(compact.rows.values.allSatisfy { $0.count == 8 })
    let full = try await series("function=TIME_SERIES_DAILY_ADJUSTED&symbol=AAPL&outputsize=full&apikey=x")
    #expect(full.meta["4. Output Size"] == "Full size")
    #expect(full.rows.count > 6000)
    #expect(full.rows["2024-05-27"] == nil && full.rows["2024-05-24"] != nil)
    let plain = try await series("function=TIME_SERIES_DAILY&symbol=AAPL&apikey=x")
    #expect(plain.rows["2024-05-31"]?.keys.sorted() == ["1. open", "2. high", "3. low", "4. close", "5. volume"])
    #expect(plain.rows["2024-05-31"]?["5. volume"] == compact.rows["2024-05-31"]?["6. volume"])
  }

  @Test(arguments: ["AAPL", "JPM", "SYN042", "GE"])
  func `adjusts closes by splits and dividends as the provider does`(symbol: String) async throws {
    let rows = try await series("function=TIME_SERIES_DAILY_ADJUSTED&symbol=\(symbol)&outputsize=full&apikey=x").rows
    let days = rows.keys.sorted(by: >)
    func number(_ day: String, _ key: String) -> Double { Double(rows[day]![key]!)! }
    var (factor, splits, dividends) = (1.0, 0, 0)
    for (index, day) in days.enumerated() {
      let adjusted = number(day, "4. close") * factor
      #expect(abs(number(day, "5. adjusted close") / adjusted - 1) < 1e-8, "\(symbol) \(day)")
      let (split, dividend) = (number(day, "8. split coefficient"), number(day, "7. dividend amount"))
      if split != 1 { splits += 1 }
      if dividend > 0 { dividends += 1 }
      guard index + 1 < days.count else { break }
      factor *= (1 / split) * (1 - dividend / (number(days[index + 1], "4. close") / split))
    }
    #expect(splits >= 1)
    #expect(symbol == "SYN042" || dividends > 60)
  }

  @Test func `lets the raw price fall with a split`() async throws {
    let rows = try await series("function=TIME_SERIES_DAILY_ADJUSTED&symbol=AAPL&outputsize=full&apikey=x").rows
    let (before, after) = (Double(rows["2020-08-28"]!["4. close"]!)!, Double(rows["2020-08-31"]!["4. close"]!)!)
    #expect(rows["2020-08-31"]?["8. split coefficient"] == "4.0")
    #expect((2.5...6.5).contains(before / after))
  }

  @Test func `sends the same rows as CSV`() async throws {
    let rows = try await series("function=TIME_SERIES_DAILY_ADJUSTED&symbol=IBM&apikey=x").rows
    let lines = try await night.text(alphaVantage("function=TIME_SERIES_DAILY_ADJUSTED&symbol=IBM&apikey=x&datatype=csv"))
      .components(separatedBy: "\r\n")
    #expect(lines[0] == "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient")
    #expect(lines.count == 102 && lines[101].isEmpty)
    let fields = lines[1].components(separatedBy: ",")
    #expect(fields[0] == "2024-05-31" && fields[5] == rows["2024-05-31"]?["5. adjusted close"])
    #expect(
      try await night.text(alphaVantage("function=TIME_SERIES_DAILY&symbol=IBM&apikey=x&datatype=csv")).hasPrefix(
        "timestamp,open,high,low,close,volume\r\n2024-05-31,"))
  }

  @Test func `shows an open session in part and none before it opens`() async throws {
    let request = alphaVantage("function=TIME_SERIES_DAILY&symbol=IBM&apikey=x")
    func last(_ instant: String) async throws -> Series {
      try decode(try await night.answer(request, at: Instant(iso8601: instant)!))
    }
    #expect(try await last("2024-05-31T13:30:00Z").meta["3. Last Refreshed"] == "2024-05-30")
    let open = try #require(try await last("2024-05-31T17:00:00Z").rows["2024-05-31"])
    let done = try #require(try await last("2024-05-31T20:00:00Z").rows["2024-05-31"])
    #expect(Int(open["5. volume"]!)! < Int(done["5. volume"]!)!)
    #expect(open["1. open"] == done["1. open"])
  }

  @Test(arguments: [
    ("function=TIME_SERIES_DAILY&symbol=NOPE", "Error Message", "Invalid API call. Please retry or visit"),
    ("function=TIME_SERIES_DAILY", "Error Message", "Invalid API call. Please retry or visit"),
    ("function=TIME_SERIES_DAILY&symbol=IBM&outputsize=big", "Error Message", "Invalid API call."),
    ("function=NOTHING\"&symbol=IBM", "Error Message", "This API function (NOTHING) does not exist."),
  ])
  func `refuses with status 200`(query: String, key: String, beginning: String) async throws {
    let answer = try await night.answer(alphaVantage(query + "&apikey=x"))
    #expect(answer.status == 200)
    #expect(try JSONDecoder().decode([String: String].self, from: Data(answer.body))[key]?.hasPrefix(beginning) == true)
  }

  @Test(arguments: [
    ("function=TIME_SERIES_DAILY_ADJUSTED&symbol=IBM", true), ("function=TIME_SERIES_DAILY&symbol=IBM&outputsize=full", true),
    ("function=TIME_SERIES_DAILY&symbol=IBM", false),
  ])
  func `keeps premium functions from a free key`(query: String, isRefused: Bool) async throws {
    var free = night
    free.alphaVantagePlan = .free
    #expect(try await free.text(alphaVantage(query + "&apikey=x")).contains("This is a premium endpoint") == isRefused)
  }

  private struct Series: Decodable {
    let meta: [String: String]
    let rows: [String: [String: String]]

    enum CodingKeys: String, CodingKey {
      case meta = "Meta Data"
      case rows = "Time Series (Daily)"
    }
  }

  private func series(_ query: String) async throws -> Series { try decode(try await night.answer(alphaVantage(query))) }

  private func decode(_ answer: Answer) throws -> Series { try JSONDecoder().decode(Series.self, from: Data(answer.body)) }
}
