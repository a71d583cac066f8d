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
    guard let place = places.place(of: path) else { return }
    try enqueue(at: place, value: value, logicalDate: logicalDate)
  }

  /// Whether a change of this path would be told: what is dear to find out need not be when nobody asks.
  public func tells(path: String) -> Bool { places.place(of: path) != nil }

  /// - Parameter path: where it stands, not where such things usually do.
  func enqueue(at path: String, value: String?, logicalDate: Instant) throws {
    try database.cachedStatement(sql: "INSERT INTO outbox (path, value, logical_date) VALUES (?, ?, ?)")
      .execute(arguments: [path, value, logicalDate.milliseconds])
  }

  /// Forgets the changes that the sink has acknowledged.
  public func acknowledge(through sequence: Int64) throws {
    try database.execute(sql: "DELETE FROM outbox WHERE sequence <= ?", arguments: [sequence])
  }
}

extension WarehouseReader {
  /// The oldest changes that are not acknowledged.
  public func outbox(limit: Int) throws -> [OutboxEntry] {
    try Row.fetchAll(database, sql: "SELECT sequence, path, value FROM outbox ORDER BY sequence LIMIT ?", arguments: [limit])
      .map { OutboxEntry(sequence: $0[0], path: $0[1], value: $0[2]) }
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
