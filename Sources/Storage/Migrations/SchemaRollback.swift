import Foundation
internal import GRDB
import Glibc
public import Scheduling

/// What going back to the state before the last change of the schema came to.
public struct SchemaRollbackReport: Sendable {
  public let snapshot: SchemaSnapshot
  /// Rows by table, now.
  public let rows: [String: Int]
  /// Where the files of the newer schema are now.
  public let aside: String?
  /// Whether what was spent of the limits was taken along; nil when there was no file.
  public let areLimitsKept: Bool?
  /// Answers that came since and are known again, by logical date.
  public let recovered: [Instant]
}

/// Puts the snapshot of before the last migration back in its place. It also works for the older version of the program, which refuses the
/// newer file.
public struct SchemaRollback {
  let database: String
  let rawStore: RawStore

  public init(of database: String, rawStore: RawStore) { (self.database, self.rawStore) = (database, rawStore) }

  /// The snapshot that there is to go back to.
  /// - Throws: ``FileError``, ``WarehouseError``; `.noSnapshot` when there is none of a schema before that of the file.
  public func snapshot() throws -> SchemaSnapshot {
    let path = SchemaSnapshots(of: database).folder
    guard let found = try SchemaSnapshots(of: database).newest(), found.schema != (try current()) else {
      throw WarehouseError.noSnapshot(folder: path)
    }
    return found
  }

  /// The runs that began or ended since the snapshot: what they did would be gone.
  /// - Returns: nil when the file cannot be read.
  public func runsSince(_ snapshot: SchemaSnapshot) throws -> [String]? {
    let known = Dictionary(uniqueKeysWithValues: try DatabaseCopy(path: snapshot.path).runs().map { ($0.id, $0.end) })
    do {
      return try DatabaseCopy(path: database).runs().filter { known[$0.id] != .some($0.end) }.map(\.id)
    } catch is WarehouseError {
      // Damaged, or of a schema that is none: that it cannot be read is told.
      return nil
    }
  }

  /// - Parameters:
  ///   - lock: of the warehouse; nobody else writes there.
  ///   - now: by the computer's clock.
  /// - Throws: ``FileError``, ``WarehouseError``: then everything is as it was.
  public func run(to snapshot: SchemaSnapshot, lock: borrowing RunLock, at now: Instant) async throws -> SchemaRollbackReport {
    try RestoreMark.complete(at: database)
    let folder = RestoreMark.parent(of: database)
    return try await WorkFolder.with(in: folder, unless: { RestoreMark.exists(at: database) }) { work in
      let replacement = Replacement(of: database, in: work, rawStore: rawStore)
      do {
        try FileManager.default.copyItem(atPath: snapshot.path, toPath: replacement.fresh.path)
      } catch {
        throw FileError(path: replacement.fresh.path, FileError.number(in: error))
      }
      if let reason = try replacement.fresh.unsoundness() { throw WarehouseError.damaged(path: snapshot.path, reason: reason) }
      let done = try replacement.perform(since: snapshot.taken, at: now)
      return SchemaRollbackReport(
        snapshot: snapshot, rows: done.rows, aside: done.aside, areLimitsKept: done.areLimitsKept, recovered: done.recovered)
    }
  }

  /// The schema of the file; empty when it has none, or is not there.
  private func current() throws -> String {
    guard access(database, F_OK) == 0 else { return "" }
    return try DatabaseCopy(path: database).schemaVersion()
  }
}
