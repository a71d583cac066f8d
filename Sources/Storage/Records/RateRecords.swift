internal import GRDB
public import Scheduling

extension Warehouse: RateLedgerStore {
  /// A ledger is a handful of rows. What a power cut takes from it is at most the last second's count; a crash takes nothing.
  public func update<R: Sendable>(_ provider: String, _ body: @escaping @Sendable (inout RateLedger) throws -> R) async throws -> R {
    try await writeLightly { try LedgerRows(provider, $0).update(body) }
  }
}

/// The rows of one provider's ledger.
struct LedgerRows {
  private let provider: String
  private let database: Database

  init(_ provider: String, _ database: Database) {
    (self.provider, self.database) = (provider, database)
  }

  /// Changes the ledger, inside the caller's transaction.
  func update<R>(_ body: (inout RateLedger) throws -> R) throws -> R {
    let before = try load()
    var ledger = before
    let result = try body(&ledger)
    if ledger.counters != before.counters { try store(ledger.counters, replacing: before.counters) }
    if ledger.pause != before.pause { try store(ledger.pause) }
    if ledger.breaker != before.breaker { try store(ledger.breaker) }
    return result
  }

  func load() throws -> RateLedger {
    RateLedger(counters: try counters(), pause: try pause(), announced: try announced(), breaker: try breaker())
  }
}

extension LedgerRows {
  /// The ledger in a warehouse without migration 0010.
  func loadBeforeRequestsOnTheirWay() throws -> RateLedger {
    let counters = try Row.fetchAll(
      database, sql: "SELECT limit_name, slot_start, slot_end, used FROM rate_usage WHERE provider = ?", arguments: [provider]
    ).map { RateCounter(limit: $0[0], start: Instant(milliseconds: $0[1]), end: Instant(milliseconds: $0[2]), used: $0[3]) }
    let pause = try Row.fetchOne(database, sql: "SELECT until, reason FROM rate_pauses WHERE provider = ?", arguments: [provider])
    return RateLedger(counters: counters, pause: pause.map { RatePause(end: Instant(milliseconds: $0[0]), reason: $0[1]) })
  }

  private func counters() throws -> [RateCounter] {
    try database.cachedStatement(
      sql: "SELECT limit_name, slot_start, slot_end, used, pending, pending_until FROM rate_usage WHERE provider = ?"
    ).fetchRows([provider]).map {
      RateCounter(
        limit: $0[0], start: Instant(milliseconds: $0[1]), end: Instant(milliseconds: $0[2]), used: $0[3], pending: $0[4],
        pendingUntil: Instant(milliseconds: $0[5]))
    }
  }

  private func store(_ counters: [RateCounter], replacing before: [RateCounter]) throws {
    let (old, new) = (Set(before), Set(counters))
    let kept = Set(counters.map { Slot(limit: $0.limit, start: $0.start) })
    let delete = try database.cachedStatement(sql: "DELETE FROM rate_usage WHERE provider = ? AND limit_name = ? AND slot_start = ?")
    for counter in old.subtracting(new) where !kept.contains(Slot(limit: counter.limit, start: counter.start)) {
      try delete.execute(arguments: [provider, counter.limit, counter.start.milliseconds])
    }
    let insert = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO rate_usage (provider, limit_name, slot_start, slot_end, used, pending, pending_until)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    for counter in new.subtracting(old) {
      try insert.execute(arguments: [
        provider, counter.limit, counter.start.milliseconds, counter.end.milliseconds, counter.used, counter.pending,
        counter.pendingUntil.milliseconds,
      ])
    }
  }

  private struct Slot: Hashable {
    let limit: String
    let start: Instant
  }

  private func pause() throws -> RatePause? {
    try database.cachedStatement(sql: "SELECT until, reason, since FROM rate_pauses WHERE provider = ?").fetchRows([provider]).first
      .map {
        RatePause(end: Instant(milliseconds: $0[0]), reason: $0[1], since: ($0[2] as Int64?).map { Instant(milliseconds: $0) })
      }
  }

  private func store(_ pause: RatePause?) throws {
    try database.execute(sql: "DELETE FROM rate_pauses WHERE provider = ?", arguments: [provider])
    guard let pause else { return }
    try database.execute(
      sql: "INSERT INTO rate_pauses (provider, until, reason, since) VALUES (?, ?, ?, ?)",
      arguments: [provider, pause.end.milliseconds, pause.reason, pause.since?.milliseconds])
  }

  /// A row that no limit can be is left out.
  private func announced() throws -> [AnnouncedLimit] {
    try database.cachedStatement(sql: "SELECT unit, per, capacity FROM announced_limits WHERE provider = ?").fetchRows([provider])
      .compactMap {
        guard let unit = RateLimit.Unit(rawValue: $0[0]) else { return nil }
        return AnnouncedLimit(unit: unit, per: .milliseconds($0[1] as Int64), capacity: $0[2])
      }
  }

  private func breaker() throws -> CircuitBreaker {
    let row = try database.cachedStatement(
      sql: "SELECT failures, last_failure, trips, open_until, trial_until FROM circuit_breakers WHERE provider = ?"
    ).fetchRows([provider]).first
    guard let row else { return CircuitBreaker() }
    func instant(_ column: Int) -> Instant? { (row[column] as Int64?).map { Instant(milliseconds: $0) } }
    return CircuitBreaker(failures: row[0], lastFailure: instant(1), trips: row[2], openUntil: instant(3), trialUntil: instant(4))
  }

  private func store(_ breaker: CircuitBreaker) throws {
    guard breaker != CircuitBreaker() else {
      return try database.execute(sql: "DELETE FROM circuit_breakers WHERE provider = ?", arguments: [provider])
    }
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO circuit_breakers (provider, failures, last_failure, trips, open_until, trial_until)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        provider, breaker.failures, breaker.lastFailure?.milliseconds, breaker.trips, breaker.openUntil?.milliseconds,
        breaker.trialUntil?.milliseconds,
      ])
  }
}

extension WarehouseTransaction {
  /// Keeps what a provider announces of its limits, in place of what it announced before; a description that is older than the one kept
  /// changes nothing, and one without limits is none.
  public func announce(_ limits: [AnnouncedLimit], of provider: String, describedAt logicalDate: Instant) throws {
    let newest = try Int64.fetchOne(
      database, sql: "SELECT MAX(described_at) FROM announced_limits WHERE provider = ?", arguments: [provider])
    guard !limits.isEmpty, newest ?? .min <= logicalDate.milliseconds else { return }
    try database.execute(sql: "DELETE FROM announced_limits WHERE provider = ?", arguments: [provider])
    for limit in limits {
      try database.execute(
        sql: """
          INSERT INTO announced_limits (provider, unit, per, capacity, described_at) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET capacity = MIN(capacity, excluded.capacity)
          """,
        arguments: [provider, limit.unit.rawValue, limit.per.milliseconds, limit.capacity, logicalDate.milliseconds])
    }
  }
}

extension WarehouseReader {
  /// What is counted of a provider's limits, and what keeps it silent.
  public func rateLedger(of provider: String) throws -> RateLedger {
    // Read-only commands may meet a warehouse that an older version wrote last.
    guard try database.tableExists("announced_limits") else { return try LedgerRows(provider, database).loadBeforeRequestsOnTheirWay() }
    return try LedgerRows(provider, database).load()
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
