import Foundation
internal import GRDB
import Glibc
import Scheduling

/// Puts another file in the place of the warehouse: before one moment all of the old state is there, behind it all of the new one.
struct Replacement {
  /// What it came to.
  struct Outcome {
    /// By table, in the new file.
    let rows: [String: Int]
    /// Where the old files are now; nil when there were none.
    let aside: String?
    /// Whether what was spent of the limits was taken along; nil when there was no old state.
    let areLimitsKept: Bool?
    /// Answers that came after the new file's state and are known again, by logical date.
    let recovered: [Instant]
  }

  /// Where the new file is made, before ``perform(since:at:)``.
  let fresh: DatabaseCopy
  private let database: String
  private let work: WorkFolder
  private let rawStore: RawStore

  init(of database: String, in work: WorkFolder, rawStore: RawStore) {
    (self.database, self.work, self.rawStore) = (database, work, rawStore)
    fresh = DatabaseCopy(path: "\(work.path)/\(RestoreMark.fresh)")
  }

  /// The caller holds the run lock, and has completed what was begun before.
  /// - Parameters:
  ///   - created: when the new file's state was copied.
  ///   - now: by the computer's clock; names the folder of the old state.
  /// - Throws: ``FileError``, ``WarehouseError``: then the old state is as it was.
  func perform(since created: Instant, at now: Instant) throws -> Outcome {
    let hasOld = try linkOld()
    let areLimitsKept = hasOld ? takeLimits() : nil
    let recovered = try recoverResponses(since: created)
    let aside = hasOld ? "replaced/\(BackupStore.stamp(now))-\(getpid())" : nil
    let rows = try fresh.rows()
    let folder = RestoreMark.parent(of: database)
    try AtomicFile.syncContents(of: work.path)
    try RestoreMark(work: String(work.path.dropFirst(folder.count + 1)), aside: aside).write(for: database)
    try RestoreMark.complete(at: database)
    return Outcome(rows: rows, aside: aside.map { "\(folder)/\($0)" }, areLimitsKept: areLimitsKept, recovered: recovered)
  }

  /// Gives the old files a second name each; nothing of them is touched.
  /// - Returns: whether there was an old state.
  private func linkOld() throws -> Bool {
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
  private func takeLimits() -> Bool {
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

  private func recoverResponses(since created: Instant) throws -> [Instant] {
    let rows = ResponseJournal(folder: rawStore.folder).rows(since: created - .minutes(5))
    return try fresh.write { queue in
      try queue.write { database in
        var dates: Set<Instant> = []
        for row in rows {
          guard let body = rawStore.body(row.bodyHash) else { continue }
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

  /// Joins another database's rows to its own, the larger number of two. Of two schemas the columns that both have count; nothing happens
  /// where one has no such table.
  /// - Throws: what SQLite says when the columns that both have do not make a row.
  func takeOver(from other: String, in database: Database) throws {
    func columns(_ schema: String) throws -> [Row] {
      try Row.fetchAll(database, sql: "SELECT name, type, pk FROM pragma_table_info(?, ?) ORDER BY cid", arguments: [name, schema])
    }
    let theirs = Set(try columns(other).map { $0[0] as String })
    let shared = try columns("main").filter { theirs.contains($0[0]) }
    guard !shared.isEmpty else { return }
    let names = shared.map { $0[0] as String }
    let updates = shared.filter { ($0[2] as Int) == 0 }.map { column -> String in
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
