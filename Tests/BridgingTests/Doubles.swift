import Foundation
import Scheduling

@testable import Bridging

/// A store in memory that can be made to fail.
final class MemoryStore: BridgeStore {
  private let lock = NSLock()
  nonisolated(unsafe) private var orders: [String: OrderRow] = [:]
  nonisolated(unsafe) private var sequence: [String] = []
  nonisolated(unsafe) private var states: [String: String] = [:]
  nonisolated(unsafe) private var told: Set<String> = []
  nonisolated(unsafe) private var kept = BridgeNotes()
  nonisolated(unsafe) private var failures = 0
  nonisolated(unsafe) private var keptCount = 0
  nonisolated(unsafe) private var alive: Int64?
  nonisolated(unsafe) private var isUntidy = false
  nonisolated(unsafe) private var areNotesRefused = false
  nonisolated(unsafe) private var isSilent = false
  nonisolated(unsafe) private var volumes: [VolumeSignal] = []
  nonisolated(unsafe) private var areVolumesRefused = false

  init(alive: Int64? = nil) { self.alive = alive }

  struct Unwilling: Error {}

  func fail(times: Int) { lock.withLock { failures = times } }
  func refuseTidying() { lock.withLock { isUntidy = true } }
  func refuseNotes(_ areRefused: Bool) { lock.withLock { areNotesRefused = areRefused } }
  /// It is held up, and answers nobody.
  func fallSilent() { lock.withLock { isSilent = true } }
  func speak() { lock.withLock { isSilent = false } }
  /// Another store is in its place, as after a restore: the next call finds out.
  func replace() {
    lock.withLock {
      (orders, sequence, states, told, failures) = ([:], [], [:], [], 1)
    }
  }

  var keys: [String] { lock.withLock { sequence } }
  /// How often notes were kept.
  var timesKept: Int { lock.withLock { keptCount } }
  var notes: BridgeNotes { lock.withLock { kept } }
  func state(of order: String) -> String? { lock.withLock { states[order].flatMap { orders[$0]?.message.order.status } } }

  private func mayFail() throws {
    if failures > 0 {
      failures -= 1
      throw Unwilling()
    }
  }

  func keep(orders rows: [OrderRow]) throws -> Int {
    try lock.withLock {
      try mayFail()
      var new = 0
      for row in rows where orders[row.key] == nil {
        orders[row.key] = row
        sequence.append(row.key)
        new += 1
        let id = row.message.order.id
        if let old = states[id].flatMap({ orders[$0] }), row.standing < old.standing { continue }
        states[id] = row.key
      }
      return new
    }
  }

  func keep(_ notes: BridgeNotes) throws {
    try lock.withLock {
      try mayFail()
      if areNotesRefused { throw Unwilling() }
      kept.prices = notes.prices + kept.prices.filter { old in !notes.prices.contains { $0.symbol == old.symbol } }
      kept.hours += notes.hours
      kept.history += notes.history
      kept.gaps += notes.gaps
      kept.rejected += notes.rejected
      (alive, kept.aliveAt) = (notes.aliveAt, notes.aliveAt)
      keptCount += 1
    }
  }

  func tidy() throws {
    try lock.withLock { if isUntidy { throw Unwilling() } }
  }

  func makeDurable() throws { try lock.withLock { try mayFail() } }

  func untold(limit: Int) async throws -> [UntoldEvent] {
    while lock.withLock({ isSilent }) { await Task.yield() }
    return lock.withLock {
      sequence.filter { !told.contains($0) }.prefix(limit).map { key in
        let row = orders[key]!
        return UntoldEvent(
          key: key, orderID: row.message.order.id, symbol: row.message.symbol, receivedAt: row.receivedAt, event: row.eventJSON,
          order: orders[states[row.message.order.id]!]!.orderJSON)
      }
    }
  }

  func acknowledge(_ events: [UntoldEvent]) async throws { lock.withLock { told.formUnion(events.map(\.key)) } }
  func judgeHours(limit: Int) async throws -> Int {
    try lock.withLock {
      if areVolumesRefused { throw Unwilling() }
      return 0
    }
  }
  func untoldVolumes(limit: Int) async throws -> [VolumeSignal] { lock.withLock { Array(volumes.prefix(limit)) } }
  func acknowledge(_ volumes: [VolumeSignal]) async throws { lock.withLock { self.volumes.removeAll { volumes.contains($0) } } }
  func judged(_ signals: [VolumeSignal]) { lock.withLock { volumes += signals } }
  func refuseVolumes() { lock.withLock { areVolumesRefused = true } }
  func lastAlive() throws -> Int64? { lock.withLock { alive } }
}

/// A realtime database in memory that can fail, or hang.
final class MemorySink: BridgeSink {
  private let lock = NSLock()
  nonisolated(unsafe) private var tree: [String: String] = [:]
  nonisolated(unsafe) private var writes: [String: Int] = [:]
  nonisolated(unsafe) private var failures = 0
  nonisolated(unsafe) private var isHanging = false
  nonisolated(unsafe) private var refused: Set<String> = []

  struct Unwilling: Error {}

  func fail(times: Int) { lock.withLock { failures = times } }
  /// Never takes what lies at this path.
  func refuse(_ path: String) { _ = lock.withLock { refused.insert(path) } }
  func hang(_ isHanging: Bool) { lock.withLock { self.isHanging = isHanging } }
  var values: [String: String] { lock.withLock { tree } }
  func count(_ path: String) -> Int { lock.withLock { writes[path] ?? 0 } }

  func tell(_ changes: [BridgeChange]) async throws -> [String] {
    while lock.withLock({ isHanging }) {
      try Task.checkCancellation()
      await Task.yield()
    }
    return try lock.withLock {
      let taken = changes.filter { !refused.contains($0.path.joined(separator: "/")) }
      if failures > 0 {
        failures -= 1
        // Applied, and the answer is lost.
        if failures % 2 == 0 { apply(taken) }
        throw Unwilling()
      }
      apply(taken)
      return refused.filter { path in changes.contains { $0.path.joined(separator: "/") == path } }.map { "\($0): no" }
    }
  }

  private func apply(_ changes: [BridgeChange]) {
    for change in changes {
      let path = change.path.joined(separator: "/")
      tree[path] = change.value
      writes[path, default: 0] += 1
    }
  }
}

/// The computer's clock.
struct RealTime: TimeSource {
  func now() -> Instant { Instant(Date()) }
  func sleep(until instant: Instant) async throws { try await Task.sleep(for: instant - now()) }
}
