internal import GRDB
public import Scheduling

extension Warehouse: RateLedgerStore {
  /// A ledger is a handful of rows. What a power cut takes from it is at most the last second's count; a crash takes nothing.
  public func update<R: Sendable>(_ provider: String, _ body: @escaping @Sendable (inout RateLedger) throws -> R) async throws -> R {
    try await writeLightly { database in
      var ledger = try Warehouse.ledger(of: provider, database)
      let before = ledger
      let result = try body(&ledger)
      if ledger != before { try Warehouse.store(ledger, replacing: before, of: provider, database) }
      return result
    }
  }

  static func ledger(of provider: String, _ database: Database) throws -> RateLedger {
    let counters = try database.cachedStatement(
      sql: "SELECT limit_name, slot_start, slot_end, used FROM rate_usage WHERE provider = ? ORDER BY limit_name, slot_start"
    ).fetchRows([provider]).map {
      RateCounter(limit: $0[0], start: Instant(milliseconds: $0[1]), end: Instant(milliseconds: $0[2]), used: $0[3])
    }
    let pause = try database.cachedStatement(sql: "SELECT until, reason FROM rate_pauses WHERE provider = ?").fetchRows([provider]).first
      .map { RatePause(end: Instant(milliseconds: $0[0]), reason: $0[1]) }
    return RateLedger(counters: counters, pause: pause)
  }

  private static func store(_ ledger: RateLedger, replacing before: RateLedger, of provider: String, _ database: Database) throws {
    let (old, new) = (Set(before.counters), Set(ledger.counters))
    let kept = Set(new.map { [$0.limit, "\($0.start.milliseconds)"] })
    let delete = try database.cachedStatement(sql: "DELETE FROM rate_usage WHERE provider = ? AND limit_name = ? AND slot_start = ?")
    for counter in old.subtracting(new) where !kept.contains([counter.limit, "\(counter.start.milliseconds)"]) {
      try delete.execute(arguments: [provider, counter.limit, counter.start.milliseconds])
    }
    let insert = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO rate_usage (provider, limit_name, slot_start, slot_end, used) VALUES (?, ?, ?, ?, ?)")
    for counter in new.subtracting(old) {
      try insert.execute(arguments: [
        provider, counter.limit, counter.start.milliseconds, counter.end.milliseconds, counter.used,
      ])
    }
    guard ledger.pause != before.pause else { return }
    try database.execute(sql: "DELETE FROM rate_pauses WHERE provider = ?", arguments: [provider])
    if let pause = ledger.pause {
      try database.execute(
        sql: "INSERT INTO rate_pauses (provider, until, reason) VALUES (?, ?, ?)",
        arguments: [provider, pause.end.milliseconds, pause.reason])
    }
  }
}

extension WarehouseReader {
  /// What is counted of a provider's limits, and its pause.
  public func rateLedger(of provider: String) throws -> RateLedger {
    try Warehouse.ledger(of: provider, database)
  }

  /// Whether a function of a provider was refused to the key for longer than `instant`.
  public func isRefused(_ function: String, of provider: String, at instant: Instant) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT until > ? FROM refused_functions WHERE provider = ? AND function = ?",
      arguments: [instant.milliseconds, provider, function]) ?? false
  }
}

extension Warehouse {
  /// Remembers that a key may not ask for a function until then.
  public func rememberRefusal(of function: String, of provider: String, until instant: Instant) async throws {
    try await writeLightly { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO refused_functions (provider, function, until) VALUES (?, ?, ?)",
        arguments: [provider, function, instant.milliseconds])
    }
  }
}
