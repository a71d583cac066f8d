/// What is wrong with a backup: facts first.
public enum BackupDefect: Error, Sendable, Equatable {
  /// It does not begin as a backup does.
  case noBackup
  case headerDamaged
  /// Written by a newer version of the program.
  case newerFormat(Int)
  /// It says that it is another one: it was renamed, or another was put in its place.
  case otherName(String)
  /// A chunk, counted from 1, is not what was written: a changed byte, one that was moved, or one of another backup.
  case chunkDamaged(Int)
  /// The file ends before the chunk that is marked as the last.
  case truncated(afterChunk: Int)
  /// Bytes behind the last chunk.
  case bytesBehindTheEnd
  /// The database in it has not the size that the header says.
  case otherSize(Int, expected: Int)
  /// What SQLite says of the database in it.
  case unsoundDatabase(String)
  /// A table has not as many rows as when the backup was made.
  case otherRows(table: String, Int, expected: Int)
  /// The backup before it, which it names by its hash, is not the one in the folder.
  case predecessorReplaced(String)
  /// It is not the file that was verified earlier.
  case changedSinceVerified
}

extension BackupDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noBackup: "it is no backup of jobs"
    case .headerDamaged: "its header is damaged"
    case .newerFormat(let format): "its format \(format) is of a newer version of jobs"
    case .otherName(let name): "it is the backup \(name) under another name"
    case .chunkDamaged(let number): "chunk \(number) is not what was written: damaged, moved, or of another backup"
    case .truncated(let chunk): "it ends behind chunk \(chunk), before its end"
    case .bytesBehindTheEnd: "there is something behind its end"
    case .otherSize(let bytes, let expected): "the database in it has \(bytes) bytes instead of \(expected)"
    case .unsoundDatabase(let reason): "the database in it is not sound: \(reason)"
    case .otherRows(let table, let rows, let expected): "\(table) has \(rows) rows instead of \(expected)"
    case .predecessorReplaced(let name): "the backup before it, \(name), is not the one that it followed: one of the two was replaced"
    case .changedSinceVerified: "it is not the file that was verified: its hash differs from that in its record"
    }
  }
}

/// Why something cannot be done with backups.
public enum BackupError: Error, Sendable, Equatable {
  case defect(BackupDefect, path: String)
  /// None of this name; those that there are.
  case unknown(name: String, known: [String])
  case none(folder: String)
  /// The key that it is sealed with is not set.
  case keyMissing(name: String, id: String, current: String?)
  /// It was written by a newer version of the program.
  case newerSchema(name: String, found: String)
  /// The target of a restore holds something.
  case targetNotEmpty(path: String, found: String)
}

extension BackupError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .defect(let defect, let path):
      return "\(path): \(defect); nothing was changed; look at the others with `jobs backup verify`"
    case .unknown(let name, let known):
      let list = known.isEmpty ? "there is none" : "there are \(known.prefix(8).joined(separator: ", "))\(known.count > 8 ? ", ..." : "")"
      return "no backup is called `\(name)`; \(list)"
    case .none(let folder): return "\(folder): there is no backup; `jobs backup create` makes one"
    case .keyMissing(let name, let id, let current):
      let have = current.map { "the key `backup` that is set is \($0)" } ?? "no key `backup` is set"
      return
        "\(name) is sealed with key \(id), and \(have); nothing is lost: put that key back with `jobs secrets set backup_\(id)` and try again"
    case .newerSchema(let name, let found):
      return "\(name) is of a newer version of jobs (its schema is \(found)); restore it with that version"
    case .targetNotEmpty(let path, let found):
      return "\(path) is not empty (\(found)); with --force what is there is moved aside first, and nothing of it is lost"
    }
  }
}
