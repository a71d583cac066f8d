import Foundation
import Scheduling

/// The folder of backups: `data/backups`. One process at a time changes it; a run may be going on meanwhile.
public struct BackupStore: Sendable {
  public let folder: String
  /// Beside which the bodies lie that backups name.
  let rawStore: RawStore
  /// So many bytes are sealed at a time; smaller in tests.
  var chunkSize = BackupHeader.chunkSize

  static let ending = ".backup"

  /// - Parameter rawStore: bodies stay there; a backup names them by their hash.
  public init(folder: String, rawStore: RawStore) { (self.folder, self.rawStore) = (folder, rawStore) }

  /// All backups, the newest first. Only headers are read.
  /// - Throws: ``FileError``.
  public func list() throws -> [StoredBackup] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      // No folder: none was ever made.
      guard FileError.number(in: error) == ENOENT || !FileManager.default.fileExists(atPath: folder) else {
        throw FileError(path: folder, FileError.number(in: error))
      }
      return []
    }
    return try names.filter { $0.hasSuffix(BackupStore.ending) }.map(stored).sorted { a, b in
      switch (try? a.header.get().sequence, try? b.header.get().sequence) {  // what has no header comes last
      case (let x?, let y?): x == y ? a.name > b.name : x > y
      case (.some, nil): true
      case (nil, .some): false
      default: a.name > b.name
      }
    }
  }

  /// The backup of a name, or the newest; `sound` leaves out those whose header cannot be read.
  /// - Throws: ``BackupError``.
  public func backup(_ name: String?) throws -> StoredBackup {
    let all = try list()
    guard let name else {
      guard let newest = all.first else { throw BackupError.none(folder: folder) }
      return newest
    }
    let wanted = name.hasSuffix(BackupStore.ending) ? String(name.dropLast(BackupStore.ending.count)) : name
    guard let found = all.first(where: { $0.name == wanted }) else { throw BackupError.unknown(name: name, known: all.map(\.name)) }
    return found
  }

  private func stored(_ file: String) throws -> StoredBackup {
    let path = "\(folder)/\(file)"
    let header: Result<BackupHeader, BackupDefect>
    do {
      header = .success(try BackupHeader.read(from: try FileReader(path)).header)
    } catch let defect as BackupDefect {
      header = .failure(defect)
    }
    let record = BackupRecord(ofBackup: path)
    return StoredBackup(
      name: String(file.dropLast(BackupStore.ending.count)), path: path, bytes: try BackupStore.size(of: path), header: header,
      verifiedAt: record.flatMap { $0.defect == nil ? Instant(milliseconds: $0.verifiedAt) : nil }, verifiedHash: record?.sha256)
  }

  /// Bytes of a file.
  /// - Throws: ``FileError``.
  static func size(of path: String) throws(FileError) -> Int {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw FileError(path: path, errno) }
    return Int(facts.st_size)
  }

  /// Does something alone with the folder.
  /// - Throws: ``LockError`` when another process is at work on it.
  func alone<Result>(_ purpose: String, _ body: () async throws -> Result) async throws -> Result {
    try AtomicFile.makeFolder(folder)
    let lock = try RunLock(at: "\(folder)/lock", purpose: purpose)
    // What a killed process had begun.
    AtomicFile.removeLeftovers(below: folder)
    let result = try await body()
    _ = consume lock
    return result
  }
}

/// A folder for files on their way; what a killed process leaves of it, the next one clears away.
struct WorkFolder {
  let path: String

  /// Makes one, hands it to `body`, and deletes it.
  /// - Parameter isNeeded: asked in the end; a folder that is still needed stays.
  static func with<Result>(in folder: String, unless isNeeded: () -> Bool = { false }, _ body: (WorkFolder) async throws -> Result)
    async throws
    -> Result
  {
    let work = WorkFolder(path: "\(folder)/work.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new")
    try AtomicFile.makeFolder(work.path)
    // What cannot be deleted is cleared away later.
    defer { if !isNeeded() { try? FileManager.default.removeItem(atPath: work.path) } }
    return try await body(work)
  }

  /// Deletes those that killed processes left, and marks that were never put in their place; nobody else may be working in the folder.
  static func clear(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // no folder, nothing left over
    for name in names where name.wholeMatch(of: /(work|.+\.restoring)\.\d+\.\d+\.new/) != nil {
      // In nobody's way, only in the way of order.
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
