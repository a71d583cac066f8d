internal import GRDB

/// A change of the embedded realtime tree, as it is kept for those who listen.
public struct TreeChangeRecord: Sendable, Equatable {
  public let sequence: Int64
  /// The keys with U+0001 between.
  public let path: String
  public let value: String?
  public let isPatch: Bool
}

/// The embedded realtime tree: a leaf is a row, its path the keys with U+0001 between, so that everything below a path lies together.
extension WarehouseReader {
  /// Tells the leaves at a path and below it, in the order of their paths; an empty path is the root.
  /// - Complexity: O(what is told), however large the tree is.
  public func treeLeaves(below path: String, _ body: (_ path: String, _ value: String) throws -> Void) throws {
    let statement = try database.cachedStatement(
      sql: path.isEmpty
        ? "SELECT path, value FROM realtime_nodes ORDER BY path"
        : "SELECT path, value FROM realtime_nodes WHERE path >= ? AND path < ? ORDER BY path")
    let rows = try Row.fetchCursor(statement, arguments: path.isEmpty ? [] : [path, path + "\u{2}"])
    while let row = try rows.next() { try body(row[0], row[1]) }
  }

  /// The leaves at and below a path, sorted, with `/` between the keys of paths; an empty path is the whole tree.
  public func tree(below path: String) throws -> [(path: String, value: String)] {
    var leaves: [(path: String, value: String)] = []
    try treeLeaves(below: Self.stored(path)) { leaves.append(($0.replacing("\u{1}", with: "/"), $1)) }
    return leaves
  }

  /// `a/b` as it is stored. Byte by byte: with a mark that combines, `/` would be another character.
  static func stored(_ path: String) -> String {
    String(decoding: path.utf8.map { $0 == UInt8(ascii: "/") ? 1 : $0 }, as: UTF8.self)
  }

  /// The keys directly below a path, sorted as they are stored.
  /// - Complexity: O(keys), however much lies below them.
  public func treeKeys(below path: String) throws -> [String] {
    let prefix = path + "\u{1}"
    var (keys, from): ([String], String) = ([], prefix)
    while let leaf = try firstTreeLeaf(from: from, to: path + "\u{2}") {
      let key = String(decoding: leaf.path.utf8.dropFirst(prefix.utf8.count).prefix { $0 != 1 }, as: UTF8.self)
      keys.append(key)
      from = prefix + key + "\u{2}"
    }
    return keys
  }

  /// The first leaf at a path or behind it, before `end`.
  public func firstTreeLeaf(from path: String, to end: String?) throws -> (path: String, value: String)? {
    let row =
      if let end {
        try Row.fetchOne(
          database.cachedStatement(sql: "SELECT path, value FROM realtime_nodes WHERE path >= ? AND path < ? ORDER BY path LIMIT 1"),
          arguments: [path, end])
      } else {
        try Row.fetchOne(
          database.cachedStatement(sql: "SELECT path, value FROM realtime_nodes WHERE path >= ? ORDER BY path LIMIT 1"), arguments: [path])
      }
    return row.map { ($0[0], $0[1]) }
  }

  /// The leaf at exactly this path.
  public func treeLeaf(at path: String) throws -> String? {
    try String.fetchOne(database.cachedStatement(sql: "SELECT value FROM realtime_nodes WHERE path = ?"), arguments: [path])
  }

  /// The number of the newest change; 0 before the first.
  public func newestTreeChange() throws -> Int64 {
    try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM realtime_changes")) ?? 0
  }

  /// The changes after a number that are still kept, oldest first.
  public func treeChanges(after sequence: Int64, limit: Int) throws -> [TreeChangeRecord] {
    let statement = try database.cachedStatement(
      sql: "SELECT sequence, path, value, is_patch FROM realtime_changes WHERE sequence > ? ORDER BY sequence LIMIT ?")
    return try Row.fetchAll(statement, arguments: [sequence, limit]).map {
      TreeChangeRecord(sequence: $0[0], path: $0[1], value: $0[2], isPatch: $0[3])
    }
  }

  /// The text of the security rules; nil before they were set.
  public func treeRules() throws -> String? {
    try String.fetchOne(database, sql: "SELECT value FROM realtime_settings WHERE name = 'rules'")
  }
}

extension WarehouseTransaction {
  /// Forgets the leaf at exactly this path.
  public func deleteTreeLeaf(at path: String) throws {
    try database.cachedStatement(sql: "DELETE FROM realtime_nodes WHERE path = ?").execute(arguments: [path])
  }

  /// Forgets the leaves at a path and below it; an empty path is the root.
  public func deleteTreeLeaves(below path: String) throws {
    if path.isEmpty { return try database.execute(sql: "DELETE FROM realtime_nodes") }
    try database.cachedStatement(sql: "DELETE FROM realtime_nodes WHERE path >= ? AND path < ?").execute(arguments: [path, path + "\u{2}"])
  }

  public func insertTreeLeaf(at path: String, value: String) throws {
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO realtime_nodes (path, value) VALUES (?, ?)").execute(arguments: [path, value])
  }

  /// Notes a change for those who listen, and forgets those that are older than the newest `kept`.
  public func noteTreeChange(path: String, value: String?, isPatch: Bool, kept: Int64) throws {
    try database.cachedStatement(sql: "INSERT INTO realtime_changes (path, value, is_patch) VALUES (?, ?, ?)")
      .execute(arguments: [path, value, isPatch])
    try database.cachedStatement(sql: "DELETE FROM realtime_changes WHERE sequence <= ?")
      .execute(arguments: [database.lastInsertedRowID - kept])
  }

  public func setTreeRules(_ text: String) throws {
    try database.execute(
      sql: "INSERT INTO realtime_settings (name, value) VALUES ('rules', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      arguments: [text])
  }
}
