import Foundation
import GRDB
import MarketData
import Scheduling
import Testing

@testable import Storage

@Suite struct `What the bridge keeps` {
  private func event(_ key: String, order: String = "o", at: Int64, final: Bool = false, rank: Int = 2) -> BridgeEventRow {
    BridgeEventRow(
      key: key, orderID: order, symbol: "A", event: "fill", status: key, side: "buy", happenedAt: at, receivedAt: at, price: "1.10",
      quantity: "1", seenPrice: nil, seenAt: nil, message: "{}", isFinal: final, rank: rank)
  }

  @Test func `of an order is each event once, and its state in whatever order they come`() async throws {
    let events = [
      event("a", at: 1), event("b", at: 2, rank: 3), event("c", at: 2, rank: 4), event("d", at: 3, final: true), event("e", at: 9),
    ]
    for order in [events, events.reversed(), [events[3], events[0], events[4], events[2], events[1]]] {
      let warehouse = try Warehouse(inMemory: ())
      #expect(try await warehouse.write { try $0.keepBridge(events: order) } == 5)
      #expect(try await warehouse.write { try $0.keepBridge(events: order) } == 0)
      let state = try await warehouse.read { try String.fetchAll($0.database, sql: "SELECT status FROM bridge_orders") }
      #expect(state == ["d"])
      let untold = try await warehouse.read { try $0.untoldBridgeEvents(limit: 3) }
      #expect(untold.map(\.key) == order.prefix(3).map(\.key))
      try await warehouse.write { try $0.acknowledgeBridge(keys: order.map(\.key)) }
      #expect(try await warehouse.read { try $0.untoldBridgeEvents(limit: 3) } == [])
    }
  }

  @Test func `of prices is the latest, and hours with their extremes`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let price = { @Sendable (price: String, at: Int64) in BridgePriceRow(symbol: "A", price: price, volume: nil, sent: nil, receivedAt: at)
    }
    try await warehouse.write {
      try $0.keepBridge(latest: [price("9", 5)])
      // The clock was set back.
      try $0.keepBridge(latest: [price("1.50", 4)])
      try $0.addBridge(hours: [
        BridgeHourRow(symbol: "A", hour: 0, seen: 2, open: "9.5", low: "9", high: "10", close: "9", volume: "1.5")
      ])
      try $0.addBridge(hours: [
        BridgeHourRow(symbol: "A", hour: 0, seen: 3, open: "8", low: "8", high: "100", close: "20", volume: nil)
      ])
    }
    let rows = try await warehouse.read {
      try String.fetchAll($0.database, sql: "SELECT price FROM bridge_tickers")
        + String.fetchAll(
          $0.database, sql: "SELECT seen || ' ' || open || ' ' || low || ' ' || high || ' ' || close || ' ' || volume FROM bridge_hours")
    }
    #expect(rows == ["1.50", "5 9.5 8 100 20 1.5"])
  }

  @Test func `of an hour is judged once it has closed, with the gaps in it, and told until that is acknowledged`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let hour: Int64 = 3_600_000
    try await warehouse.write {
      for (symbol, start) in [("A", hour), ("B", hour), ("A", 2 * hour)] {
        try $0.addBridge(hours: [
          BridgeHourRow(symbol: symbol, hour: start, seen: 1, open: "1", low: "1", high: "1", close: "1", volume: "2")
        ])
      }
      try $0.beginBridge("began", at: 0)
      try $0.beginBridge("began", at: 9 * hour)
      try $0.keepBridge(gaps: [
        BridgeGapRow(from: 0, to: hour - 1, reason: ""), BridgeGapRow(from: 2 * hour - 100, to: 2 * hour + 50, reason: ""),
        BridgeGapRow(from: 2 * hour + 60, to: 2 * hour + 60, reason: ""),
      ])
    }
    let (closed, all, gaps) = try await warehouse.read { reader in
      (
        try reader.unjudgedBridgeHours(endedBy: 3 * hour - 1, limit: 9), try reader.unjudgedBridgeHours(endedBy: 3 * hour, limit: 9),
        try (0...3).map { try reader.bridgeGap(inHour: $0 * hour) }
      )
    }
    #expect(closed == [BridgeHour(symbol: "A", hour: hour), BridgeHour(symbol: "B", hour: hour)] && all.count == 3)
    #expect(gaps == [hour - 1, 100, 51, 0])
    let key = try #require(SeriesKey(bridge: "A"))
    let volume = StoredVolume(
      key: key, openTime: Instant(milliseconds: hour), ratio: 2.5, z: 4, isUnusual: true, trend: "confirmed", poc: 1, vah: 2, val: nil)
    try await warehouse.write {
      try $0.keepBridge([
        BridgeVerdict(hour: closed[0], gap: 100, volume: volume, isToBeTold: true),
        BridgeVerdict(hour: closed[1], gap: 100, volume: nil, isToBeTold: false),
      ])
    }
    let untold = try await warehouse.read { try $0.untoldBridgeVolumes(limit: 9) }
    #expect(untold.count == 1 && untold[0].hour == closed[0] && untold[0].gap == 100 && untold[0].volume == volume)
    try await warehouse.write { try $0.acknowledgeBridge([closed[0]]) }
    #expect(try await warehouse.read { try $0.untoldBridgeVolumes(limit: 9).isEmpty })
    #expect(try await warehouse.read { try $0.unjudgedBridgeHours(endedBy: 9 * hour, limit: 9) } == [all[2]])
    #expect(SeriesKey(bridge: "no symbol") == nil)
  }

  @Test func `of messages that cannot be used are the last thousand`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    for start in [0, 700, 1400] {
      let rows = (start..<start + 700).map { BridgeRejectedRow(receivedAt: Int64($0), kind: "malformed", reason: "", message: "") }
      try await warehouse.write { try $0.keepBridge(rejected: rows) }
    }
    let found = try await warehouse.read {
      try Int64.fetchAll($0.database, sql: "SELECT count(*) FROM bridge_rejected UNION ALL SELECT min(received_at) FROM bridge_rejected")
    }
    #expect(found == [1000, 1100])
  }

  @Test func `is written beside a run, and again when a restore has replaced the file`() async throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    let file = BridgeFile(path, lockFile: folder.path + "/run.lock")
    // There is no warehouse yet: it makes one.
    #expect(try file.write { try $0.keepBridge(events: [event("a", at: 1)]) } == 1)
    do {
      let lock = try RunLock(at: folder.path + "/run.lock", purpose: "test")
      let warehouse = try Warehouse(writingTo: path, lock: lock)
      #expect(try file.write { try $0.keepBridge(events: [event("b", at: 1)]) } == 1)
      try await warehouse.write { try $0.setBridgeMark("alive", at: 7) }
      try file.makeDurable()
      #expect(try await file.read { try $0.bridgeMark("alive") } == 7)
      try warehouse.close()
    }
    let other = folder.path + "/other.sqlite"
    try Warehouse(writingTo: other, lock: try RunLock(at: folder.path + "/other.lock", purpose: "test")).close()
    try FileManager.default.removeItem(atPath: path)
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }  // closed, there are none
    try FileManager.default.moveItem(atPath: other, toPath: path)
    #expect(throws: WarehouseError.restoring(path: path)) { _ = try file.write { try $0.keepBridge(events: [event("c", at: 1)]) } }
    #expect(try file.write { try $0.keepBridge(events: [event("a", at: 1), event("c", at: 1)]) } == 2)
    try file.close()
  }

  @Test func `waits for a run that is making the warehouse`() throws {
    let folder = try Folder()
    let lock = try RunLock(at: folder.path + "/run.lock", purpose: "run nightly")
    let file = BridgeFile(folder.path + "/jobs.sqlite", lockFile: folder.path + "/run.lock")
    #expect(throws: LockError.self) { _ = try file.write { try $0.keepBridge(events: [event("a", at: 1)]) } }
    _ = consume lock
    #expect(try file.write { try $0.keepBridge(events: [event("a", at: 1)]) } == 1)
  }
}
