internal import GRDB
import Glibc

/// What bringing a file up to date came to.
public struct SchemaChange: Sendable, Equatable {
  /// The newest migration of before; nil for a new file.
  public let before: String?
  /// The migrations that were applied, in order.
  public let applied: [String]
  /// The file as it was; nil for a new file, and for a copy.
  public let snapshot: String?
}

extension Schema {
  /// Brings a file up to date.
  ///
  /// All that is pending is one transaction, checked before it is committed: killed anywhere, the file is of the old schema or of the new one.
  /// - Parameters:
  ///   - last: the last migration to apply; nil for all, which a program always wants.
  ///   - snapshots: where a copy of the old state is left before anything is changed; nil when what is changed is a copy itself.
  /// - Returns: nil when nothing was pending.
  /// - Throws: ``WarehouseError``, ``FileError``: the file is as it was.
  @discardableResult
  static func migrate(
    _ database: any DatabaseWriter, path: String, upTo last: String? = nil, snapshots: SchemaSnapshots? = nil
  ) throws -> SchemaChange? {
    let (before, pending) = try database.read { database in
      try refuseNewer(database, path: path)
      return (try applied(in: database).last, try Schema.pending(in: database).filter { last == nil || $0.name <= last! })
    }
    guard !pending.isEmpty else { return nil }
    let snapshot = try before.flatMap { try snapshots?.take(of: database, schema: $0) }
    try database.writeWithoutTransaction { database in
      // A table that is dropped to be made anew must not take along the rows that refer to it; what refers to nothing is searched for below.
      try database.execute(sql: "PRAGMA foreign_keys = OFF")
      defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }  // a pragma that was just understood
      try database.inTransaction(.immediate) {
        let rows = before == nil ? [:] : try SchemaCheck.rows(in: database)
        for migration in pending { try apply(migration, in: database) }
        try keepChecksums(of: Set(pending.map(\.name)), in: database)
        if before != nil, last == nil, let reason = try SchemaCheck.defect(in: database, rowsBefore: rows) {
          throw WarehouseError.unsoundMigration(path: path, reason: reason)
        }
        return .commit
      }
    }
    return SchemaChange(before: before, applied: pending.map(\.name), snapshot: snapshot)
  }

  private static func apply(_ migration: SchemaMigration, in database: Database) throws {
    try database.execute(sql: "CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    try database.execute(sql: migration.sql)
    try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [migration.name])
  }

  /// Migrations of before there were checksums are taken over with those of this program.
  private static func keepChecksums(of fresh: Set<String>, in database: Database) throws {
    guard try database.tableExists("schema_migrations") else { return }
    let applied = Set(try applied(in: database))
    for migration in migrations where applied.contains(migration.name) {
      let isFresh = fresh.contains(migration.name)
      try database.execute(
        sql: """
          INSERT INTO schema_migrations (name, checksum, applied_at, program)
          VALUES (?, ?, iif(?, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), NULL), ?) ON CONFLICT DO NOTHING
          """, arguments: [migration.name, migration.checksum, isFresh, isFresh ? ProgramVersion.text : nil])
    }
  }
}
