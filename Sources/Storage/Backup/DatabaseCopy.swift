import Foundation
internal import GRDB

extension Warehouse {
  /// Copies one consistent state into a new file, while others may be writing: SQLite's own online backup.
  ///
  /// The copy is one file without a log. It is not synced: it is for reading once.
  /// - Throws: ``WarehouseError``.
  func copy(to path: String) async throws {
    // A second time when a writer came while the file was read as it lay.
    try await read { try DatabaseCopy(path: path).fill(from: $0.database) }
  }
}

/// A database file that lies by itself: a copy of the warehouse on its way into a backup, or out of one.
struct DatabaseCopy {
  let path: String

  /// Writes the file anew, as a copy of another; it is one file without a log, and not synced.
  func fill(from source: Database) throws {
    if unlink(path) != 0, errno != ENOENT { throw FileError(path: path, errno) }
    let target = try DatabaseQueue(path: path)
    try target.writeWithoutTransaction { copy in
      try copy.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      try source.backup(to: copy)
      try copy.execute(sql: "PRAGMA journal_mode = DELETE")
    }
    try target.close()
  }

  /// The newest migration that was applied; empty when it is no warehouse.
  func schemaVersion() throws -> String { try read { try Schema.applied(in: $0).last ?? "" } }

  /// Rows by table.
  func rows() throws -> [String: Int] { try read(SchemaCheck.rows) }

  /// The runs that it knows, by name, and when each ended; the oldest first.
  func runs() throws -> [(id: String, end: Int64?)] {
    try read { try Row.fetchAll($0, sql: "SELECT id, ended_at FROM runs ORDER BY started_at, id").map { ($0[0], $0[1]) } }
  }

  /// The migration that this version of the program does not know; nil when it knows all.
  func foreignMigration() throws -> String? {
    do {
      try read { try Schema.refuseNewer($0, path: path) }
      return nil
    } catch WarehouseError.newerSchema(_, let found, _) {
      return found
    }
  }

  /// Reads all of it as SQLite checks it.
  /// - Returns: what is wrong; nil when nothing is.
  func unsoundness() throws -> String? {
    do {
      return try read { database in
        if let damage = try SchemaCheck.damage(in: database) { return damage }
        let orphans = try SchemaCheck.orphans(in: database)
        return orphans.isEmpty ? nil : orphans.joined(separator: "; ")
      }
    } catch WarehouseError.damaged(_, let reason) {
      return reason
    }
  }

  /// The files of bodies that it names.
  func bodies() throws -> [String] { try read { try String.fetchAll($0, sql: "SELECT DISTINCT body_hash FROM raw_responses") } }

  /// Changes the file, which is one file again afterwards.
  func write<Value>(_ body: (DatabaseQueue) throws -> Value) throws -> Value {
    do {
      let queue = try DatabaseQueue(path: path)
      defer { try? queue.close() }  // what could not be written has been thrown already
      return try body(queue)
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }  // it was only read; nothing can be lost
      return try queue.read(body)
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }
}
