import JobGraph
import MarketData
import Scheduling
import Storage
import Testing

@Suite struct `The warehouse keeps candles` {
  let key = try! SeriesKey(source: "binance", symbol: Symbol("BTCUSDT"), interval: .day1)

  @Test func `by their natural key: writing twice equals writing once`() async throws {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    let candles = try (0..<10).map { try candle(day: $0, close: 100 + Double($0)) }
    let first = try await warehouse.write { try $0.upsert(candles, of: key, seenAt: date(20)) }
    let second = try await warehouse.write { try $0.upsert(candles, of: key, seenAt: date(21)) }
    #expect((first.new, first.unchanged, second.new, second.unchanged, second.restated) == (10, 0, 0, 10, 0))
    let series = try await warehouse.read { try $0.series(key, closedBy: date(30)) }
    #expect(series.close == (0..<10).map { 100 + Double($0) })
  }

  @Test func `and the old value of one that was restated`() async throws {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    _ = try await warehouse.write { try $0.upsert([candle(day: 1, close: 100)], of: key, seenAt: date(2)) }
    let changes = try await warehouse.write { try $0.upsert([candle(day: 1, close: 101)], of: key, seenAt: date(3)) }
    #expect(changes.restated == 1)
    let (close, restated) = try await warehouse.read {
      (try $0.series(key, closedBy: date(9)).close, try $0.restatements(at: date(3)).filter { $0.field == "close" })
    }
    #expect(close == [101] && restated.map(\.openTime) == [date(1)] && restated.map(\.old) == [100] && restated.map(\.new) == [101])
    #expect(try await warehouse.read { try $0.count(of: .candleRevisions) } == 1)
  }

  @Test func `and shows only what had closed by a date, the last ones when asked`() async throws {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    let candles = try (0..<10).map { try candle(day: $0, close: 1 + Double($0)) }
    _ = try await warehouse.write { try $0.upsert(candles, of: key, seenAt: date(20)) }
    #expect(try await warehouse.read { try $0.series(key, closedBy: date(5), last: 2).close } == [4, 5])
    #expect(try await warehouse.read { try $0.series(key, closedBy: date(5) - .milliseconds(1), last: 2).close } == [3, 4])
  }

  @Test(arguments: -1...12) func `and gives the last so many of a series as the end of all of it, in every column`(count: Int) async throws
  {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    let candles = try (0..<10).map { try candle(day: $0, close: 100 + Double($0)) }
    let other = try SeriesKey(source: "binance", symbol: Symbol("BTCUSDC"), interval: .day1)
    try await warehouse.write {
      _ = try $0.upsert(candles.reversed(), of: key, seenAt: date(20))
      _ = try $0.upsert(candles, of: other, seenAt: date(20))
    }
    let (all, last) = try await warehouse.read {
      (try $0.series(key, closedBy: date(9)), try $0.series(key, closedBy: date(9), last: count))
    }
    #expect(all.openTimes == (0..<9).map(date) && all.volume.count == 9 && all.high.allSatisfy { $0 >= 100 })
    let kept = max(0, min(count, 9))
    #expect(last.openTimes == all.openTimes.suffix(kept) && last.open == Array(all.open.suffix(kept)))
    #expect(last.high == Array(all.high.suffix(kept)) && last.low == Array(all.low.suffix(kept)))
    #expect(last.close == Array(all.close.suffix(kept)) && last.volume == Array(all.volume.suffix(kept)))
  }

  @Test func `and rolls all of them back when one thing fails`() async throws {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await warehouse.write { transaction -> Int in
        _ = try transaction.upsert([candle(day: 1, close: 1)], of: key, seenAt: date(2))
        try transaction.extendWatermark(of: key, from: date(0), until: date(2), askedAt: date(2))
        throw Stop()
      }
    }
    #expect(try await warehouse.read { try $0.count(of: .candles) } == 0)
    #expect(try await warehouse.read { try $0.watermark(of: key) } == nil)
  }

  @Test func `and never calls a hole between two ranges whole`() async throws {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    func mark(_ from: Int, _ until: Int) async throws -> String {
      try await warehouse.write { try $0.extendWatermark(of: key, from: date(from), until: date(until), askedAt: date(until)) }
      let mark = try #require(try await warehouse.read { try $0.watermark(of: key) })
      return "\(mark.completeFrom.utcDay) \(mark.completeUntil.utcDay)"
    }
    #expect(try await mark(100, 200) == "1970-04-11 1970-07-20")
    #expect(try await mark(10, 50) == "1970-04-11 1970-07-20")
    #expect(try await mark(300, 310) == "1970-10-28 1970-11-07")
  }

  @Test func `and a watermark that only grows`() async throws {
    let (warehouse, key) = (try Warehouse(inMemory: ()), key)
    for (from, until) in [(5, 9), (2, 7), (6, 8)] {
      try await warehouse.write { try $0.extendWatermark(of: key, from: date(from), until: date(until), askedAt: date(until)) }
    }
    #expect(
      try await warehouse.read { try $0.watermark(of: key) } == Watermark(completeFrom: date(2), completeUntil: date(9), askedAt: date(8)))
  }
}

func date(_ day: Int) -> Instant { Instant(milliseconds: Int64(day) * 86_400_000) }

func candle(day: Int, close: Double) throws -> Candle {
  try Candle(
    openTime: date(day), closeTime: date(day + 1) - .milliseconds(1), open: close, high: close + 1, low: close / 2, close: close, volume: 5,
    trading: .init(quoteVolume: 50, trades: 7, takerBuyVolume: 2, takerBuyQuoteVolume: 20))
}
