internal import GRDB
public import Scheduling

/// A change that the realtime database must be told.
public struct OutboxEntry: Sendable, Equatable {
  /// Ascending in the order of writing.
  public var sequence: Int64
  /// A path of the tree, its keys escaped: `signals/BTCUSDT/...`.
  public var path: String
  /// JSON; nil deletes what is there.
  public var value: String?

  public init(sequence: Int64, path: String, value: String?) {
    (self.sequence, self.path, self.value) = (sequence, path, value)
  }
}

extension WarehouseTransaction {
  /// Queues a change, in the transaction that makes it true, for the place where such things are told; nothing when they are not told.
  public func enqueue(path: String, value: String?, logicalDate: Instant) throws {
    guard let path = places.place(of: path) else { return }
    try database.cachedStatement(sql: "INSERT INTO outbox (path, value, logical_date) VALUES (?, ?, ?)")
      .execute(arguments: [path, value, logicalDate.milliseconds])
  }

  /// Forgets the changes that the sink has acknowledged.
  public func acknowledge(through sequence: Int64) throws {
    try database.execute(sql: "DELETE FROM outbox WHERE sequence <= ?", arguments: [sequence])
  }

  /// Writes changed leaves of the embedded tree in one step; nil deletes. A path replaces everything below it.
  public func applyToTree(_ leaves: [(path: String, value: String?)]) throws {
    let delete = try database.cachedStatement(sql: "DELETE FROM realtime_nodes WHERE path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')")
    let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO realtime_nodes (path, value) VALUES (?, ?)")
    for leaf in leaves {
      try delete.execute(arguments: [leaf.path])
      if let value = leaf.value { try insert.execute(arguments: [leaf.path, value]) }
    }
  }
}

extension WarehouseReader {
  /// The oldest changes that are not acknowledged.
  public func outbox(limit: Int) throws -> [OutboxEntry] {
    try Row.fetchAll(database, sql: "SELECT sequence, path, value FROM outbox ORDER BY sequence LIMIT ?", arguments: [limit])
      .map { OutboxEntry(sequence: $0[0], path: $0[1], value: $0[2]) }
  }

  /// The leaves of the embedded tree at and below a path, sorted; an empty path is the whole tree.
  public func tree(below path: String) throws -> [(path: String, value: String)] {
    try Row.fetchAll(
      database,
      sql: "SELECT path, value FROM realtime_nodes WHERE ?1 = '' OR path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0') ORDER BY path",
      arguments: [path]
    ).map { ($0[0], $0[1]) }
  }
}

extension WarehouseReader {
  /// How many changes wait for the realtime database, by the top of their paths: `quotes`, `signals`, `reports`.
  public func outboxPaths() throws -> [String: Int] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT substr(path, 1, instr(path || '/', '/') - 1), count(*) FROM outbox GROUP BY 1")
    return Dictionary(rows.map { ($0[0], $0[1]) }) { $1 }
  }
}
