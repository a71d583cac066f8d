import Foundation
public import Scheduling

extension BackupStore {
  /// Reads all of a backup: seals or hashes, the database in it, its rows, and its place after the one before; and writes down that it is good.
  ///
  /// - Parameter now: by the computer's clock.
  /// - Throws: ``BackupError``; it then counts as not verified.
  public func verify(_ stored: StoredBackup, keys: BackupKeys, at now: Instant) async throws -> BackupFacts {
    try await alone("backup verify") {
      do {
        let facts = try await WorkFolder.with(in: folder) { try check(stored.path, named: stored.name, keys: keys, in: $0) }
        try checkPlace(of: facts, stored)
        try BackupRecord(sha256: Hex.bytes(facts.sha256)!, verifiedAt: now).write(besideBackup: stored.path)
        return facts
      } catch BackupError.defect(let defect, let path) {
        if var record = BackupRecord(ofBackup: stored.path) {
          record.defect = defect.description
          try record.write(besideBackup: stored.path)
        }
        throw BackupError.defect(defect, path: path)
      }
    }
  }

  /// Reads all of the file, and the database in it.
  func check(_ path: String, named name: String, keys: BackupKeys, in work: WorkFolder) throws -> BackupFacts {
    let database = DatabaseCopy(path: "\(work.path)/check.sqlite")
    defer { unlink(database.path) }
    let (header, manifest, hash) = try unpack(path, named: name, keys: keys, to: database.path)
    do {
      if let reason = try database.unsoundness() { throw BackupDefect.unsoundDatabase(reason) }
      let rows = try database.rows()
      for (table, expected) in manifest.rows.sorted(by: { $0.key < $1.key }) where rows[table] != expected {
        throw BackupDefect.otherRows(table: table, rows[table] ?? 0, expected: expected)
      }
      let bodies = try database.bodies()
      let there = Set(rawStore.hashes())
      return BackupFacts(
        header: header, sha256: Hex.text(hash), rows: rows, bodies: (bodies.count, bodies.filter { !there.contains($0) }.count))
    } catch let defect as BackupDefect {
      throw BackupError.defect(defect, path: path)
    }
  }

  /// Writes the database of a backup into a new file, every byte checked.
  func unpack(
    _ path: String, named name: String, keys: BackupKeys, to target: String
  ) throws -> (header: BackupHeader, manifest: BackupManifest, hash: [UInt8]) {
    do {
      return try BackupFile.read(
        path, name: name,
        keys: { header in
          guard let id = header.keyID else { return nil }
          guard let key = keys.key(id) else { throw BackupError.keyMissing(name: name, id: id, current: keys.current?.id) }
          return key
        }, to: target)
    } catch let defect as BackupDefect {
      throw BackupError.defect(defect, path: path)
    }
  }

  /// Whether it is the file that was verified earlier, and follows the one before it.
  private func checkPlace(of facts: BackupFacts, _ stored: StoredBackup) throws {
    if let known = stored.verifiedHash, known != facts.sha256 { throw BackupError.defect(.changedSinceVerified, path: stored.path) }
    guard let previous = facts.header.previous else { return }
    let before = try list().first { other in (try? other.header.get().sequence) == facts.header.sequence - 1 }  // damaged: told for itself
    guard let before, let known = before.verifiedHash else { return }
    if known != previous { throw BackupError.defect(.predecessorReplaced(before.name), path: stored.path) }
  }
}
