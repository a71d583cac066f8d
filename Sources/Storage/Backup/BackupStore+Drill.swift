import Foundation
public import Scheduling

extension BackupStore {
  /// Restores the newest backup into a folder of its own, opens it as a run would, and deletes it: a backup that was never restored is none.
  ///
  /// - Throws: ``BackupError``, ``FileError``, ``WarehouseError``: it could not be restored.
  public func drill(keys: BackupKeys, at now: Instant) async throws -> RestoreReport {
    let newest = try backup(nil)
    let place = "\(folder)/drill"
    try AtomicFile.removeFolder(place)
    try AtomicFile.makeFolder(place)
    defer { try? AtomicFile.removeFolder(place) }  // the next drill deletes it first
    let lock = try RunLock(at: "\(place)/run.lock", purpose: "backup drill")
    let restore = Restore(from: self, keys: keys, into: place, isForced: false)
    let report = try await restore.run(newest, lock: lock, at: now)
    let warehouse = try Warehouse(writingTo: report.database, lock: lock)
    let rows = try await warehouse.read { try $0.count(of: .rawResponses) }
    try warehouse.close()
    guard rows == report.rows[CountedTable.rawResponses.rawValue] else {
      throw BackupError.defect(
        .otherRows(
          table: CountedTable.rawResponses.rawValue, rows, expected: report.rows[CountedTable.rawResponses.rawValue] ?? 0),
        path: newest.path)
    }
    return report
  }
}
