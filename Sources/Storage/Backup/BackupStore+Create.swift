import Foundation
public import Scheduling

/// What came of making a backup.
public struct CreatedBackup: Sendable {
  public let name: String
  public let path: String
  /// Of the file.
  public let bytes: Int
  public let facts: BackupFacts
  /// Names of older ones that were deleted.
  public let rotated: [String]
  /// Why no older one was deleted though some are old enough, or what else a person should know.
  public let warnings: [String]
}

extension BackupStore {
  /// The newest verified ones stay however old they are.
  static let verifiedMin = 3
  /// A backup that is further from the one before it says more about the clock than about the backups.
  static let leapMax: Duration = .days(35)

  /// Makes a backup of one consistent state, verifies it, and only then gives it its name and deletes older ones.
  ///
  /// - Parameters:
  ///   - key: seals it; nil: it is not sealed.
  ///   - now: by the computer's clock.
  ///   - age: older ones are deleted, but never the last verified ones.
  /// - Throws: ``WarehouseError``, ``FileError``, ``LockError``; what was there is as it was.
  public func create(from warehouse: Warehouse, key: BackupKey?, at now: Instant, keeping age: Duration) async throws -> CreatedBackup {
    try await alone("backup create") { try await create(from: warehouse, key, now, age) }
  }

  private func create(from warehouse: Warehouse, _ key: BackupKey?, _ now: Instant, _ age: Duration) async throws -> CreatedBackup {
    try await WorkFolder.with(in: folder) { work in
      let before = try list()
      let newest = before.first.flatMap { stored in try? stored.header.get() }  // damaged ones are told of by verify
      let sequence = (newest?.sequence ?? 0) + 1
      let name = BackupStore.name(at: now, sequence)
      let snapshot = DatabaseCopy(path: "\(work.path)/snapshot.sqlite")
      try await warehouse.copy(to: snapshot.path)
      let size = try BackupStore.size(of: snapshot.path)
      let header = BackupHeader(
        name: name, created: now, sequence: sequence, previous: try before.first.map(hash), schemaVersion: try snapshot.schemaVersion(),
        key: key, chunkSize: chunkSize, bytes: size)
      let fresh = "\(work.path)/fresh\(BackupStore.ending)"
      _ = try BackupFile.write(header, BackupManifest(rows: try snapshot.rows()), database: snapshot.path, key: key, to: fresh)
      guard unlink(snapshot.path) == 0 else { throw FileError(path: snapshot.path, errno) }
      let facts = try check(fresh, named: name, keys: BackupKeys(current: key), in: work)
      let path = "\(folder)/\(name)\(BackupStore.ending)"
      guard rename(fresh, path) == 0 else { throw FileError(path: path, errno) }
      // Syncs the folder, and with it the rename.
      try BackupRecord(sha256: Hex.bytes(facts.sha256)!, verifiedAt: now).write(besideBackup: path)
      let (rotated, warning) = try rotate(keeping: age, at: now, newest: newest)
      let bytes = try BackupStore.size(of: path)
      let keyWarning = newest?.keyID.flatMap { old in
        old == key?.id
          ? nil
          : "older backups are sealed with key \(old), this one \(key.map { "with key \($0.id)" } ?? "is not sealed"): keep the old key as `backup_\(old)`"
      }
      return CreatedBackup(
        name: name, path: path, bytes: bytes, facts: facts, rotated: rotated, warnings: [warning, keyWarning].compactMap(\.self))
    }
  }

  /// `20260115T023000Z-7`: when it was made, and which one it is.
  private static func name(at now: Instant, _ sequence: Int) -> String {
    "\(stamp(now))-\(sequence)"
  }

  /// `20260115T023000Z`
  static func stamp(_ instant: Instant) -> String { instant.floored(to: .seconds(1)).iso8601.filter { $0 != "-" && $0 != ":" } }

  /// SHA-256 of a backup's file, from its record, or read.
  private func hash(_ stored: StoredBackup) throws -> String {
    try stored.verifiedHash ?? FileHash.sha256(of: stored.path)
  }

  /// Deletes what is older than `age`, but neither the newest verified ones nor anything when the clock may be wrong.
  private func rotate(keeping age: Duration, at now: Instant, newest: BackupHeader?) throws -> (deleted: [String], warning: String?) {
    let all = try list()
    let safe = Set(all.filter { $0.verifiedAt != nil }.prefix(BackupStore.verifiedMin).map(\.name))
    let old = all.filter { stored in
      guard let header = try? stored.header.get(), !safe.contains(stored.name) else { return false }  // what is damaged is for a person
      return header.created < now - age
    }
    guard !old.isEmpty else { return ([], nil) }
    if let newest, newest.created > now || newest.created < now - BackupStore.leapMax {
      return (
        [],
        "the backup before this one is of \(newest.created), so the clock may be wrong, and no old backup was deleted; the next one will delete \(old.count)"
      )
    }
    for stored in old {
      // The record first: what is left after a kill is a backup that is not verified, never a record without one.
      for path in [BackupRecord.path(ofBackup: stored.path), stored.path] where unlink(path) != 0 && errno != ENOENT {
        throw FileError(path: path, errno)
      }
    }
    return (old.map(\.name), nil)
  }
}
