import Foundation
import GRDB
import MarketData
import Scheduling
import Testing

@testable import Storage

@Suite struct `A restore` {
  /// 500 candles in a backup, 100 more and a log in the warehouse since.
  private func bench() async throws -> (bench: BackupBench, stored: StoredBackup) {
    let bench = try await BackupBench()
    let made = try await bench.create()
    try await bench.add(500..<600)
    return (bench, try bench.store.backup(made.name))
  }

  private func restore(_ bench: BackupBench, into folder: String, _ stored: StoredBackup, force: Bool = false) async throws -> RestoreReport
  {
    try AtomicFile.makeFolder(folder)
    let lock = try RunLock(at: "\(folder)/run.lock", purpose: "test")
    let restore = Restore(from: bench.store, keys: bench.keys, into: folder, isForced: force)
    try restore.refuseFullTarget(isWorkspace: folder == bench.folder.path)
    return try await restore.run(stored, lock: lock, at: BackupBench.now + .days(1))
  }

  @Test func `gives back what was in the backup, and moves the old state aside whole`() async throws {
    let (bench, stored) = try await bench()
    // Not closed: what was written last lies in the log only.
    let path = bench.folder.path
    await #expect(throws: BackupError.targetNotEmpty(path: path, found: "jobs.sqlite")) { try await restore(bench, into: path, stored) }
    #expect(try await bench.warehouse.read { try $0.count(of: .candles) } == 600)
    let report = try await restore(bench, into: path, stored, force: true)
    #expect(report.rows["candles"] == 500 && !report.isMigrated && report.areLimitsKept == true)
    #expect(try BackupBench.candles(in: "\(path)/jobs.sqlite") == 500)
    let aside = try #require(report.aside)
    #expect(try BackupBench.candles(in: "\(aside)/jobs.sqlite") == 600)
    #expect(try FileManager.default.attributesOfItem(atPath: "\(path)/jobs.sqlite")[.posixPermissions] as? Int == 0o600)
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(!names.contains { $0.hasPrefix("work.") || $0.hasSuffix("restoring") })
  }

  @Test func `refuses a folder with anything in it, and makes one that is not there`() async throws {
    let (bench, stored) = try await bench()
    let place = bench.folder.path + "/drill"
    #expect(try await restore(bench, into: place, stored).rows["candles"] == 500)
    await #expect(throws: BackupError.targetNotEmpty(path: place, found: "jobs.sqlite")) { try await restore(bench, into: place, stored) }
    let other = bench.folder.path + "/other"
    try AtomicFile.makeFolder(other)
    try AtomicFile.write([1], to: "\(other)/letter.txt")
    await #expect(throws: BackupError.targetNotEmpty(path: other, found: "letter.txt")) { try await restore(bench, into: other, stored) }
    _ = try await restore(bench, into: other, stored, force: true)
    #expect(FileManager.default.contents(atPath: "\(other)/letter.txt") == Data([1]))
  }

  @Test func `of a damaged backup touches nothing`() async throws {
    let (bench, stored) = try await bench()
    var bytes = try #require(FileManager.default.contents(atPath: stored.path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: stored.path))
    let before = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted()
    await #expect(throws: BackupError.self) { try await restore(bench, into: bench.folder.path, stored, force: true) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == before)
    #expect(try await bench.warehouse.read { try $0.count(of: .candles) } == 600)
  }

  /// The state after each thing that a restore does behind its moment: whoever comes next sees the new one.
  @Test(arguments: 0...4) func `that was killed behind its moment is completed by the next writer`(step: Int) async throws {
    let (bench, stored) = try await bench()
    let (path, database) = (bench.folder.path, bench.folder.path + "/jobs.sqlite")
    let work = "\(path)/work.1.2.new"
    try AtomicFile.makeFolder("\(work)/old")
    _ = try bench.store.unpack(stored.path, named: stored.name, keys: bench.keys, to: "\(work)/fresh.sqlite")
    for suffix in ["", "-wal"] { #expect(link(database + suffix, "\(work)/old/jobs.sqlite\(suffix)") == 0) }
    try RestoreMark(work: "work.1.2.new", aside: "replaced/x").write(for: database)
    if step >= 1 { unlink(database + "-wal") }
    if step >= 2 { unlink(database + "-shm") }
    if step >= 3 { rename("\(work)/fresh.sqlite", database) }
    if step >= 4 {
      try AtomicFile.makeFolder("\(path)/replaced")
      rename("\(work)/old", "\(path)/replaced/x")
    }
    #expect(throws: WarehouseError.restoring(path: database)) { _ = try Warehouse(reading: database) }
    let lock = try RunLock(at: "\(path)/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: database, lock: lock)
    #expect(try await warehouse.read { try $0.count(of: .candles) } == 500)
    #expect(try BackupBench.candles(in: "\(path)/replaced/x/jobs.sqlite") == 600)
    #expect(!RestoreMark.exists(at: database) && access(work, F_OK) != 0)
    try warehouse.close()
  }

  @Test func `that was killed before its moment has changed nothing, and is cleared away`() async throws {
    let (bench, _) = try await bench()
    let work = bench.folder.path + "/work.1.2.new"
    try AtomicFile.makeFolder("\(work)/old")
    #expect(link(bench.warehouse.path, "\(work)/old/jobs.sqlite") == 0)
    try bench.warehouse.close()
    let lock = try RunLock(at: bench.folder.path + "/run.lock", purpose: "test")
    let warehouse = try Warehouse(writingTo: bench.warehouse.path, lock: lock)
    #expect(try await warehouse.read { try $0.count(of: .candles) } == 600)
    #expect(access(work, F_OK) != 0)
    try warehouse.close()
  }

  @Test func `refuses a newer schema, and brings an older one up to date`() async throws {
    let bench = try await BackupBench()
    try await bench.warehouse.write {
      try $0.database.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 of the future')")
    }
    let newer = try bench.store.backup(try await bench.create().name)
    let place = bench.folder.path + "/place"
    await #expect(throws: BackupError.newerSchema(name: newer.name, found: "9999 of the future")) {
      try await restore(bench, into: place, newer)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["run.lock"])
    // As the version before wrote it: the newest table was not there.
    try await bench.warehouse.write {
      try $0.database.execute(
        sql: """
          DROP TRIGGER rolled_candle_delivered; DROP TABLE rolled_candles;
          DELETE FROM grdb_migrations WHERE identifier IN ('0012 rolled candles', '9999 of the future')
          """)
    }
    let older = try bench.store.backup(try await bench.create(at: BackupBench.now + .days(1)).name)
    let report = try await restore(bench, into: place, older)
    #expect(report.isMigrated && report.rows["rolled_candles"] == 0 && report.rows["candles"] == 500)
  }

  @Test func `keeps what was spent of the limits since`() async throws {
    let bench = try await BackupBench()
    try await bench.warehouse.write {
      try $0.database.execute(
        sql: """
          INSERT INTO rate_usage (provider, limit_name, slot_start, slot_end, used) VALUES ('alphavantage', 'day', 0, 1000, 20), ('binance', 'minute', 0, 60, 900);
          INSERT INTO rate_pauses (provider, until, reason) VALUES ('binance', 500, 'a ban')
          """)
    }
    let stored = try bench.store.backup(try await bench.create().name)
    try await bench.warehouse.write {
      try $0.database.execute(
        sql: """
          UPDATE rate_usage SET used = 25 WHERE provider = 'alphavantage'; UPDATE rate_usage SET used = 3 WHERE provider = 'binance';
          UPDATE rate_pauses SET until = 900
          """)
    }
    _ = try await restore(bench, into: bench.folder.path, stored, force: true)
    let rows = try await DatabaseQueue(path: bench.warehouse.path).read {
      try Int.fetchAll($0, sql: "SELECT used FROM rate_usage ORDER BY provider") + Int.fetchAll($0, sql: "SELECT until FROM rate_pauses")
    }
    #expect(rows == [25, 900, 900])
  }

  @Test func `replaces a file that is no database any more, and says what it could not keep`() async throws {
    let (bench, stored) = try await bench()
    try bench.warehouse.close()
    try AtomicFile.write(Array(repeating: 65, count: 9000), to: bench.warehouse.path)
    let report = try await restore(bench, into: bench.folder.path, stored, force: true)
    #expect(report.areLimitsKept == false && report.rows["candles"] == 500)
    #expect(FileManager.default.contents(atPath: "\(report.aside!)/jobs.sqlite")?.count == 9000)
  }

  @Test func `knows the answers that came after the backup, as far as their bodies are there`() async throws {
    let bench = try await BackupBench()
    let journal = ResponseJournal(folder: bench.store.rawStore.folder)
    func land(_ text: String, at moment: Instant) throws {
      let hash = try bench.store.rawStore.store(Array(text.utf8))
      try journal.append(
        ResponseRow(
          source: "binance", request: "/\(text)", logicalDate: moment.utcDay.midnight, bodyHash: hash, answer: "ok", status: 200,
          bodyBytes: 0, receivedAt: moment))
    }
    try land("before", at: BackupBench.now - .days(40))
    let stored = try bench.store.backup(try await bench.create().name)
    try land("after", at: BackupBench.now + .days(1))
    try land("much later", at: BackupBench.now + .days(50))
    try land("pruned", at: BackupBench.now + .days(2))
    try bench.store.rawStore.remove(RawStore.hash(of: Array("pruned".utf8)))
    // The last line before a power cut, and a hash that would lead somewhere else.
    for text in [
      #"{"answer":"ok","#, #"{"answer":"ok","date":1,"hash":"../../run","received":9999999999999,"request":"/","source":"x","status":200}"#,
    ] {
      let file = try FileHandle(forWritingTo: URL(filePath: "\(journal.folder)/journal-2026-01.jsonl"))
      try file.seekToEnd()
      try file.write(contentsOf: Data((text + "\n").utf8))
    }
    let report = try await restore(bench, into: bench.folder.path + "/place", stored)
    #expect(report.recovered.map { $0.utcDay.description } == ["2026-01-16", "2026-03-06"])
    #expect(report.rows["raw_responses"] == 2)
    #expect(try journal.prune(before: Instant(iso8601: "2026-02-01T00:00:00Z")!) == 2)
  }

  @Test func `is tried out by a drill, which leaves nothing`() async throws {
    let (bench, stored) = try await bench()
    let report = try await bench.store.drill(keys: bench.keys, at: BackupBench.now)
    #expect(report.header.name == stored.name)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.store.folder).contains("drill") == false)
    await #expect(throws: BackupError.self) { try await bench.store.drill(keys: BackupKeys(current: nil), at: BackupBench.now) }
  }
}
