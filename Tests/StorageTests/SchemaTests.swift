import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct `The schema` {
  @Test func `is made of migrations that never change once they were released`() {
    let names = Schema.migrations.map(\.name)
    #expect(names == names.sorted() && Set(names.map { $0.prefix(4) }).count == names.count)
    let checksums = Schema.migrations.map { "\($0.name.prefix(4)) \($0.checksum.prefix(12))" }
    // Write a new migration instead of changing one of these; this list only grows.
    #expect(checksums.joined(separator: "\n") == released)
  }

  @Test(arguments: [
    ("CREATE TABLE a ( b INTEGER ) STRICT", "CREATE TABLE a (\n  b INTEGER -- what it means\n) STRICT", false),
    ("CREATE TABLE a ( b INTEGER ) STRICT", "CREATE TABLE a ( b REAL ) STRICT", true),
  ])
  func `is compared without comments and layout`(one: String, other: String, differs: Bool) {
    #expect((SchemaMigration("a", one).checksum != SchemaMigration("a", other).checksum) == differs)
  }

  @Test func `of an older file is brought up to date with a snapshot of before`() async throws {
    let old = try OldFile()
    let lock = try old.lock()
    let warehouse = try Warehouse(writingTo: old.path, lock: lock)
    let change = try #require(warehouse.schemaChange)
    #expect(change.before == OldFile.schema && change.applied == Schema.migrations.map(\.name).filter { $0 > OldFile.schema })
    let snapshot = try #require(try SchemaSnapshots(of: old.path).newest())
    #expect(snapshot.path == change.snapshot && snapshot.schema == OldFile.schema)
    #expect(try FileManager.default.attributesOfItem(atPath: snapshot.path)[.posixPermissions] as? Int == 0o600)
    #expect(try DatabaseCopy(path: snapshot.path).rows()["rate_usage"] == 1)
    let (status, defects, rows) = try await warehouse.read {
      (try $0.schemaStatus(), try $0.schemaDefects(), try SchemaCheck.rows(in: $0.database)["rate_usage"])
    }
    #expect(status.pending.isEmpty && defects == [] && rows == 1)
    // Who applied the old ones was not kept.
    #expect(status.entries.first?.program == nil && status.entries.last?.program == ProgramVersion.text)
    #expect(status.entries.last?.appliedAt != nil)
    try warehouse.close()
    let again = try Warehouse(writingTo: old.path, lock: lock)
    #expect(again.schemaChange == nil)
    try again.close()
  }

  @Test func `of a new file needs no snapshot`() throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    let warehouse = try Warehouse(writingTo: path, lock: try RunLock(at: path + ".lock", purpose: "test"))
    #expect(warehouse.schemaChange?.before == nil && warehouse.schemaChange?.snapshot == nil)
    #expect(try SchemaSnapshots(of: path).newest() == nil)
    try warehouse.close()
  }

  @Test(arguments: [
    ("DROP TABLE runs; CREATE TABLE runs (id TEXT PRIMARY KEY NOT NULL, job TEXT) STRICT", "runs"),
    ("DROP INDEX attempts_by_state", "attempts_by_state"),
    ("CREATE TRIGGER meddler AFTER INSERT ON fences BEGIN SELECT 1; END", "trigger meddler is none of this program's"),
  ])
  func `is not changed when that would not come to this program's`(damage: String, word: String) throws {
    let old = try OldFile()
    let index = try old.queue { try String.fetchOne($0, sql: "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")! }
    try old.queue { try $0.execute(sql: damage.replacing("attempts_by_state", with: index)) }
    let before = try old.queue { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master ORDER BY name") }
    let lock = try old.lock()
    #expect { _ = try Warehouse(writingTo: old.path, lock: lock) } throws: { error in
      "\(error)".contains(word.replacing("attempts_by_state", with: index)) || "\(error)".contains("no such column")
    }
    #expect(try old.queue { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master ORDER BY name") } == before)
  }

  @Test func `that lost a row is not taken`() throws {
    let queue = try DatabaseQueue()
    try Schema.migrate(queue, path: ":memory:")
    let defects = try queue.read { database in
      try [0, 2].map { try SchemaCheck.defect(in: database, rowsBefore: ["rate_usage": $0, "no longer there": 7]) }
    }
    #expect(defects == [nil, "rate_usage had 2 rows and now has 0"])
  }

  @Test func `tells what is wrong with a file`() async throws {
    let old = try OldFile()
    let lock = try old.lock()
    let warehouse = try Warehouse(writingTo: old.path, lock: lock)
    try await warehouse.write {
      try $0.database.execute(
        sql: """
          UPDATE schema_migrations SET checksum = 'x' WHERE name LIKE '0003%';
          DROP INDEX runs_by_job;
          CREATE TABLE mine (a INTEGER) STRICT
          """)
    }
    let defects = try await warehouse.read { try $0.schemaDefects() }
    #expect(defects == ["the migration `0003 runs` had another text when it was applied", "index runs_by_job is missing"])
    let changed = try await warehouse.read { try $0.schemaStatus().entries.filter { !$0.isUnchanged }.map(\.name) }
    #expect(changed == ["0003 runs"])
    try warehouse.close()
  }

  @Test func `of before answers a reader, or says that it is older`() async throws {
    let old = try OldFile()
    let reader = try Warehouse(reading: old.path)
    #expect(try await reader.read { try $0.count(of: .candles) } == 0)
    await #expect(throws: WarehouseError.olderSchema(path: old.path, found: OldFile.schema)) {
      try await reader.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM rolled_candles") }
    }
    try reader.close()
  }
}

@Suite struct `Going back to the schema of before` {
  @Test func `gives back the old file, keeps what was spent, and moves the new one aside`() async throws {
    let old = try OldFile()
    let lock = try old.lock()
    let warehouse = try Warehouse(writingTo: old.path, lock: lock)
    try await warehouse.write {
      try $0.database.execute(
        sql: """
          INSERT INTO runs (id, job, logical_date, trigger, state, started_at, plan) VALUES ('r', 'j', 0, 'person', 'running', 0, '');
          INSERT INTO rate_pauses (provider, until, reason) VALUES ('p', 500, 'a ban')
          """)
    }
    // Not closed: what was written last lies in the log only.
    let rollback = SchemaRollback(of: old.path, rawStore: RawStore(folder: old.folder.path + "/raw"))
    let snapshot = try rollback.snapshot()
    #expect(try rollback.runsSince(snapshot) == ["r"])
    let report = try await rollback.run(to: snapshot, lock: lock, at: BackupBench.now)
    #expect(report.rows["runs"] == 0 && report.areLimitsKept == true)
    #expect(try old.queue { try Schema.applied(in: $0).last } == OldFile.schema)
    #expect(try old.queue { try Int64.fetchOne($0, sql: "SELECT until FROM rate_pauses WHERE provider = 'p'") } == 500)
    let aside = try #require(report.aside)
    #expect(try DatabaseCopy(path: aside + "/jobs.sqlite").runs().map(\.id) == ["r"])
    #expect { _ = try rollback.snapshot() } throws: { "\($0)".contains("has no snapshot of an older schema") }
  }

  @Test func `is possible for the older version, which refuses the newer file`() throws {
    let old = try OldFile()
    let lock = try old.lock()
    let warehouse = try Warehouse(writingTo: old.path, lock: lock)
    try warehouse.close()
    try old.queue {
      try $0.execute(
        sql: """
          INSERT INTO grdb_migrations VALUES ('9999 of the future');
          INSERT INTO schema_migrations VALUES ('9999 of the future', 'x', 0, '9.0.0')
          """)
    }
    #expect { _ = try Warehouse(reading: old.path) } throws: { "\($0)".contains("use version 9.0.0") }
    let rollback = SchemaRollback(of: old.path, rawStore: RawStore(folder: old.folder.path + "/raw"))
    #expect(try rollback.snapshot().schema == OldFile.schema)
    #expect(try rollback.runsSince(rollback.snapshot()) == [])
  }

  @Test func `passes over a snapshot of a newer version, and needs one`() throws {
    let old = try OldFile()
    let rollback = SchemaRollback(of: old.path, rawStore: RawStore(folder: old.folder.path + "/raw"))
    #expect(throws: WarehouseError.noSnapshot(folder: old.folder.path + "/backups")) { _ = try rollback.snapshot() }
    let lock = try old.lock()
    let warehouse = try Warehouse(writingTo: old.path, lock: lock)
    try warehouse.close()
    let snapshot = try rollback.snapshot()
    try DatabaseCopy(path: snapshot.path).write { try $0.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 x')") } }
    #expect(throws: WarehouseError.noSnapshot(folder: old.folder.path + "/backups")) { _ = try rollback.snapshot() }
  }
}

/// A warehouse as an older version of the program left it.
private struct OldFile {
  static let schema = "0009 requests of runs"
  let folder: Folder
  var path: String { folder.path + "/jobs.sqlite" }

  init() throws {
    folder = try Folder()
    let queue = try DatabaseQueue(path: folder.path + "/jobs.sqlite")
    try Schema.migrate(queue, path: path, upTo: OldFile.schema)
    try queue.write {
      try $0.execute(sql: "INSERT INTO rate_usage (provider, limit_name, slot_start, slot_end, used) VALUES ('p', 'weight', 0, 60000, 5)")
    }
    try queue.close()
  }

  func lock() throws -> RunLock { try RunLock(at: folder.path + "/run.lock", purpose: "test") }

  func queue<Value>(_ body: (Database) throws -> Value) throws -> Value {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }  // nothing is left to write
    return try queue.writeWithoutTransaction(body)
  }
}

private let released = """
  0001 b1d87d8c5b60
  0002 5e189af1c70e
  0003 8ad7b19866f2
  0004 aca9acc6fef4
  0005 33c3c0016a2b
  0006 c208b147a672
  0008 43e4766a5d6f
  0009 e7b8ea6c1bce
  0010 ac66ecaf918c
  0011 1414e9ef9940
  0012 41e22c956538
  0013 95928450a19f
  0016 dc2e408b1a50
  0017 c0241d08f302
  0018 5586f7b407d1
  0019 a8c9d79eca84
  0020 dd907ee9cc02
  0021 9ba467d798e8
  0022 e618c726a238
  0023 d859bb80f7d5
  0024 23d05be3a4b5
  0025 365df7ff99a4
  0026 fe39c0bb611e
  0027 e8bcfa62b1c8
  0029 bcd69da0be8d
  0031 1672ef4b4feb
  """
