import Foundation
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `Binance's stand-in` {
  private let night = configuration("2024-06-01")

  @Test(arguments: [
    ("klines", "interval=1h", -1102), ("klines", "symbol=BTCUSDT", -1102), ("klines", "symbol=&interval=1h", -1105),
    ("klines", "symbol=btcusdt&interval=1h", -1100), ("klines", "symbol=BTC%20USDT&interval=1h", -1100),
    ("klines", "symbol=NOTUSDTX&interval=1h", -1121), ("klines", "symbol=BTCUSDT&interval=1H", -1120),
    ("klines", "symbol=BTCUSDT&interval=1h&foo=1", -1104), ("klines", "symbol=BTCUSDT&symbol=BTCUSDT&interval=1h", -1101),
    ("klines", "symbol=BTCUSDT&interval=1h&limit=0", -1130), ("klines", "symbol=BTCUSDT&interval=1h&limit=ten", -1100),
    ("klines", "symbol=BTCUSDT&interval=1h&startTime=-5", -1100), ("klines", "symbol=BTCUSDT&interval=1h&timeZone=8", -1130),
    ("klines", "symbol=BTCUSDT&interval=1h&endTime=99999999999999999999", -1130), ("ping", "a=1", -1104),
    ("exchangeInfo", "symbol=NOTUSDTX", -1121), ("exchangeInfo", "symbols=BTCUSDT", -1100),
    ("exchangeInfo", "symbols=[\"BTCUSDT\",\"BTCUSDT\"]", -1151), ("exchangeInfo", "symbol=BTCUSDT&symbols=[\"BTCUSDT\"]", -1128),
    ("exchangeInfo", "symbolStatus=OPEN", -1122), ("ticker/24hr", "symbol=BTCUSDT&type=HUGE", -1139), ("depth", "limit=5", -1102),
  ])
  func `refuses with the provider's code`(path: String, query: String, code: Int) async throws {
    let answer = try await night.answer(binance(path, query))
    #expect(answer.status == 400)
    let body = try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
    #expect(body["code"] as? Int == code)
    #expect((body["msg"] as? String)?.isEmpty == false)
  }

  @Test func `says what an unknown path and an unknown symbol are`() async throws {
    #expect(try await night.answer(binance("nothing")).status == 404)
    #expect(
      try await night.text(binance("klines", "symbol=NOTUSDTX&interval=1h")) == #"{"code":-1121,"msg":"Invalid symbol."}"#)
  }

  @Test func `takes both ends of a window, and a larger limit as a thousand`() async throws {
    let hour: Int64 = 3_600_000
    let (start, end): (Int64, Int64) = (1_700_002_800_000, 1_700_002_800_000 + 5 * 3_600_000)
    let base = "symbol=BTCUSDT&interval=1h"
    let both = try await night.klines("\(base)&startTime=\(start)&endTime=\(end)")
    #expect(both.map(\.openTime) == (0...5).map { start + $0 * hour })
    #expect(
      try await night.klines("\(base)&startTime=\(start + 1)&endTime=\(end - 1)").map(\.openTime) == (1...4).map { start + $0 * hour })
    #expect(try await night.klines("\(base)&startTime=\(start)&limit=2").map(\.openTime) == [start, start + hour])
    #expect(try await night.klines("\(base)&endTime=\(end)&limit=2").map(\.openTime) == [end - hour, end])
    #expect(try await night.klines("\(base)&startTime=\(start)000&endTime=\(end)000") == both)
    #expect(try await night.klines("\(base)&startTime=\(end)&endTime=\(start)") == [])
    #expect(try await night.klines("\(base)&limit=5000").count == 1000)
    #expect(try await night.klines(base).count == 500)
    #expect(try await night.klines(base).last?.openTime == night.logicalDate.milliseconds)
  }

  @Test func `writes prices and quantities with eight decimals`() async throws {
    for row in try await night.klines("symbol=SHIBUSDT&interval=1m&limit=50") {
      for text in [row.open, row.high, row.low, row.close, row.volume, row.quoteVolume, row.takerVolume, row.takerQuoteVolume] {
        #expect(text.wholeMatch(of: /[0-9]+\.[0-9]{8}/) != nil)
      }
    }
  }

  @Test func `states its limits and its symbols in exchangeInfo`() async throws {
    var limited = night
    limited.requestWeightPerMinute = 1200
    limited.listedGeneratedSymbols = 3
    let info = try JSONDecoder().decode(Info.self, from: Data(try await limited.answer(binance("exchangeInfo")).body))
    #expect(info.serverTime == limited.logicalDate.milliseconds)
    #expect(info.rateLimits.first { $0.rateLimitType == "REQUEST_WEIGHT" }?.limit == 1200)
    #expect(info.symbols.count == CryptoListing.known.count + 3)
    #expect(info.symbols.count >= 120)
    #expect(info.symbols.first { $0.symbol == "BTTUSDT" }?.status == "BREAK")
    let shib = try #require(info.symbols.first { $0.symbol == "SHIBUSDT" })
    #expect(shib.filters.first { $0.filterType == "PRICE_FILTER" }?.tickSize == "0.00000001")
    let two = try await limited.answer(binance("exchangeInfo", "symbols=[\"ETHUSDT\",\"SYN777USDT\"]"))
    #expect(try JSONDecoder().decode(Info.self, from: Data(two.body)).symbols.map(\.symbol) == ["ETHUSDT", "SYN777USDT"])
  }

  @Test func `gives one ticker as an object and several as an array`() async throws {
    let one = try JSONDecoder().decode(
      [String: Loose].self, from: Data(try await night.answer(binance("ticker/24hr", "symbol=BTCUSDT")).body))
    #expect(one.count == 21)
    let list = try await night.answer(binance("ticker/24hr", "symbols=[\"BTCUSDT\"]&type=MINI"))
    let mini = try JSONDecoder().decode([[String: Loose]].self, from: Data(list.body))
    #expect(mini.count == 1 && mini[0].count == 12)
    #expect(mini[0]["lastPrice"] == one["lastPrice"])
    let last = try await night.klines("symbol=BTCUSDT&interval=1h&limit=1")[0]
    #expect(one["lastPrice"] == .text(last.close))
    #expect(
      try await night.text(binance("ticker/price", "symbol=BTCUSDT")) == "{\"symbol\":\"BTCUSDT\",\"price\":\"\(last.close)\"}")
  }

  @Test(arguments: [
    ("ping", "", 1), ("time", "", 1), ("exchangeInfo", "", 20), ("klines", "symbol=BTCUSDT&interval=1h&limit=1000", 2),
    ("ticker/24hr", "symbol=BTCUSDT", 2), ("ticker/24hr", "", 80), ("ticker/price", "symbol=BTCUSDT", 2), ("ticker/price", "", 4),
    ("depth", "symbol=BTCUSDT", 5), ("depth", "symbol=BTCUSDT&limit=500", 25), ("depth", "symbol=BTCUSDT&limit=5000", 250),
  ])
  func `weighs requests by the table`(path: String, query: String, weight: Int) {
    #expect(BinanceEndpoint.weight(of: binance(path, query)) == weight)
  }

  private struct Info: Decodable {
    let serverTime: Int64
    let rateLimits: [Limit]
    let symbols: [Listed]
    struct Limit: Decodable {
      let rateLimitType: String
      let limit: Int
    }
    struct Listed: Decodable {
      let symbol, status: String
      let filters: [Filter]
    }
    struct Filter: Decodable {
      let filterType: String
      let tickSize: String?
    }
  }

  private enum Loose: Decodable, Equatable {
    case text(String)
    case number(Int64)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      // Either a text or a number: the second attempt reports what is neither.
      if let text = try? value.decode(String.self) { self = .text(text) } else { self = .number(try value.decode(Int64.self)) }
    }
  }
}
