import Foundation
import MarketData
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `Recorded bodies` {
  private let night = configuration("2018-11-10", recorded: fixture("recorded"))

  @Test func `go out as they stand in the file, as far as they had closed`() async throws {
    let file = try String(contentsOfFile: fixture("recorded/binance/klines-1d/AAAUSDT.json"), encoding: .utf8)
    let rows = file.split(separator: "\n").dropFirst().dropLast().map { $0.hasSuffix(",") ? $0.dropLast() : $0 }
    let text = try await night.text(binance("klines", "symbol=AAAUSDT&interval=1d&startTime=0&limit=1000"))
    #expect(text == "[" + rows.prefix(8).joined(separator: ",") + "]")
    let early = configuration("2018-11-03", recorded: fixture("recorded"))
    #expect(try await early.klines("symbol=AAAUSDT&interval=1d").map(\.open) == ["100.10000000", "101.10000000"])
  }

  @Test func `are paged like the provider's`() async throws {
    var (opens, next): ([String], Int64) = ([], 0)
    while let page = try? await night.klines("symbol=AAAUSDT&interval=1d&startTime=\(next)&limit=3"), let last = page.last {
      opens += page.map(\.open)
      next = last.openTime + 1
    }
    #expect(opens.map { $0.prefix(3) } == ["100", "101", "102", "103", "105", "106", "107", "108"])
    #expect(
      try await night.klines("symbol=AAAUSDT&interval=1d&endTime=1541203200000&limit=2").map(\.open).map { $0.prefix(3) } == ["101", "102"])
  }

  @Test func `keep bars off the grid and bars that an outage cut short`() async throws {
    let noon = configuration("2018-11-02T05:00:00Z", recorded: fixture("recorded"))
    let rows = try await noon.klines("symbol=AAAUSDT&interval=1h")
    #expect(rows.map(\.openTime) == [1_541_116_800_000, 1_541_120_400_000, 1_541_128_294_789])
    #expect(rows[1].closeTime == 1_541_121_634_567)
  }

  @Test func `give the recent folder only to a symbol without another file`() async throws {
    #expect(try await night.klines("symbol=AAAUSDT&interval=1d&limit=1000").first?.open == "100.10000000")
    #expect(try await night.klines("symbol=BBBUSDT&interval=1d").count == 3)
  }

  @Test func `give the provider's answer for what is not there`() async throws {
    #expect(try await night.text(binance("klines", "symbol=BBBUSDT&interval=1h")) == "[]")
    #expect(try await night.text(binance("klines", "symbol=CCCUSDT&interval=1h")) == #"{"code":-1121,"msg":"Invalid symbol."}"#)
    #expect(try await night.text(alphaVantage("function=TIME_SERIES_DAILY&symbol=NOPE&apikey=x")).contains("Invalid API call."))
  }

  @Test func `name the file that cannot be read`() async throws {
    let answer = try await night.answer(binance("klines", "symbol=BADUSDT&interval=1d"))
    #expect(answer.status == 500)
    let text = String(decoding: answer.body, as: UTF8.self)
    #expect(text == #"{"code":-1000,"msg":"sandbox: binance/klines-1d/BADUSDT.json: row 2 does not end"}"#)
  }

  @Test func `state the recorded exchange with the sandbox's time`() async throws {
    let text = try await night.text(binance("exchangeInfo", "symbol=AAAUSDT"))
    #expect(text.contains("\"serverTime\":1541808000000"))
    #expect(text.contains(#"{"symbol":"AAAUSDT","status":"TRADING","baseAsset":"AAA","odd":"} ]","filters":[{"#))
    #expect(!text.contains("OLDUSDT"))
    #expect(try await night.text(binance("exchangeInfo", "symbolStatus=BREAK")).contains("OLDUSDT"))
  }

  @Test func `derive the day's ticker from the candles`() async throws {
    let text = try await night.text(binance("ticker/24hr", "symbol=AAAUSDT"))
    #expect(text.contains(#""lastPrice":"108.20000000""#) && text.contains(#""openPrice":"108.10000000""#))
    #expect(text.contains(#""prevClosePrice":"107.20000000""#))
  }

  @Test func `serve the sessions that had closed, from JSON before CSV`() async throws {
    let query = "symbol=ABC&outputsize=full&apikey=x"
    let text = try await night.text(alphaVantage("function=TIME_SERIES_DAILY_ADJUSTED&" + query))
    #expect(text.contains(#""3. Last Refreshed": "2018-11-09""#))
    let file = try String(contentsOfFile: fixture("recorded/alphavantage/daily-adjusted/ABC.json"), encoding: .utf8)
    let entries = file[file.range(of: "\"2018-11-09\": {")!.lowerBound...]
    #expect(text.hasSuffix(entries))
    let plain = try await night.text(alphaVantage("function=TIME_SERIES_DAILY&" + query))
    #expect(plain.contains("\"4. close\": \"102.75\",\n            \"5. volume\": \"1002\"\n        }"))
    let afternoon = configuration("2018-11-09T20:59:59Z", recorded: fixture("recorded"))
    #expect(try await afternoon.text(alphaVantage("function=TIME_SERIES_DAILY&" + query)).contains(#""3. Last Refreshed": "2018-11-08""#))
  }

  @Test func `cut the plain series from a CSV body`() async throws {
    let text = try await night.text(alphaVantage("function=TIME_SERIES_DAILY&symbol=XYZ&datatype=csv&apikey=x"))
    #expect(
      text == "timestamp,open,high,low,close,volume\r\n2018-11-09,12.5,12,9.25,11.5,2002\r\n2018-11-08,13.5,12,9.25,11.5,2003\r\n"
        + "2018-11-07,14.5,12,9.25,11.5,2004\r\n")
  }

  @Test func `must stand in a folder that holds a provider`() {
    #expect(throws: SandboxError.noRecordedBodies(directory: fixture("nowhere"))) { try RecordedFolder(fixture("nowhere")) }
  }

  @Test(arguments: ["", "[", "[[1,2]]", "[[1,\"2\",3,4,5,6,7,8,9,10,11,12]", "{}", "[] x", "[[a,2,3,4,5,6,7,8,9,10,11,12]]"])
  func `are refused when they are no array of rows`(text: String) {
    var rows = RecordedKlines(interval: .day1)
    #expect(throws: RecordedDefect.self) { try rows.add(Array(text.utf8), file: "x.json") }
  }
}
