import Foundation
internal import GRDB

/// Why the warehouse cannot be used.
public enum WarehouseError: Error, Sendable, Equatable {
  /// Nothing was ever stored here.
  case missing(path: String)
  case empty(path: String)
  /// Written by a newer version of the program.
  /// - program: the version that wrote it, where that is known.
  case newerSchema(path: String, found: String, program: String?)
  /// Made by an older version, and what is asked for is not in it yet.
  case olderSchema(path: String, found: String)
  /// Bringing its schema up to date did not come to what it should; nothing was changed.
  case unsoundMigration(path: String, reason: String)
  /// There is no state of before a change of the schema.
  case noSnapshot(folder: String)
  case damaged(path: String, reason: String)
  /// A restore is putting another file in its place, or was killed while it did.
  case restoring(path: String)
  /// Another program holds the database.
  case busy(path: String)
  case diskFull(path: String)
  case readOnly(path: String, reason: String)
  /// Another process has taken over the lock; nothing of this one is written any more.
  case fenced(path: String)
  /// The journaled plan of a run is of another version of the program.
  case unreadablePlan(run: String)
  case other(path: String, reason: String)

  init(_ error: any Error, path: String) {
    guard let error = error as? DatabaseError else {
      self = .other(path: path, reason: "\(error)")
      return
    }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_FULL: self = .diskFull(path: path)
    // A sync or a new file for which there is no space is no more than a failed call to SQLite.
    case .SQLITE_IOERR where WarehouseError.isDiskFull(at: path), .SQLITE_CANTOPEN where WarehouseError.isDiskFull(at: path):
      self = .diskFull(path: path)
    case .SQLITE_CANTOPEN:
      // SQLite keeps the kernel's reason to itself.
      let refusal = WarehouseError.refusal(beside: path)
      self =
        refusal == ENOSPC || refusal == EDQUOT
        ? .diskFull(path: path)
        : .readOnly(path: path, reason: refusal.map { String(cString: strerror($0)) } ?? error.message ?? "\(error.resultCode)")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, reason: error.message ?? "\(error.resultCode)")
    case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path, reason: error.message ?? "\(error.resultCode)")
    case .SQLITE_IOERR: self = .readOnly(path: path, reason: error.message ?? "input/output error")
    default: self = .other(path: path, reason: error.message ?? "\(error.resultCode)")
    }
  }

  /// Whether the file system of a path has no space left for us, or no file.
  private static func isDiskFull(at path: String) -> Bool {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else { return false }
    return UInt(facts.f_bavail) * facts.f_frsize < 64 << 10 || (facts.f_files > 0 && facts.f_favail == 0)
  }

  /// Why the kernel makes no file beside a path, as an error number; nil when it does.
  private static func refusal(beside path: String) -> Int32? {
    let probe = "\(path).probe"
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return errno }
    close(descriptor)
    unlink(probe)
    return nil
  }

  /// Database errors become facts; all others, such as a cancellation or a task's own failure, stay what they are.
  static func wrapping(_ error: any Error, path: String) -> any Error {
    error is DatabaseError ? WarehouseError(error, path: path) : error
  }
}

extension WarehouseError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let path): "\(path): nothing is stored yet; `jobs run nightly` (or `make nightly` for the sandbox) makes it"
    case .empty(let path): "\(path) has no bytes, so it is no database; restore a backup, or delete the file to begin anew"
    case .newerSchema(let path, let found, let program):
      "\(path) was written by a newer version of jobs (its schema is \(found)); use \(program.map { "version \($0)" } ?? "that version"), or go back to the state before it with `jobs migrate rollback` or a backup"
    case .olderSchema(let path, let found):
      "\(path) is as an older version of jobs left it (its schema is \(found)); `jobs migrate up`, or the next run, brings it up to date"
    case .unsoundMigration(let path, let reason):
      "\(path) cannot be brought up to date (\(reason)); nothing was changed; go on with the version that wrote it, and report this"
    case .noSnapshot(let folder):
      "\(folder) has no snapshot of an older schema that this version knows; `jobs backup list` shows what else there is to go back to"
    case .damaged(let path, let reason): "\(path) is damaged (\(reason)); nothing was written; restore a backup"
    case .restoring(let path): "\(path) is being replaced by a restore; when that was interrupted, the next run completes it"
    case .busy(let path): "\(path) is held by another program for more than 30 s; close it and try again"
    case .diskFull(let path):
      "\(path): no space left on the disk; what was stored is safe; free some and repeat the command; a run goes on with --resume"
    case .readOnly(let path, let reason): "\(path) cannot be read or written (\(reason)); check its owner, its mode and the disk"
    case .fenced(let path): "\(path): another run has taken over; this one writes nothing more"
    case .unreadablePlan(let run):
      "the plan of \(run) was written by another version of jobs and cannot be read by this one; start a new run for its date"
    case .other(let path, let reason): "\(path): \(reason)"
    }
  }
}
