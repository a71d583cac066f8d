import Foundation
import GRDB
import MarketData
import Scheduling
import Testing

@testable import Storage

@Suite struct `Pruning` {
  private let key = SeriesKey(source: "binance", symbol: try! Symbol("BTCUSDT"), interval: .minute1)

  /// Candles of a minute: the price rises by one a minute from 100, the volume is 1.
  private func minutes(_ range: Range<Int>, trades: Int? = 2) throws -> [Candle] {
    try range.map { minute in
      let (price, open) = (100 + Double(minute), Instant(milliseconds: Int64(minute) * 60_000))
      return try Candle(
        openTime: open, closeTime: open + .milliseconds(59_999), open: price, high: price + 2, low: price - 1, close: price + 1, volume: 1,
        trading: trades.map { .init(quoteVolume: price, trades: $0, takerBuyVolume: 0.5, takerBuyQuoteVolume: price / 2) })
    }
  }

  private func warehouse(_ candles: [Candle], _ key: SeriesKey? = nil) async throws -> Warehouse {
    let warehouse = try Warehouse(inMemory: ())
    let key = key ?? self.key
    try await warehouse.write {
      _ = try $0.upsert(candles, of: key, seenAt: date(9))
      try $0.extendWatermark(of: key, from: candles[0].openTime, until: candles.last!.closeTime, askedAt: date(9))
    }
    return warehouse
  }

  private func rows(_ warehouse: Warehouse, _ sql: String) async throws -> [String] {
    try await warehouse.read { reader in
      try Row.fetchAll(reader.database, sql: sql).map { row in
        row.databaseValues.map { String.fromDatabaseValue($0) ?? "\($0)" }.joined(separator: " ")
      }
    }
  }

  @Test func `forgets old rows of every table that a rule may name`() async throws {
    let warehouse = try await warehouse(minutes(0..<2))
    let names = Dictionary(uniqueKeysWithValues: RetainedTable.allCases.map { ($0, RetentionRules.Kept(age: .days(1))) })
    let report = try await warehouse.prune(by: RetentionRules(tables: names), at: date(9))
    #expect(report.rows.map(\.table) == RetainedTable.allCases.map(\.rawValue).sorted())
  }

  @Test func `goes through a table once, batch by batch, and leaves what is young between the old`() async throws {
    let warehouse = try await warehouse(minutes(0..<2))
    // Old and new by turns, 12,000 old ones: more than two batches.
    try await warehouse.write {
      try $0.database.execute(
        sql: """
          WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 23999)
          INSERT INTO indicator_values SELECT 'binance', 'S' || i, '1d', CASE i % 2 WHEN 0 THEN 0 ELSE \(date(8).milliseconds) END, 'rsi', 50.0 FROM n
          """)
      try $0.database.execute(
        sql: """
          INSERT INTO depth_snapshots (source, symbol, logical_date, last_update_id, response_hash) VALUES
            ('binance', 'A', 0, 1, 'h'), ('binance', 'A', \(date(8).milliseconds), 2, 'h');
          INSERT INTO depth_levels (source, symbol, logical_date, side, level, price, quantity)
            SELECT source, symbol, logical_date, 'bid', 1, 1, 1 FROM depth_snapshots
          """)
    }
    let rules = RetentionRules(tables: [.indicatorValues: .init(age: .days(2)), .depthSnapshots: .init(age: .days(2))])
    let report = try await warehouse.prune(by: rules, at: date(9))
    #expect(report.rows.map(\.rows) == [1, 12_000])
    #expect(try await rows(warehouse, "SELECT count(*), min(open_time) FROM indicator_values") == ["12000 \(date(8).milliseconds)"])
    #expect(try await rows(warehouse, "SELECT logical_date FROM depth_levels") == ["\(date(8).milliseconds)"])
  }

  @Test func `rolls minutes into hours and days before it forgets them, whole days only`() async throws {
    // Three days and two hours; the first day lacks ten minutes.
    let warehouse = try await warehouse(minutes(0..<90) + minutes(100..<(3 * 1440 + 120)))
    let rules = RetentionRules(candles: [.minute1: .init(age: .days(1))])
    let report = try await warehouse.prune(by: rules, at: date(3) + .hours(2))
    #expect(report.rows.map(\.rows) == [2 * 1440 - 10], "a day that is not over stays as it is")
    #expect(try await rows(warehouse, "SELECT interval, count(*) FROM candles GROUP BY interval") == ["1d 2", "1h 48", "1m 1560"])
    #expect(
      try await rows(warehouse, "SELECT open_time, open, high, low, close, volume, close_time, trades FROM candles WHERE interval = '1d'")
        == [
          "0 100.0 1541.0 99.0 1540.0 1430.0 86399999 2860", "86400000 1540.0 2981.0 1539.0 2980.0 1440.0 172799999 2880",
        ])
    #expect(
      try await rows(warehouse, "SELECT interval, rolled_from, bars, count(*) FROM rolled_candles GROUP BY 1, 2, 3") == [
        "1d 1m 1430 1", "1d 1m 1440 1", "1h 1m 50 1", "1h 1m 60 47",
      ])
    #expect(try await warehouse.read { try $0.watermark(of: key)?.completeFrom } == date(2))
    let again = try await warehouse.prune(by: rules, at: date(3) + .hours(2))
    #expect(again.total == 0)
  }

  @Test func `leaves the source's own bars alone, and its later word counts`() async throws {
    let hours = SeriesKey(source: "binance", symbol: key.symbol, interval: .hour1)
    let warehouse = try await warehouse(minutes(0..<2880, trades: nil))
    @Sendable func hour(_ close: Double) throws -> Candle {
      try Candle(openTime: date(0), closeTime: date(0) + .hours(1) - .milliseconds(1), open: 7, high: 9, low: 5, close: close, volume: 3)
    }
    _ = try await warehouse.write { try $0.upsert([try hour(8)], of: hours, seenAt: date(9)) }
    _ = try await warehouse.prune(by: RetentionRules(candles: [.minute1: .init(age: .days(1))]), at: date(2))
    #expect(try await rows(warehouse, "SELECT close FROM candles WHERE interval = '1h' AND open_time = 0") == ["8.0"])
    #expect(try await rows(warehouse, "SELECT count(*), min(open_time) FROM rolled_candles WHERE interval = '1h'") == ["23 3600000"])
    #expect(try await rows(warehouse, "SELECT trades, quote_volume FROM candles WHERE interval = '1d'") == ["NULL NULL"])
    // The source delivers what had been rolled up: it is its bar from now on.
    let late = try Candle(
      openTime: date(0) + .hours(1), closeTime: date(0) + .hours(2) - .milliseconds(1), open: 7, high: 9, low: 5, close: 6, volume: 3)
    _ = try await warehouse.write { try $0.upsert([late], of: hours, seenAt: date(9)) }
    #expect(try await rows(warehouse, "SELECT count(*), min(open_time) FROM rolled_candles WHERE interval = '1h'") == ["22 7200000"])
    #expect(try await rows(warehouse, "SELECT open FROM candle_revisions") == ["160.0"])
    // What is forgotten itself takes its mark along.
    _ = try await warehouse.prune(by: RetentionRules(candles: [.hour1: .init(age: .days(1))], rollUp: []), at: date(4))
    #expect(try await rows(warehouse, "SELECT interval, count(*) FROM rolled_candles GROUP BY 1") == ["1d 1"])
    #expect(try await rows(warehouse, "PRAGMA foreign_key_check").isEmpty)
  }

  @Test func `in batches ends where one at a time does, wherever it is interrupted`() async throws {
    let candles = try minutes(0..<20_000)
    let rules = RetentionRules(candles: [.minute1: .init(age: .days(2))])
    let (whole, broken) = (try await warehouse(candles), try await warehouse(candles))
    _ = try await whole.prune(by: rules, at: date(14))
    // A batch at a time, each as if it was the last before a kill.
    for cutoff in [3, 3, 9, 14, 14] { _ = try await broken.prune(by: rules, at: date(cutoff)) }
    for table in ["candles", "rolled_candles", "watermarks"] {
      #expect(try await rows(whole, "SELECT * FROM \(table)") == (try await rows(broken, "SELECT * FROM \(table)")), "\(table)")
    }
    #expect(try await rows(whole, "SELECT count(*) FROM candles WHERE interval = '1m'") == ["\(20_000 - 12 * 1440)"])
  }

  @Test func `is done after once, also with hours that are too old as soon as they are made`() async throws {
    let (once, twice) = (try await warehouse(minutes(0..<2880)), try await warehouse(minutes(0..<2880)))
    let rules = RetentionRules(candles: [.minute1: .init(age: .days(1)), .hour1: .init(age: .days(1))])
    _ = try await once.prune(by: rules, at: date(30))
    for _ in 0..<2 { _ = try await twice.prune(by: rules, at: date(30)) }
    for warehouse in [once, twice] {
      #expect(try await rows(warehouse, "SELECT interval, count(*) FROM candles GROUP BY interval") == ["1d 2"])
      #expect(try await rows(warehouse, "SELECT rolled_from, bars FROM rolled_candles") == ["1m 1440", "1m 1440"])
    }
  }

  @Test func `keeps the newest, so many of each series, and of a table`() async throws {
    let other = SeriesKey(source: "binance", symbol: try Symbol("ETHUSDT"), interval: .day1)
    let days = SeriesKey(source: "binance", symbol: key.symbol, interval: .day1)
    let warehouse = try await warehouse(try (0..<30).map { try candle(day: $0, close: 1) }, days)
    _ = try await warehouse.write { try $0.upsert(try (0..<8).map { try candle(day: $0, close: 1) }, of: other, seenAt: date(1)) }
    for day in 0..<12 {
      try await warehouse.record(
        ResponseRow(
          source: "s", request: "r\(day)", logicalDate: date(day), bodyHash: "h\(day)", answer: "ok", status: 200, bodyBytes: 1,
          receivedAt: date(day)))
    }
    let rules = RetentionRules(tables: [.rawResponses: .init(count: 5)], candles: [.day1: .init(age: .days(25), count: 10)])
    let report = try await warehouse.prune(by: rules, at: date(30))
    #expect(report.orphanedBodies == (0..<7).map { "h\($0)" })
    #expect(report.rows.map(\.table) == ["raw_responses", "candles 1d"] && report.rows.map(\.rows) == [7, 25])
    #expect(try await rows(warehouse, "SELECT symbol, count(*) FROM candles GROUP BY symbol") == ["BTCUSDT 10", "ETHUSDT 3"])
    #expect(try await rows(warehouse, "SELECT count(*) FROM raw_responses") == ["5"])
    #expect(try await warehouse.read { try $0.watermark(of: days)?.completeFrom } == date(20))
  }

  @Test func `deletes large tables in small steps`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.write { transaction in
      for row in 0..<12_001 {
        try transaction.database.execute(
          sql: "INSERT INTO tickers (source, symbol, logical_date) VALUES ('s', ?, ?)",
          arguments: ["S\(row)", row < 12_000 ? 0 : 999_999_999_999])
      }
    }
    let report = try await warehouse.prune(by: RetentionRules(tables: [.tickers: .init(age: .days(1))]), at: date(5000))
    #expect(report.total == 12_000 && report.rows[0].all == 12_001)
    #expect(try await rows(warehouse, "SELECT count(*) FROM tickers") == ["1"])
  }
}
