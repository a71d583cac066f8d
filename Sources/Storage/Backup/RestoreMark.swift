import Foundation
import Glibc

/// A restore from the moment on from which it counts: `jobs.sqlite.restoring`.
///
/// Before the mark is written nothing has changed; once it is there, whoever opens the warehouse to write completes the restore first, and
/// readers wait. A database with a log is several files, which no rename takes together; the mark makes one step of it.
public struct RestoreMark: Codable {
  /// The folder beside the warehouse with the new file, and with links to the old ones.
  let work: String
  /// Where the old files go, below the same folder; nil when there were none.
  let aside: String?

  static let fresh = "fresh.sqlite"
  static let old = "old"
  /// The files of a database.
  static let suffixes = ["", "-wal", "-shm", "-journal"]

  static func path(_ database: String) -> String { database + ".restoring" }
  public static func exists(at database: String) -> Bool { access(path(database), F_OK) == 0 }

  /// From here on the new state counts.
  func write(for database: String) throws {
    try AtomicFile.write([UInt8](try JSONEncoder().encode(self)), to: RestoreMark.path(database))
  }

  /// Ends a restore that was begun, for one who holds the run lock.
  /// - Throws: ``FileError``, ``WarehouseError``.
  public static func complete(at database: String, lock: borrowing RunLock) throws { try complete(at: database) }

  /// Ends a restore that was begun; nothing when none was. Killed anywhere, it can be called again. The caller holds the run lock.
  /// - Throws: ``FileError``, ``WarehouseError``.
  static func complete(at database: String) throws {
    guard let data = FileManager.default.contents(atPath: path(database)) else { return WorkFolder.clear(in: parent(of: database)) }
    // Appeared whole; when it cannot be read, the disk has damaged it, and a person has to look.
    guard let mark = try? JSONDecoder().decode(RestoreMark.self, from: data) else {
      throw WarehouseError.damaged(path: path(database), reason: "it is no mark of a restore")
    }
    let folder = parent(of: database)
    let work = "\(folder)/\(mark.work)"
    let isFresh = access("\(work)/\(fresh)", F_OK) == 0
    // The log of the old file must not be taken for one of the new file's.
    for suffix in suffixes.dropFirst() {
      if unlink(database + suffix) != 0, errno != ENOENT { throw FileError(path: database + suffix, errno) }
    }
    try AtomicFile.sync(folder: folder)
    if isFresh {
      guard rename("\(work)/\(fresh)", database) == 0 else { throw FileError(path: database, errno) }
      try AtomicFile.sync(folder: folder)
    }
    if let aside = mark.aside, access("\(work)/\(old)", F_OK) == 0 {
      try AtomicFile.makeFolder(parent(of: "\(folder)/\(aside)"))
      guard rename("\(work)/\(old)", "\(folder)/\(aside)") == 0 else { throw FileError(path: aside, errno) }
      try AtomicFile.sync(folder: parent(of: "\(folder)/\(aside)"))
    }
    unlink(database + ".creating")
    guard unlink(path(database)) == 0 else { throw FileError(path: path(database), errno) }
    try AtomicFile.sync(folder: folder)
    rmdir(work)
  }

  static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}
