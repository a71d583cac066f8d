import JobGraph
import MarketData
import Scheduling
import Storage
import Testing

@Suite struct `Candles leave the warehouse` {
  @Test func `of every series that has one, followed or not, in order`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let keys = try ["ZZZ", "AAA", "MMM"].flatMap { name in
      try ["yahoo", "binance"].flatMap { source in
        try [Interval.hour1, .day1].map { SeriesKey(source: source, symbol: try Symbol(name), interval: $0) }
      }
    }
    try await warehouse.write { transaction in
      for key in keys { _ = try transaction.upsert([candle(day: 2, close: 2), candle(day: 1, close: 1)], of: key, seenAt: date(9)) }
      try transaction.extendWatermark(of: keys[0], from: date(0), until: date(3), askedAt: date(3))
    }
    #expect(try await warehouse.read { try $0.storedSeriesKeys() } == keys.sorted())
    let days = try await warehouse.read { reader in
      var found: [Instant] = []
      try reader.forEachCandle(of: keys[3]) { found.append($0.openTime) }
      return found
    }
    #expect(days == [date(1), date(2)])
  }

  @Test func `and none when nothing is stored`() async throws {
    #expect(try await Warehouse(inMemory: ()).read { try $0.storedSeriesKeys() } == [])
  }

  @Test func `and come back from a file without losing what a file does not tell`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let key = SeriesKey(source: "binance", symbol: try Symbol("BTCUSDT"), interval: .day1)
    let bare = try [(1, 10.0), (2, 21.0)].map { day, close in
      try Candle(
        openTime: date(day), closeTime: date(day + 1) - .milliseconds(1), open: close, high: close + 1, low: close / 2, close: close,
        volume: 5)
    }
    _ = try await warehouse.write { try $0.upsert([candle(day: 1, close: 10), candle(day: 2, close: 20)], of: key, seenAt: date(3)) }
    let changes = try await warehouse.write { try $0.upsert(bare, of: key, seenAt: date(4), barsOnly: true) }
    #expect((changes.new, changes.restated, changes.unchanged) == (0, 1, 1))
    let trading = try await warehouse.read { reader in
      var found: [Candle.Trading?] = []
      try reader.forEachCandle(of: key) { found.append($0.trading) }
      return found
    }
    #expect(trading == [try candle(day: 1, close: 10).trading, nil])
  }
}
