import Foundation
import GRDB
import JobGraph
import Scheduling
import Testing

@testable import Storage

@Suite struct `A stored ledger` {
  private let limits: [RateLimit]

  init() throws {
    limits = [
      try RateLimit(name: "weight", capacity: 1000, unit: .weight, window: .fixed(.minutes(1))),
      try RateLimit(name: "rolling", capacity: 1000, unit: .weight, window: .rolling(.minutes(1))),
    ]
  }

  @Test func `comes back as it was, with what is pending, its pause, and its breaker`() async throws {
    let warehouse = try Warehouse()
    let limits = limits
    let left = try await warehouse.update("binance") { ledger in
      for second in 0..<5 {
        #expect(ledger.reserve(weight: 7, at: noon + .seconds(second), under: limits, lease: .seconds(30)) == .granted)
      }
      ledger.settle(weight: 7, reservedAt: noon, at: noon + .seconds(5), host: .ailing, under: limits)
      ledger.pause(until: noon + .minutes(9), reason: "banned", at: noon)
      return ledger
    }
    let stored = try await warehouse.read { try $0.rateLedger(of: "binance") }
    #expect(Set(stored.counters) == Set(left.counters))
    #expect(stored.counters.contains { $0.pending == 7 && $0.pendingUntil > $0.end })
    #expect(stored.pause == RatePause(end: noon + .minutes(9), reason: "banned", since: noon))
    #expect(stored.breaker == left.breaker && stored.breaker.failures == 1)
    #expect(try await warehouse.read { try $0.rateLedger(of: "other") } == RateLedger())
    try await warehouse.update("binance") { $0.settle(weight: 7, reservedAt: noon, at: noon, host: .well, under: limits) }
    #expect(try await warehouse.read { try $0.rateLedger(of: "binance").breaker } == CircuitBreaker())
  }

  @Test func `obeys the newest announcement, and none that is older or empty`() async throws {
    let warehouse = try Warehouse()
    func announce(_ capacity: Int, _ date: Instant) async throws {
      let limits = try [#require(AnnouncedLimit(unit: .weight, per: .minutes(1), capacity: capacity))]
      try await warehouse.write { try $0.announce(limits, of: "binance", describedAt: date) }
    }
    try await announce(6000, noon)
    try await announce(1200, noon + .days(1))
    try await announce(9000, noon)
    try await warehouse.write { try $0.announce([], of: "binance", describedAt: noon + .days(2)) }
    let ledger = try await warehouse.read { try $0.rateLedger(of: "binance") }
    #expect(ledger.announced.map(\.capacity) == [1200])
    // From that moment on whoever reserves is bound by it.
    let wide = [try RateLimit(name: "weight", capacity: 6000, unit: .weight, window: .fixed(.minutes(1)))]
    let decision = try await warehouse.update("binance") { $0.reserve(weight: 1201, at: noon, under: wide) }
    #expect(decision == .impossible(limit: try wide[0].with(capacity: 1200), cost: 1201))
  }

  @Test func `counts for every process that shares the file, and one that is gone frees nothing`() async throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    let lock = try RunLock(at: folder.path + "/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: path, lock: lock)
    let stores: [any RateLedgerStore] = [warehouse, try LedgerFile(path), try LedgerFile(path)]
    let limits = limits
    let granted = try await withThrowingTaskGroup { group in
      for number in 0..<600 {
        group.addTask {
          try await stores[number % 3].update("binance") { $0.reserve(weight: 5, at: noon, under: limits, lease: .seconds(30)) == .granted }
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(granted == 200)
    // Nobody settled: whoever opens the file next finds all of it spent, also in the minute in which it may have come.
    try warehouse.close()
    let next = try LedgerFile(path)
    let free = try await next.update("binance") { $0.nextStart(ofWeight: 1, at: noon + .seconds(61), under: limits) }
    #expect(free == noon + .seconds(90))
  }

  @Test func `is for nobody but a run to make, or to bring up to date`() async throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    #expect(throws: WarehouseError.missing(path: path)) { _ = try LedgerFile(path) }
    let old = try DatabaseQueue(path: path)
    try Schema.migrate(old, path: path, upTo: "0009 requests of runs")
    try await old.write {
      try $0.execute(sql: "INSERT INTO rate_usage (provider, limit_name, slot_start, slot_end, used) VALUES ('p', 'weight', 0, 60000, 5)")
      try $0.execute(sql: "INSERT INTO rate_pauses (provider, until, reason) VALUES ('p', 99, 'banned')")
    }
    try old.close()
    #expect(throws: WarehouseError.self) { _ = try LedgerFile(path) }
    let reader = try Warehouse(reading: path)
    let ledger = try await reader.read { try $0.rateLedger(of: "p") }
    #expect(ledger.counters.map(\.used) == [5] && ledger.pause?.reason == "banned")
    try reader.close()
    let lock = try RunLock(at: folder.path + "/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: path, lock: lock)
    let counter = try #require(try await warehouse.read { try $0.rateLedger(of: "p").counters.first })
    #expect(
      counter
        == RateCounter(
          limit: "weight", start: Instant(milliseconds: 0), end: Instant(milliseconds: 60_000), used: 5, pending: 0,
          pendingUntil: Instant(milliseconds: 0)))
    try warehouse.close()
  }
}

private let noon = Instant(milliseconds: 1_768_478_400_000)
