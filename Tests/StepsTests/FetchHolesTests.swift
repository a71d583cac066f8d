import Foundation
import JobGraph
import MarketData
import Providers
import Running
import Scheduling
import Steps
import Storage
import Testing

@Suite struct `Holes in a fetched series` {
  private let key = SeriesKey(source: "gappy", symbol: try! Symbol("BTCUSDT"), interval: .day1)

  private func fetch(_ desk: Bench, _ market: GappyMarket, night: Int, calendar: SessionCalendar = .always) async throws -> RunState {
    let warehouse = desk.warehouse
    return try await desk.run(
      "memory.candles", ["symbol": "BTCUSDT", "interval": "1d"], with: [.init("history", .string("all"))], at: day(night)
    ) { _ in FetchCandles(from: market, calendar: calendar, into: warehouse, reread: { _ in nil }) }
  }

  private func holes(_ desk: Bench) async throws -> [String] {
    try await desk.warehouse.read { [key] in try $0.holes(of: key) }.map { hole in
      let days = { (instant: Instant) in instant.milliseconds / 86_400_000 }
      return "\(days(hole.range.lowerBound))..<\(days(hole.range.upperBound)) found \(days(hole.foundAt)), \(hole.asks) asks, "
        + "next \(days(hole.nextAskAt))"
    }
  }

  @Test func `are kept, asked for again after 1, 2, 4 … days, and no more than that`() async throws {
    let desk = try Bench()
    let market = GappyMarket(missing: [40, 41, 100])
    for night in 300...330 { #expect(try await fetch(desk, market, night: night).result == .succeeded) }
    #expect(try await holes(desk) == ["40..<42 found 300, 4 asks, next 331", "100..<101 found 300, 4 asks, next 331"])
    // Both lie within one request; the nights in between ask for the last bars only.
    #expect(market.asked.filter { $0 == "40..<101" }.count == 4)
    #expect(market.asked.count == 31 + 4)
    #expect(market.asked.prefix(3) == ["0..<300", "297..<301", "40..<101"])
  }

  @Test func `are not asked for twice for one logical date`() async throws {
    let desk = try Bench()
    let market = GappyMarket(missing: [40])
    for night in [300, 301, 301, 301] { _ = try await fetch(desk, market, night: night) }
    #expect(market.asked == ["0..<300", "297..<301", "40..<41"])
  }

  @Test func `heal when the source fills them later, in part and whole, and the watermark stays`() async throws {
    let desk = try Bench()
    let market = GappyMarket(missing: [40, 41, 42])
    _ = try await fetch(desk, market, night: 300)
    market.fill(41)
    _ = try await fetch(desk, market, night: 301)
    #expect(try await holes(desk) == ["40..<41 found 300, 1 asks, next 303", "42..<43 found 300, 1 asks, next 303"])
    market.fill(40)
    market.fill(42)
    for night in 302...303 { _ = try await fetch(desk, market, night: night) }
    #expect(try await holes(desk) == [])
    let (count, end) = try await desk.warehouse.read { [key] in
      (try $0.series(key, closedBy: day(400)).count, try $0.watermark(of: key)?.completeUntil)
    }
    #expect(count == 303)
    #expect(end == day(303))
  }

  @Test func `of the last nights are found between what was stored and what came`() async throws {
    let desk = try Bench()
    let market = GappyMarket(missing: [300, 301])
    for night in 300...304 { _ = try await fetch(desk, market, night: night) }
    // Day 302 arrived in the night of 303, and showed that something is missing before it.
    #expect(try await holes(desk) == ["300..<302 found 303, 1 asks, next 306"])
  }

  @Test func `spend ten requests a night at most; the rest waits`() async throws {
    let desk = try Bench()
    // A thousand days apart: no two of them share a request.
    let market = GappyMarket(missing: Set((1...14).map { $0 * 1100 }))
    for night in 16_000...16_002 { _ = try await fetch(desk, market, night: night) }
    // Each of them is a day wide; the nights themselves ask for three and four.
    let short = market.asked.filter { range in
      let ends = range.split(separator: "..<").compactMap { Int($0) }
      return ends.count == 2 && ends[1] - ends[0] == 1
    }
    #expect(short.count == 14)
    #expect(try await holes(desk).count { $0.contains(", 1 asks") } == 14)
  }

  @Test func `are nobody's business in a market with sessions`() async throws {
    let desk = try Bench()
    let market = GappyMarket(missing: [40])
    _ = try await fetch(desk, market, night: 300, calendar: .xnys)
    #expect(try await holes(desk) == [])
  }
}

/// Daily bars from day 0 on, without some; it can end a request where it was asked to.
final class GappyMarket: CandleProvider {
  let name = "gappy"
  let intervals: Set<Interval> = [.day1]
  private let lock = NSLock()
  nonisolated(unsafe) private var missing: Set<Int>
  nonisolated(unsafe) private var log: [String] = []

  init(missing: Set<Int>) { self.missing = missing }

  var asked: [String] { lock.withLock { log } }
  func fill(_ day: Int) { lock.withLock { _ = missing.remove(day) } }

  func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    try await candles(symbol, interval, in: from..<logicalDate, until: logicalDate, latest: latest, each: page)
  }

  func candles(
    _ symbol: Symbol, _ interval: Interval, in range: Range<Instant>, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    let days = Int(range.lowerBound.milliseconds / 86_400_000)..<Int(range.upperBound.milliseconds / 86_400_000)
    let missing = lock.withLock {
      log.append("\(days)")
      return self.missing
    }
    var answer = CandlePage()
    answer.responseHash = "\(days)"
    answer.candles = try days.filter { !missing.contains($0) }.map { number in
      try Candle(openTime: day(number), closeTime: day(number + 1) - .milliseconds(1), open: 1, high: 1, low: 1, close: 1, volume: 1)
    }
    guard let first = answer.candles.first, let last = answer.candles.last else { return }
    (answer.firstOpenTime, answer.lastOpenTime) = (first.openTime, last.openTime)
    try await page(answer)
  }
}
