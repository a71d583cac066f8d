import Foundation
internal import GRDB
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
    let fresh = DatabaseCopy(path: "\(work.path)/\(RestoreMark.fresh)")
    let facts = try read(stored, into: fresh)
    let isMigrated = try bringUpToDate(fresh)
    let hasOld = try linkOld(into: work)
    let areLimitsKept = hasOld ? takeLimits(into: fresh) : nil
    let recovered = try recoverResponses(into: fresh, since: facts.header.created)
    let aside = hasOld ? "replaced/\(BackupStore.stamp(now))-\(getpid())" : nil
    let rows = try fresh.rows()
    try AtomicFile.syncContents(of: work.path)
    try RestoreMark(work: String(work.path.dropFirst(folder.count + 1)), aside: aside).write(for: database)
    try RestoreMark.complete(at: database)
    return RestoreReport(
      header: facts.header, database: database, rows: rows, aside: aside.map { "\(folder)/\($0)" }, isMigrated: isMigrated,
      areLimitsKept: areLimitsKept, recovered: recovered, bodies: facts.bodies)
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

  private func bringUpToDate(_ fresh: DatabaseCopy) throws -> Bool {
    let before = try fresh.migrations()
    try fresh.write { try Schema.migrate($0, path: fresh.path) }
    return try fresh.migrations() != before
  }

  /// Gives the old files a second name each; nothing of them is touched.
  /// - Returns: whether there was an old state.
  private func linkOld(into work: WorkFolder) throws -> Bool {
    guard access(database, F_OK) == 0 else { return false }
    let old = "\(work.path)/\(RestoreMark.old)"
    try AtomicFile.makeFolder(old)
    for suffix in ["", "-wal", "-journal"] {
      guard link(database + suffix, "\(old)/jobs.sqlite\(suffix)") != 0, errno != ENOENT else { continue }
      throw FileError(path: database + suffix, errno)
    }
    return true
  }

  /// What was spent stays spent, and a ban stays a ban: the larger number of the two counts.
  /// - Returns: false when the old file cannot be read.
  private func takeLimits(into fresh: DatabaseCopy) -> Bool {
    do {
      try fresh.write { queue in
        try queue.writeWithoutTransaction { database in
          let address = "file:" + self.database.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)! + "?mode=ro"
          try database.execute(sql: "ATTACH ? AS old", arguments: [address])
          try database.inTransaction {
            for table in ["rate_usage", "rate_pauses", "refused_functions"] { try LimitTable(table).takeOver(from: "old", in: database) }
            return .commit
          }
          try database.execute(sql: "DETACH old")
        }
      }
      return true
    } catch {
      // A damaged file is what restores are for; that its limits are lost is told.
      return false
    }
  }

  private func recoverResponses(into fresh: DatabaseCopy, since created: Instant) throws -> [Instant] {
    let rows = ResponseJournal(folder: store.rawStore.folder).rows(since: created - .minutes(5))
    return try fresh.write { queue in
      try queue.write { database in
        var dates: Set<Instant> = []
        for row in rows {
          guard let body = store.rawStore.body(row.bodyHash) else { continue }
          try database.execute(
            sql: """
              INSERT INTO raw_responses (source, request, logical_date, body_hash, answer, status, body_bytes, received_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
              """,
            arguments: [
              row.source, row.request, row.logicalDate.milliseconds, row.bodyHash, row.answer, row.status, body.count,
              row.receivedAt.milliseconds,
            ])
          if database.changesCount > 0 { dates.insert(row.logicalDate) }
        }
        return dates.sorted()
      }
    }
  }
}

/// A table whose numbers only ever grow while they count.
private struct LimitTable {
  let name: String

  init(_ name: String) { self.name = name }

  /// Joins another database's rows to its own, the larger number of two; nothing when the tables differ.
  func takeOver(from other: String, in database: Database) throws {
    func columns(_ schema: String) throws -> [Row] {
      try Row.fetchAll(database, sql: "SELECT name, type, pk FROM pragma_table_info(?, ?) ORDER BY cid", arguments: [name, schema])
    }
    let ours = try columns("main")
    guard !ours.isEmpty, ours == (try columns(other)) else { return }
    let names = ours.map { $0[0] as String }
    let updates = ours.filter { ($0[2] as Int) == 0 }.map { column -> String in
      let name = column[0] as String
      return (column[1] as String) == "INTEGER" ? "\(name) = max(\(name), excluded.\(name))" : "\(name) = excluded.\(name)"
    }
    let all = names.joined(separator: ", ")
    let action = updates.isEmpty ? "NOTHING" : "UPDATE SET \(updates.joined(separator: ", "))"
    // `WHERE true`: without it SQLite takes ON for a join's.
    try database.execute(
      sql: "INSERT INTO main.\(name) (\(all)) SELECT \(all) FROM \(other).\(name) WHERE true ON CONFLICT DO \(action)")
  }
}
