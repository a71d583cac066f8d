import Foundation
import Scheduling
import Testing

@testable import Sandbox

/// The folder of shared material: named by JOBS_SHARED, or beside the checkout.
private let shared: String? = {
  let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared").path()
  let folder = ProcessInfo.processInfo.environment["JOBS_SHARED"] ?? beside
  return FileManager.default.fileExists(atPath: folder + "/data/binance") ? folder : nil
}()

@Suite(.enabled(if: shared != nil, "the shared data is not there; name its folder with JOBS_SHARED"))
struct `The shared data` {
  @Test(arguments: ["BTCUSDT", "ADAUSDT", "EOSUSDT", "LTCUSDT", "TRXUSDT"])
  func `arrives row by row as it stands in its files`(symbol: String) async throws {
    let folder = try RecordedFolder(try #require(shared) + "/data")
    let night = configuration("2018-11-10", recorded: folder.directory)
    let desk = try Desk(night)
    let file = try #require(folder.klines["1d"]?[symbol]?.first)
    let lines = String(decoding: try folder.bytes(file), as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
    let rows = lines.map { $0.hasSuffix(",") ? String($0.dropLast()) : String($0) }
    let expected = rows.filter { Int64($0.dropFirst().prefix(13))! < night.logicalDate.milliseconds }
    var (served, next): ([String], Int64) = ([], 0)
    while true {
      let answer = await desk.answer(binance("klines", "symbol=\(symbol)&interval=1d&startTime=\(next)&limit=100"), at: night.logicalDate)
      let page = String(decoding: answer.body, as: UTF8.self).dropFirst(2).dropLast(2).split(separator: "],[")
      guard let last = page.last else { break }
      served += page.map { "[\($0)]" }
      next = Int64(last.prefix(13))! + 1
    }
    #expect(served == expected)
    #expect(served.count > 100)
  }

  @Test func `keeps its holes and its bars off the grid`() async throws {
    let year = configuration("2019-01-01", recorded: try #require(shared) + "/data")
    let rows = try await year.klines("symbol=BTCUSDT&interval=1h&startTime=1517990400000&limit=60")
    #expect(rows.contains { $0.openTime == 1_518_168_494_789 })
    let gaps = zip(rows.dropFirst(), rows).filter { $0.openTime - $1.openTime > 3_600_000 }
    #expect(gaps.count == 1)
  }

  @Test(arguments: ["AAPL", "AMD", "CRM", "DIS", "FB", "IBM", "INTC", "JNJ", "JPM", "SPY", "VZ", "WMT"])
  func `serves every stock as of the night`(symbol: String) async throws {
    let night = configuration("2018-11-10", recorded: try #require(shared) + "/data")
    let query = "symbol=\(symbol)&outputsize=full&apikey=k"
    let text = try await night.text(alphaVantage("function=TIME_SERIES_DAILY_ADJUSTED&" + query))
    #expect(text.contains(#""3. Last Refreshed": "2018-11-09""#))
    let body = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let rows = try #require(body["Time Series (Daily)"] as? [String: [String: String]])
    #expect(rows.count > 1000 && rows.keys.max() == "2018-11-09")
    #expect(rows.values.allSatisfy { $0.count == 8 })
    let plain = try await night.text(alphaVantage("function=TIME_SERIES_DAILY&datatype=csv&" + query))
    #expect(plain.components(separatedBy: "\r\n").count == rows.count + 2)
  }

  @Test func `holds New York's sessions as the rules here find them`() async throws {
    let file = try Data(contentsOf: URL(filePath: try #require(shared) + "/cases/nyse-holidays.json"))
    let calendar = try JSONDecoder().decode(Calendar.self, from: file)
    for (year, facts) in calendar.years {
      let closed = Set(facts.holidays.map(\.date))
      var day = try #require(CivilDate("\(year)-01-01"))
      while day.year == Int(year)! {
        let expected = (1...5).contains(day.weekday) && !closed.contains("\(day)")
        #expect(NewYork.isSession(day) == expected, "\(day)")
        day = day.adding(days: 1)
      }
    }
  }

  private struct Calendar: Decodable {
    let years: [String: Year]
    struct Year: Decodable { let holidays: [Holiday] }
    struct Holiday: Decodable { let date: String }
  }
}
