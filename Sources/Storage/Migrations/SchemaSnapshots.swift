import Foundation
internal import GRDB
import Glibc
public import Scheduling

/// The file as it was before its schema was changed.
public struct SchemaSnapshot: Sendable, Equatable {
  public let path: String
  /// Its newest migration.
  public let schema: String
  public let bytes: Int
  public let taken: Instant
}

/// The snapshots in a folder, `data/backups`: one is kept, that of the last change.
public struct SchemaSnapshots: Sendable {
  let folder: String

  private static let prefix = "schema-"
  private static let ending = ".sqlite"

  /// - Parameter database: the warehouse; its snapshots lie in `backups` beside it.
  public init(of database: String) { folder = RestoreMark.parent(of: database) + "/backups" }

  /// The newest that this version of the program can use; nil when there is none.
  /// - Throws: ``FileError``, ``WarehouseError``.
  public func newest() throws -> SchemaSnapshot? {
    try files().compactMap(snapshot).max { ($0.taken, $0.schema) < ($1.taken, $1.schema) }
  }

  /// Copies the whole file, checks the copy, and gives it its name; the ones before go.
  /// - Returns: the path.
  func take(of database: any DatabaseReader, schema: String) throws -> String {
    try AtomicFile.makeFolder(folder)
    let path = "\(folder)/\(SchemaSnapshots.prefix)\(schema.prefix(4))\(SchemaSnapshots.ending)"
    try clear()
    let fresh = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
    do {
      try database.read { try DatabaseCopy(path: fresh).fill(from: $0) }
      if let reason = try DatabaseCopy(path: fresh).unsoundness() { throw WarehouseError.damaged(path: path, reason: reason) }
      chmod(fresh, 0o600)
      try AtomicFile.syncContents(of: folder)
      guard rename(fresh, path) == 0 else { throw FileError(path: path, errno) }
      try AtomicFile.sync(folder: folder)
    } catch {
      for suffix in ["", "-journal"] { unlink(fresh + suffix) }
      throw WarehouseError.wrapping(error, path: path)
    }
    for other in try files() where "\(folder)/\(other)" != path { unlink("\(folder)/\(other)") }
    return path
  }

  /// Deletes copies that a kill left half made. What cannot be deleted is in nobody's way.
  private func clear() throws {
    for name in try names() where name.wholeMatch(of: /schema-.+\.\d+\.\d+\.new(-journal)?/) != nil { unlink("\(folder)/\(name)") }
  }

  private func files() throws -> [String] {
    try names().filter { $0.hasPrefix(SchemaSnapshots.prefix) && $0.hasSuffix(SchemaSnapshots.ending) }
  }

  private func names() throws -> [String] {
    guard access(folder, F_OK) == 0 else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError(path: folder, FileError.number(in: error))
    }
  }

  private func snapshot(_ name: String) throws -> SchemaSnapshot? {
    let path = "\(folder)/\(name)"
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw FileError(path: path, errno) }
    let copy = DatabaseCopy(path: path)
    guard try copy.foreignMigration() == nil else { return nil }
    let taken = Instant(milliseconds: Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec) / 1_000_000)
    return SchemaSnapshot(path: path, schema: try copy.schemaVersion(), bytes: Int(facts.st_size), taken: taken)
  }
}
