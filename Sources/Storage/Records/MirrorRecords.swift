internal import GRDB
public import Scheduling

/// How far a realtime database elsewhere is.
public struct MirrorJournal: Sendable, Equatable {
  /// Kind and address.
  public let place: String
  /// Names this warehouse.
  public var writer: String
  /// Readers are sent to the second tree.
  public var isCopyLive = false
  /// The tree itself holds every change up to this one.
  public var rootSequence: Int64 = 0
  public var copySequence: Int64 = 0
  /// When it last had everything; nil: never.
  public var pushedAt: Instant?
  /// When a push last failed; nil: not since.
  public var failedAt: Instant?
  public var failure: String?

  /// The place of the tree in the warehouse; it has a journal when there is or was a database elsewhere.
  public static let embedded = "embedded"

  public init(place: String, writer: String) {
    (self.place, self.writer) = (place, writer)
  }
}

extension WarehouseTransaction {
  public func save(_ journal: MirrorJournal) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO mirror_sinks (place, writer, live, root_sequence, copy_sequence, pushed_at, failed_at, failure)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        journal.place, journal.writer, journal.isCopyLive ? "copy" : "root", journal.rootSequence, journal.copySequence,
        journal.pushedAt?.milliseconds, journal.failedAt?.milliseconds, journal.failure,
      ])
  }

  /// Remembers changes as told, in their order. A change of a path is the last word on all below it.
  /// - Returns: the sequence of the last one.
  public func tell(_ changes: [(path: String, value: String?)]) throws -> Int64 {
    var sequence = try reader.mirrorSequence()
    let forget = try database.cachedStatement(sql: "DELETE FROM mirror_nodes WHERE path > ?1 || '/' AND path < ?1 || '0'")
    let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO mirror_nodes (path, value, sequence) VALUES (?, ?, ?)")
    for change in changes {
      sequence += 1
      try forget.execute(arguments: [change.path])
      try insert.execute(arguments: [change.path, change.value, sequence])
    }
    return sequence
  }

  /// Forgets what was deleted, and every tree elsewhere has been told. The tree in the warehouse, which may be behind, is told here.
  ///
  /// What was deleted from a larger value that was told as a whole is remembered as long as that value is.
  public func forgetDeletedMirrorNodes() throws {
    let told = try Int64.fetchOne(
      database,
      sql: """
        SELECT min(min(root_sequence, CASE WHEN copy_sequence = 0 THEN root_sequence ELSE copy_sequence END))
        FROM mirror_sinks WHERE place <> ?
        """, arguments: [MirrorJournal.embedded])
    guard let told else { return }
    let deleted = try String.fetchCursor(
      database, sql: "SELECT path FROM mirror_nodes WHERE value IS NULL AND sequence <= ?", arguments: [told])
    let parent = try database.makeStatement(sql: "SELECT EXISTS (SELECT 1 FROM mirror_nodes WHERE path = ? AND value IS NOT NULL)")
    var forgotten: [String] = []
    while let path = try deleted.next() {
      var isRemembered = false
      for (index, byte) in path.utf8.enumerated() where byte == UInt8(ascii: "/") && !isRemembered {
        isRemembered = try Bool.fetchOne(parent, arguments: [String(decoding: path.utf8.prefix(index), as: UTF8.self)]) ?? false
      }
      if !isRemembered { forgotten.append(path) }
    }
    let embedded = try reader.mirrorJournal(of: MirrorJournal.embedded)?.rootSequence
    let forget = try database.cachedStatement(sql: "DELETE FROM mirror_nodes WHERE path = ? RETURNING sequence")
    for path in forgotten {
      guard let sequence = try Int64.fetchOne(forget, arguments: [path]), sequence > embedded ?? 0 else { continue }
      try deleteTreeLeaves(below: WarehouseReader.stored(path))
    }
  }
}

extension WarehouseReader {
  /// nil: nothing was ever told there.
  public func mirrorJournal(of place: String) throws -> MirrorJournal? {
    try Row.fetchOne(database, sql: "SELECT * FROM mirror_sinks WHERE place = ?", arguments: [place]).map { row in
      var journal = MirrorJournal(place: place, writer: row["writer"])
      journal.isCopyLive = row["live"] == "copy"
      (journal.rootSequence, journal.copySequence) = (row["root_sequence"], row["copy_sequence"])
      journal.pushedAt = (row["pushed_at"] as Int64?).map(Instant.init(milliseconds:))
      journal.failedAt = (row["failed_at"] as Int64?).map(Instant.init(milliseconds:))
      journal.failure = row["failure"]
      return journal
    }
  }

  /// The sequence of the last change that was told anywhere; no later one will have it.
  public func mirrorSequence() throws -> Int64 {
    try Int64.fetchOne(
      database,
      sql: """
        SELECT max(coalesce((SELECT max(sequence) FROM mirror_nodes), 0),
          coalesce((SELECT max(max(root_sequence, copy_sequence)) FROM mirror_sinks), 0))
        """) ?? 0
  }

  /// The changes after a sequence, in order.
  /// - Parameters:
  ///   - bytesMax: of their values together; one is given in any case.
  ///   - skippingWaiting: without the paths of which the outbox has something newer.
  public func mirrorNodes(after sequence: Int64, limit: Int, bytesMax: Int, skippingWaiting: Bool = false) throws -> [OutboxEntry] {
    let more = skippingWaiting ? "AND path NOT IN (SELECT path FROM outbox)" : ""
    return try Self.entries(
      Row.fetchCursor(
        database, sql: "SELECT sequence, path, value FROM mirror_nodes WHERE sequence > ? \(more) ORDER BY sequence LIMIT ?",
        arguments: [sequence, limit]), bytesMax: bytesMax)
  }

  /// What is told at exactly this path.
  public func mirrorNode(at path: String) throws -> OutboxEntry? {
    try Row.fetchOne(database, sql: "SELECT sequence, path, value FROM mirror_nodes WHERE path = ?", arguments: [path])
      .map { OutboxEntry(sequence: $0[0], path: $0[1], value: $0[2]) }
  }

  /// The oldest changes that nobody was told.
  /// - Parameter bytesMax: of their values together; one is given in any case.
  public func outbox(limit: Int, bytesMax: Int) throws -> [OutboxEntry] {
    try Self.entries(
      Row.fetchCursor(database, sql: "SELECT sequence, path, value FROM outbox ORDER BY sequence LIMIT ?", arguments: [limit]),
      bytesMax: bytesMax)
  }

  /// Whether more waits behind a change.
  public func hasOutbox(after sequence: Int64) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE sequence > ?)", arguments: [sequence]) ?? false
  }

  private static func entries(_ rows: RowCursor, bytesMax: Int) throws -> [OutboxEntry] {
    var (entries, bytes): ([OutboxEntry], Int) = ([], 0)
    while let row = try rows.next() {
      let entry = OutboxEntry(sequence: row[0], path: row[1], value: row[2])
      bytes += entry.value?.utf8.count ?? 0
      if bytes > bytesMax, !entries.isEmpty { break }
      entries.append(entry)
    }
    return entries
  }

  /// What is told at and below a path, in the order of the changes; also what was deleted, while that is remembered.
  public func mirrorNodes(below path: String, through sequence: Int64) throws -> [OutboxEntry] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT sequence, path, value FROM mirror_nodes
        WHERE (path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')) AND sequence <= ?2 ORDER BY sequence
        """, arguments: [path, sequence]
    ).map { OutboxEntry(sequence: $0[0], path: $0[1], value: $0[2]) }
  }

  /// How many paths are told at and below a path.
  public func mirrorNodeCount(below path: String, through sequence: Int64) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM mirror_nodes
        WHERE (path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')) AND value IS NOT NULL AND sequence <= ?2
        """, arguments: [path, sequence]) ?? 0
  }

  /// The keys directly below a path that are told, escaped, sorted; those of the top for an empty path.
  public func mirrorKeys(below path: String, through sequence: Int64) throws -> [String] {
    // From one key to the first path that is behind everything below it: the cost goes by keys, not by paths.
    let next = try database.cachedStatement(
      sql: """
        SELECT path FROM mirror_nodes WHERE path >= ?1 AND path < ?2 AND value IS NOT NULL AND sequence <= ?3 ORDER BY path LIMIT 1
        """)
    let prefix = path.isEmpty ? "" : path + "/"
    let end = path.isEmpty ? "\u{10FFFF}" : path + "0"
    var (keys, from): (Set<String>, String) = ([], prefix)
    while let found = try String.fetchOne(next, arguments: [from, end, sequence]) {
      // Byte by byte: with a mark that combines, `/` would be another character.
      let key = String(decoding: found.utf8.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
      keys.insert(key)
      // `a-b` lies between `a` and `a/`, so only what is below a key can be skipped. No key holds a control character.
      from = found == prefix + key ? found + "\u{1}" : prefix + key + "0"
    }
    return keys.sorted()
  }

  /// How many changes a place was not told of, beside those in the outbox, by the top of their paths.
  public func mirrorBacklog(after sequence: Int64) throws -> [String: Int] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT substr(path, 1, instr(path || '/', '/') - 1), count(*) FROM mirror_nodes WHERE sequence > ? GROUP BY 1",
      arguments: [sequence])
    return Dictionary(rows.map { ($0[0], $0[1]) }) { $1 }
  }

  /// Whether there is, or was, a database elsewhere.
  public func hasMirrorElsewhere() throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM mirror_sinks WHERE place <> ?)", arguments: [MirrorJournal.embedded]) ?? false
  }

  /// Whether anything was ever told to a database elsewhere.
  public func hasMirrorNodes() throws -> Bool { try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM mirror_nodes)") ?? false }
}
