import Foundation
import Glibc
public import Scheduling

/// What came of a restore.
public struct RestoreReport: Sendable {
  public let header: BackupHeader
  /// The database that was written.
  public let database: String
  /// Rows by table, after the schema was brought up to date.
  public let rows: [String: Int]
  /// Where the old files are now; nil when there were none.
  public let aside: String?
  /// Whether the schema was an older one.
  public let isMigrated: Bool
  /// Whether what was spent of the limits was taken along from the old state; nil when there was none.
  public let areLimitsKept: Bool?
  /// Answers that came after the backup and are known again, by logical date.
  public let recovered: [Instant]
  /// Bodies of responses that it names, and how many of them are not in the raw store.
  public let bodies: (named: Int, missing: Int)
}

/// Puts the database of a backup in the place of the warehouse: before one moment all of the old state is there, behind it all of the new one.
public struct Restore {
  let store: BackupStore
  let keys: BackupKeys
  /// What takes the place of `data/`.
  let folder: String
  /// Whether what is there may be moved aside.
  let isForced: Bool

  public init(from store: BackupStore, keys: BackupKeys, into folder: String, isForced: Bool) {
    (self.store, self.keys, self.folder, self.isForced) = (store, keys, folder, isForced)
  }

  private var database: String { "\(folder)/jobs.sqlite" }

  /// Why nothing may be put there; asked before anything is made.
  /// - Parameter isWorkspace: the target is a project's `data/`, in which only a warehouse is in the way.
  /// - Throws: ``BackupError``, ``FileError``.
  public func refuseFullTarget(isWorkspace: Bool) throws {
    if isForced { return }
    if isWorkspace {
      let names = ["", ".restoring"].map { "jobs.sqlite" + $0 }
      guard let found = names.first(where: { access("\(folder)/\($0)", F_OK) == 0 }) else { return }
      throw BackupError.targetNotEmpty(path: folder, found: found)
    }
    guard access(folder, F_OK) == 0 else { return }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError(path: folder, FileError.number(in: error))
    }
    // The lock that a restore takes is no content.
    guard let found = names.filter({ $0 != "run.lock" }).min() else { return }
    throw BackupError.targetNotEmpty(path: folder, found: found)
  }

  /// - Parameters:
  ///   - lock: of the target; nobody else writes there.
  ///   - now: by the computer's clock; names the folder of the old state.
  /// - Throws: ``BackupError``, ``FileError``, ``WarehouseError``: then the old state is as it was.
  public func run(_ stored: StoredBackup, lock: borrowing RunLock, at now: Instant) async throws -> RestoreReport {
    try await store.alone("backup restore") {
      // One that was interrupted behind its moment is ended first: then there is one old state, whole.
      try RestoreMark.complete(at: database)
      // Behind its moment the folder is needed until it is completed, now or by the next writer.
      return try await WorkFolder.with(in: folder, unless: { RestoreMark.exists(at: database) }) { try await replace(by: stored, $0, now) }
    }
  }

  private func replace(by stored: StoredBackup, _ work: WorkFolder, _ now: Instant) async throws -> RestoreReport {
    let replacement = Replacement(of: database, in: work, rawStore: store.rawStore)
    let facts = try read(stored, into: replacement.fresh)
    let isMigrated = try replacement.fresh.write { try Schema.migrate($0, path: replacement.fresh.path) } != nil
    let done = try replacement.perform(since: facts.header.created, at: now)
    return RestoreReport(
      header: facts.header, database: database, rows: done.rows, aside: done.aside, isMigrated: isMigrated,
      areLimitsKept: done.areLimitsKept, recovered: done.recovered, bodies: facts.bodies)
  }

  /// Everything is checked before anything is touched.
  private func read(_ stored: StoredBackup, into fresh: DatabaseCopy) throws -> (header: BackupHeader, bodies: (Int, Int)) {
    let (header, manifest, hash) = try store.unpack(stored.path, named: stored.name, keys: keys, to: fresh.path)
    func fail(_ defect: BackupDefect) -> BackupError { .defect(defect, path: stored.path) }
    if let known = stored.verifiedHash, known != Hex.text(hash) { throw fail(.changedSinceVerified) }
    if let foreign = try fresh.foreignMigration() { throw BackupError.newerSchema(name: stored.name, found: foreign) }
    if let reason = try fresh.unsoundness() { throw fail(.unsoundDatabase(reason)) }
    let rows = try fresh.rows()
    for (table, expected) in manifest.rows.sorted(by: { $0.key < $1.key }) where rows[table] != expected {
      throw fail(.otherRows(table: table, rows[table] ?? 0, expected: expected))
    }
    let (bodies, there) = (try fresh.bodies(), Set(store.rawStore.hashes()))
    return (header, (bodies.count, bodies.filter { !there.contains($0) }.count))
  }
}
