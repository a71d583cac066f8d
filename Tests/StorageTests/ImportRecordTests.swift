import Foundation
import GRDB
import MarketData
import Scheduling
import Testing

@testable import Storage

private let now = Instant(milliseconds: 1_768_478_400_000)

@Suite struct `An import in the warehouse` {
  private let record = ImportRecord(mapping: "m", text: [1], source: "old", files: [.init(name: "a.csv", hash: "00")], at: now)
  private let key = SeriesKey(source: "old", symbol: try! Symbol("A"), interval: .day1)

  private func candle(_ day: Int, close: Double = 1, volume: Double = 5) throws -> Candle {
    let open = Instant(milliseconds: Int64(day) * 86_400_000)
    return try Candle(
      openTime: open, closeTime: open + .days(1) - .milliseconds(1), open: close, high: close, low: close, close: close, volume: volume)
  }

  private func rows(_ days: Range<Int>, close: Double = 1) throws -> [StagedCandle] {
    try days.map {
      StagedCandle(symbol: key.symbol, interval: .day1, candle: try candle($0, close: close), file: 0, place: "line \($0 + 2)")
    }
  }

  /// Everything that readers see.
  private func visible(_ warehouse: Warehouse) async throws -> [String] {
    try await warehouse.read { reader in
      try ["candles", "candle_revisions", "watermarks"].flatMap { table in
        try Row.fetchAll(reader.database, sql: "SELECT * FROM \(table) ORDER BY 1, 2, 3, 4").map { "\(table) \($0.databaseValues)" }
      }
    }
  }

  @Test func `is seen by nobody before it is committed, and whole afterwards`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let (id, first, second) = (record.id, try rows(0..<10), try rows(10..<20))
    try await warehouse.write { [record] in try $0.beginImport(record) }
    let staged = try await warehouse.write { try $0.stage(first, refusals: [], of: id) }
    #expect(staged.rowsRead == 10 && staged.candles == 10)
    _ = try await warehouse.write { try $0.stage(second, refusals: [], of: id) }
    #expect(try await visible(warehouse).isEmpty)
    let outcome = try await warehouse.write { try $0.commitImport(id, isFollowed: true, at: now) }
    #expect(outcome == ImportOutcome(new: 20, restated: 0, unchanged: 0, series: 1))
    let (series, mark, origin) = try await warehouse.read { [key] in
      (try $0.series(key, closedBy: now), try $0.watermark(of: key), try $0.importOrigins(of: key, at: Instant(milliseconds: 0)))
    }
    #expect(series.count == 20 && mark?.completeUntil == Instant(milliseconds: 20 * 86_400_000))
    #expect(origin.map(\.place) == ["line 2"] && origin.first?.isStored == true && origin.first?.file.name == "a.csv")
    await #expect(throws: ImportError.notLoading(id)) {
      try await warehouse.write { try $0.commitImport(id, isFollowed: true, at: now) }
    }
  }

  @Test func `that says the same twice is counted, and refused where it says otherwise`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let (id, same, other) = (record.id, try rows(0..<3), try rows(2..<4, close: 2))
    try await warehouse.write { [record] in try $0.beginImport(record) }
    _ = try await warehouse.write { try $0.stage(same, refusals: [], of: id) }
    let refusal = ImportRefusal(file: 0, place: "line 9", reason: "no candle", text: "x")
    let staged = try await warehouse.write { try $0.stage(Array(same[..<1]) + other, refusals: [refusal], of: id) }
    #expect((staged.rowsRead, staged.rowsRepeated, staged.rowsRefused, staged.candles) == (7, 1, 2, 4))
    let refusals = try await warehouse.read { try $0.importRefusals(of: id, limit: 10) }
    #expect(refusals.map(\.reason) == ["line 4 says otherwise of the same candle", "no candle"])
    #expect(try await warehouse.write { try $0.commitImport(id, isFollowed: false, at: now) }.new == 4)
  }

  /// What an import restated and what it added: all as it was.
  @Test(arguments: [true, false]) func `is taken back to the last bit`(isFollowed: Bool) async throws {
    let warehouse = try Warehouse(inMemory: ())
    let before = try (0..<10).map {
      try Candle(
        openTime: candle($0).openTime, closeTime: candle($0).closeTime, open: 1, high: 1, low: 1, close: 1, volume: 5,
        trading: .init(quoteVolume: 7, trades: 3, takerBuyVolume: 2, takerBuyQuoteVolume: 4))
    }
    try await warehouse.write { [key] in
      _ = try $0.upsert(before, of: key, seenAt: now - .days(9))
      try $0.extendWatermark(of: key, from: before[0].openTime, until: before[9].closeTime, askedAt: now - .days(9))
    }
    let calm = try await visible(warehouse)
    let (id, rows) = (record.id, try rows(0..<5) + rows(5..<15, close: 3))
    try await warehouse.write { [record] in
      try $0.beginImport(record)
      _ = try $0.stage(rows, refusals: [], of: id)
    }
    let outcome = try await warehouse.write { try $0.commitImport(id, isFollowed: isFollowed, at: now) }
    #expect(outcome == ImportOutcome(new: 5, restated: 5, unchanged: 5, series: 1))
    let restated = try await warehouse.read { [key] in try $0.candle(of: key, at: before[7].openTime) }
    #expect(restated?.close == 3 && restated?.trading == nil)
    #expect(try await visible(warehouse) != calm)
    let withdrawal = try await warehouse.write { try $0.withdrawImport(id) }
    #expect(withdrawal == ImportWithdrawal(removed: 5, restored: 5, changedSince: 0))
    #expect(try await visible(warehouse) == calm)
    // And it can be imported once more.
    try await warehouse.write { [record] in
      try $0.beginImport(record)
      _ = try $0.stage(rows, refusals: [], of: id)
    }
    #expect(try await warehouse.write { try $0.commitImport(id, isFollowed: isFollowed, at: now) } == outcome)
  }

  @Test func `leaves alone what was changed since when it is taken back`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let (id, rows, later) = (record.id, try rows(0..<4), try candle(2, close: 9))
    try await warehouse.write { [record, key] in
      try $0.beginImport(record)
      _ = try $0.stage(rows, refusals: [], of: id)
      _ = try $0.commitImport(id, isFollowed: false, at: now)
      _ = try $0.upsert([later], of: key, seenAt: now)
    }
    let withdrawal = try await warehouse.write { try $0.withdrawImport(id) }
    #expect(withdrawal == ImportWithdrawal(removed: 3, restored: 0, changedSince: 1))
    let left = try await warehouse.read { [key] in try $0.series(key, closedBy: now).close }
    #expect(left == [9])
  }

  /// A row that is lost, doubled under another name, or changed while it waits.
  @Test(arguments: [
    "DELETE FROM import_candles WHERE open_time = 0", "UPDATE import_candles SET close = 1.0000000000000002, high = 2 WHERE open_time = 0",
    "UPDATE import_candles SET symbol = 'B' WHERE open_time = 0",
  ])
  func `is refused when what waits is not what was read`(damage: String) async throws {
    let warehouse = try Warehouse(inMemory: ())
    let (id, rows) = (record.id, try rows(0..<4))
    try await warehouse.write { [record] in
      try $0.beginImport(record)
      _ = try $0.stage(rows, refusals: [], of: id)
      try $0.database.execute(sql: damage)
    }
    await #expect(throws: ImportError.self) { try await warehouse.write { try $0.commitImport(id, isFollowed: true, at: now) } }
    #expect(try await visible(warehouse).isEmpty)
  }

  @Test func `whose rows were forgotten stays, and cannot be taken back`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let (id, rows) = (record.id, try rows(0..<4))
    try await warehouse.write { [record] in
      try $0.beginImport(record)
      _ = try $0.stage(rows, refusals: [], of: id)
      _ = try $0.commitImport(id, isFollowed: false, at: now)
    }
    #expect(try await warehouse.write { try $0.forgetImport(id) } == 4)
    await #expect(throws: ImportError.forgotten(id)) { try await warehouse.write { try $0.withdrawImport(id) } }
    #expect(try await warehouse.read { try $0.count(of: .candles) } == 4)
    await #expect(throws: ImportError.unknown(id: "x", known: [id])) { try await warehouse.write { try $0.withdrawImport("x") } }
  }
}
