import Foundation
import MarketData
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `A synthetic market` {
  private let night = configuration("2024-06-01")

  @Test(arguments: [("1h", "1d", 24), ("12h", "1d", 2), ("30m", "12h", 24), ("1m", "15m", 15), ("1s", "1m", 60), ("1d", "1w", 7)])
  func `has short bars that add up to the long ones exactly`(short: String, long: String, count: Int) async throws {
    for symbol in ["BTCUSDT", "SHIBUSDT", "DOGEUSDT", "SYN019USDT"] {
      let longs = try await night.klines("symbol=\(symbol)&interval=\(long)&limit=9").dropLast()
      let window = "startTime=\(longs[0].openTime)&endTime=\(longs.last!.closeTime)"
      let shorts = try await night.klines("symbol=\(symbol)&interval=\(short)&\(window)&limit=1000")
      for bar in longs {
        let parts = shorts.filter { (bar.openTime...bar.closeTime).contains($0.openTime) }
        #expect((1...count).contains(parts.count))
        #expect(parts.first?.open == bar.open && parts.last?.close == bar.close, "\(symbol) \(bar.openTime)")
        #expect(parts.map { $0.value(\.high) }.max() == bar.value(\.high))
        #expect(parts.map { $0.value(\.low) }.min() == bar.value(\.low))
        #expect(parts.reduce(0) { $0 + $1.value(\.volume) } == bar.value(\.volume))
        #expect(parts.reduce(0) { $0 + $1.trades } == bar.trades)
      }
    }
  }

  @Test func `adds quote volume up from hours to days`() async throws {
    let day = try await night.klines("symbol=ETHUSDT&interval=1d&endTime=1717113600000&limit=1")[0]
    let hours = try await night.klines("symbol=ETHUSDT&interval=1h&startTime=\(day.openTime)&endTime=\(day.closeTime)")
    #expect(hours.count == 24)
    #expect(hours.reduce(0) { $0 + $1.value(\.quoteVolume) } == day.value(\.quoteVolume))
    #expect(hours.reduce(0) { $0 + $1.value(\.takerQuoteVolume) } == day.value(\.takerQuoteVolume))
  }

  @Test(arguments: ["BTCUSDT", "SHIBUSDT", "PEPEUSDT", "TRXUSDT", "WINUSDT", "YFIUSDT", "BTTUSDT", "ORDIUSDT", "SYN000USDT", "SYN999USDT"])
  func `has only valid candles`(symbol: String) async throws {
    for interval in ["1d", "1h"] {
      for row in try await night.klines("symbol=\(symbol)&interval=\(interval)&limit=1000") {
        _ = try Candle(
          openTime: Instant(milliseconds: row.openTime), closeTime: Instant(milliseconds: row.closeTime), open: Double(row.open)!,
          high: Double(row.high)!, low: Double(row.low)!, close: Double(row.close)!, volume: Double(row.volume)!)
        #expect(row.value(\.takerVolume) <= row.value(\.volume))
        let mean = row.value(\.quoteVolume) / max(row.value(\.volume), 0.00000001)
        #expect(row.value(\.volume) == 0 || (mean >= row.value(\.low) * 0.999 && mean <= row.value(\.high) * 1.001), "\(symbol) \(row)")
      }
    }
  }

  @Test func `is the same at every date and in every process, and another for another seed`() async throws {
    let query = "symbol=ADAUSDT&interval=1h&startTime=1600000000000&limit=700"
    let rows = try await night.text(binance("klines", query))
    #expect(try await configuration("2023-01-17T05:30:00Z").text(binance("klines", query)) == rows)
    var other = night
    other.data = .synthetic(seed: 2)
    #expect(try await other.text(binance("klines", query)) != rows)
  }

  @Test(arguments: ["1h", "1d", "3d", "15m", "1w", "1M"])
  func `gives the same bars page by page as at once`(interval: String) async throws {
    let start: Int64 = interval == "15m" ? 1_716_000_000_000 : interval == "1h" ? 1_714_000_000_000 : 1_640_000_000_000
    let query = "symbol=LINKUSDT&interval=\(interval)"
    let whole = try await night.klines(query + "&startTime=\(start)&limit=1000")
    var (pages, next): ([Kline], Int64) = ([], start)
    while true {
      let page = try await night.klines(query + "&startTime=\(next)&limit=77")
      guard let last = page.last else { break }
      pages += page
      next = last.openTime + 1
    }
    #expect(pages.count > 20)
    #expect(Array(pages.prefix(1000)) == whole)
    let latest = try await night.klines(query + "&endTime=\(pages[19].openTime)&limit=7")
    #expect(latest == Array(pages[13...19]))
  }

  @Test func `shows the bar that is open in part, within the bar that it becomes`() async throws {
    let noon = Instant(iso8601: "2024-05-31T12:20:00Z")!
    for interval in ["1d", "1h", "1w"] {
      let open = try await night.klines("symbol=BTCUSDT&interval=\(interval)&limit=1", at: noon)[0]
      let done = try await night.klines("symbol=BTCUSDT&interval=\(interval)&startTime=\(open.openTime)&limit=1", at: noon + .days(9))[0]
      #expect(open.closeTime >= noon.milliseconds && open.closeTime == done.closeTime)
      #expect(open.open == done.open)
      #expect(open.value(\.volume) < done.value(\.volume))
      #expect(open.value(\.high) <= done.value(\.high) && open.value(\.low) >= done.value(\.low))
    }
  }

  @Test func `begins at the listing and ends with a delisting`() async throws {
    let first = try await night.klines("symbol=ARBUSDT&interval=1d&startTime=0&limit=1")[0]
    #expect(Instant(milliseconds: first.openTime).description == "2023-03-01T00:00:00Z")
    #expect(try await night.klines("symbol=ARBUSDT&interval=1d&endTime=\(first.openTime - 1)") == [])
    let last = try await night.klines("symbol=BTTUSDT&interval=1d&limit=1")[0]
    #expect(Instant(milliseconds: last.openTime).description == "2022-01-18T00:00:00Z")
    #expect(try await night.text(binance("ticker/24hr", "symbol=BTTUSDT")).contains("\"firstId\":-1,\"lastId\":-1,\"count\":0"))
  }

  @Test func `has outages, bars off the grid, spikes of volume and restless times`() async throws {
    let market = SyntheticCryptoMarket(seed: 1, listedGeneratedSymbols: 0)
    let path = try await market.path(of: "DOGEUSDT", now: Instant(iso8601: "2024-06-01")!)
    let steady = try await market.path(of: "ETHUSDT", now: Instant(iso8601: "2024-06-01")!)
    var bars = CryptoBars(path: steady, interval: .hour1, range: 0 ... .max / 2, now: .max / 2, limit: .max)
    let hours = bars.oldest()
    #expect(hours.count < steady.days.count * 24)
    #expect(hours.contains { $0.openTime % 3_600_000 != 0 })
    let missing = (path.listing.firstDay..<(path.listing.firstDay + path.days.count)).filter(path.isMissing)
    #expect(path.listing.hasOutages == false || !missing.isEmpty)
    let changes = zip(steady.days.dropFirst(), steady.days).map { abs(log(Double($0.close) / Double($1.close))) }
    let monthly = stride(from: 0, to: changes.count - 30, by: 30).map { changes[$0..<($0 + 30)].reduce(0, +) / 30 }
    #expect(monthly.max()! > 3 * monthly.min()!)
    var room: [Bar] = []
    let volumes = steady.days.map { Double(steady.weighed($0, &room).quoteVolume) }.sorted()
    #expect(volumes[volumes.count - 1] > 5 * volumes[volumes.count / 2])
  }
}
