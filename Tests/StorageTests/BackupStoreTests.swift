import Foundation
import GRDB
import MarketData
import Scheduling
import Testing

@testable import Storage

/// A warehouse with a few rows, and its backups.
struct BackupBench {
  let folder: Folder
  let store: BackupStore
  let warehouse: Warehouse
  let key: BackupKey?
  static let now = Instant(iso8601: "2026-01-15T02:30:00Z")!

  init(key: BackupKey? = BackupKey(String(repeating: "5a", count: 32)), candles: Int = 500) async throws {
    folder = try Folder()
    self.key = key
    store = BackupStore(folder: folder.path + "/backups", rawStore: RawStore(folder: folder.path + "/raw"))
    let lock = try RunLock(at: folder.path + "/run.lock", purpose: "test")
    warehouse = try Warehouse(writingTo: folder.path + "/jobs.sqlite", lock: lock)
    try await add(0..<candles)
  }

  var keys: BackupKeys { BackupKeys(current: key) }

  func add(_ days: Range<Int>) async throws {
    let candles = try days.map { try candle(day: $0, close: 100 + Double($0)) }
    _ = try await warehouse.write {
      try $0.upsert(
        candles, of: SeriesKey(source: "binance", symbol: try Symbol("BTCUSDT"), interval: .day1), seenAt: BackupBench.now)
    }
  }

  @discardableResult func create(at now: Instant = BackupBench.now, keeping age: Duration = .days(30)) async throws -> CreatedBackup {
    try await store.create(from: warehouse, key: key, at: now, keeping: age)
  }

  /// The candles of a database file.
  static func candles(in path: String) throws -> Int {
    try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM candles")! }
  }
}

@Suite struct `The backups of a folder` {
  @Test func `are made, verified and listed, each in its owner's hands alone`() async throws {
    let bench = try await BackupBench()
    let first = try await bench.create()
    try await bench.add(500..<600)
    let second = try await bench.create(at: BackupBench.now + .days(1))
    #expect(second.facts.header.previous == first.facts.sha256 && second.facts.header.sequence == 2)
    let all = try bench.store.list()
    #expect(all.map(\.name) == [second.name, first.name] && all.allSatisfy { $0.verifiedAt != nil })
    for file in try FileManager.default.contentsOfDirectory(atPath: bench.store.folder) {
      let mode = try FileManager.default.attributesOfItem(atPath: "\(bench.store.folder)/\(file)")[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(file)")
    }
    #expect(try await bench.store.verify(all[0], keys: bench.keys, at: BackupBench.now).rows["candles"] == 600)
    #expect(try await bench.store.verify(all[1], keys: bench.keys, at: BackupBench.now).rows["candles"] == 500)
  }

  @Test func `hold one moment, though rows are deleted while one is made`() async throws {
    let bench = try await BackupBench(candles: 2000)
    // What a prune of another connection does between the beginning and the end of the copy.
    let copy = bench.folder.path + "/copy.sqlite"
    let path = bench.warehouse.path
    try await bench.warehouse.read { reader in
      let before = try reader.count(of: .candles)
      try DatabaseQueue(path: path).write { try $0.execute(sql: "DELETE FROM candles") }
      let target = try DatabaseQueue(path: copy)
      try target.writeWithoutTransaction { try reader.database.backup(to: $0) }
      #expect(try before == 2000 && reader.count(of: .candles) == 2000)
    }
    #expect(try BackupBench.candles(in: copy) == 2000)
    #expect(try await bench.warehouse.read { try $0.count(of: .candles) } == 0)
  }

  @Test func `say which key is missing, and open with an older one that is still there`() async throws {
    let bench = try await BackupBench()
    let made = try await bench.create()
    let stored = try bench.store.backup(made.name)
    let other = try #require(BackupKey(String(repeating: "00", count: 32)))
    let key = try #require(bench.key)
    for keys in [BackupKeys(current: other), BackupKeys(current: nil), BackupKeys(current: nil, others: { _ in other })] {
      await #expect(throws: BackupError.keyMissing(name: made.name, id: key.id, current: keys.current?.id)) {
        try await bench.store.verify(stored, keys: keys, at: BackupBench.now)
      }
    }
    // It is not made worse by a wrong key.
    #expect(try bench.store.backup(made.name).verifiedAt != nil)
    let both = BackupKeys(current: other) { $0 == key.id ? key : nil }
    #expect(try await bench.store.verify(stored, keys: both, at: BackupBench.now).rows["candles"] == 500)
    let next = try await bench.store.create(from: bench.warehouse, key: other, at: BackupBench.now + .days(1), keeping: .days(30))
    #expect(next.warnings.contains { $0.contains("backup_\(key.id)") })
  }

  @Test func `are found out when one was changed, put under another name or in the place of another`() async throws {
    let bench = try await BackupBench(key: nil)
    let first = try await bench.create()
    let second = try await bench.create(at: BackupBench.now + .days(1))
    let verify = { (name: String) in
      try await bench.store.verify(try bench.store.backup(name), keys: bench.keys, at: BackupBench.now + .days(2))
    }
    // An older one under the name of a newer one.
    let whole = try #require(FileManager.default.contents(atPath: second.path))
    try FileManager.default.removeItem(atPath: second.path)
    try FileManager.default.copyItem(atPath: first.path, toPath: second.path)
    await #expect(throws: BackupError.defect(.otherName(first.name), path: second.path)) { try await verify(second.name) }
    #expect(try bench.store.backup(second.name).verifiedAt == nil)
    try whole.write(to: URL(filePath: second.path))
    _ = try await verify(second.name)
    #expect(try bench.store.backup(second.name).verifiedAt != nil)
    // One that was made anew by someone who can write the folder, record and all.
    let record = try #require(FileManager.default.contents(atPath: BackupRecord.path(ofBackup: first.path)))
    try await bench.add(500..<501)
    let forged = BackupHeader(
      name: first.name, created: BackupBench.now, sequence: 1, previous: nil, schemaVersion: first.facts.header.schemaVersion, key: nil,
      chunkSize: 4096, bytes: 0)
    try FileManager.default.removeItem(atPath: first.path)
    let copy = DatabaseCopy(path: bench.folder.path + "/copy.sqlite")
    try await bench.warehouse.copy(to: copy.path)
    let size = try #require(try FileManager.default.attributesOfItem(atPath: copy.path)[.size] as? Int)
    _ = try BackupFile.write(
      BackupHeader(
        name: forged.name, created: forged.created, sequence: 1, previous: nil, schemaVersion: forged.schemaVersion, key: nil,
        chunkSize: 4096, bytes: size), BackupManifest(rows: try copy.rows()), database: copy.path, key: nil, to: first.path)
    await #expect(throws: BackupError.defect(.changedSinceVerified, path: first.path)) { try await verify(first.name) }
    await #expect(throws: BackupError.defect(.changedSinceVerified, path: first.path)) { try await verify(first.name) }
    try FileManager.default.removeItem(atPath: BackupRecord.path(ofBackup: first.path))
    _ = try await verify(first.name)
    await #expect(throws: BackupError.defect(.predecessorReplaced(first.name), path: second.path)) { try await verify(second.name) }
    try record.write(to: URL(filePath: BackupRecord.path(ofBackup: first.path)))
    _ = try await verify(second.name)
  }

  @Test func `are deleted when they are too old, but never the last verified ones`() async throws {
    let bench = try await BackupBench(candles: 3)
    for day in 0..<6 { try await bench.create(at: BackupBench.now + .days(day)) }
    #expect(try bench.store.list().count == 6)
    let next = try await bench.create(at: BackupBench.now + .days(33))
    #expect(next.rotated.count == 3, "of six that are too old, those of days 3 to 5 are not")
    #expect(try bench.store.list().count == 4)
    // With the shortest time that can be asked for, the three newest stay.
    let last = try await bench.create(at: BackupBench.now + .days(60), keeping: .days(1))
    #expect(try last.rotated.count == 2 && bench.store.list().count == 3)
  }

  @Test func `stay when the clock is far ahead, or went back`() async throws {
    let bench = try await BackupBench(candles: 3)
    for day in 0..<5 { try await bench.create(at: BackupBench.now + .days(day)) }
    let ahead = try await bench.create(at: BackupBench.now + .days(4000))
    #expect(ahead.rotated.isEmpty && ahead.warnings.contains { $0.contains("the clock may be wrong") })
    let back = try await bench.create(at: BackupBench.now + .days(40))
    #expect(try back.rotated.isEmpty && bench.store.list().count == 7)
  }

  @Test func `that are not verified do not save themselves, and never cost one that is`() async throws {
    let bench = try await BackupBench(candles: 3)
    var names: [String] = []
    for day in 0..<5 { names.append(try await bench.create(at: BackupBench.now + .days(day)).name) }
    // Only the first is verified.
    for name in names.dropFirst() { unlink("\(bench.store.folder)/\(name).verified") }
    let next = try await bench.create(at: BackupBench.now + .days(37))
    #expect(next.rotated == names.dropFirst().reversed())
    #expect(try bench.store.list().map(\.name) == [next.name, names[0]])
  }

  @Test func `are left as they were when a new one cannot be made`() async throws {
    let bench = try await BackupBench()
    let made = try await bench.create()
    let before = try FileManager.default.contentsOfDirectory(atPath: bench.store.folder).sorted()
    struct Absent: Error {}
    await #expect(throws: (any Error).self) {
      let gone = try Warehouse(reading: bench.folder.path + "/gone.sqlite")
      _ = try await bench.store.create(from: gone, key: bench.key, at: BackupBench.now + .days(90), keeping: .days(1))
    }
    // What a killed one leaves is cleared away by the next, and is no backup.
    try AtomicFile.makeFolder("\(bench.store.folder)/work.1.2.new")
    try AtomicFile.write([1], to: "\(bench.store.folder)/work.1.2.new/fresh.backup")
    #expect(try bench.store.list().map(\.name) == [made.name])
    let again = try await bench.create(at: BackupBench.now + .days(1))
    let after = try FileManager.default.contentsOfDirectory(atPath: bench.store.folder).sorted()
    #expect(after == (before + ["\(again.name).backup", "\(again.name).verified"]).sorted())
  }

  @Test func `are made by one process at a time`() async throws {
    let bench = try await BackupBench()
    try AtomicFile.makeFolder(bench.store.folder)
    let lock = try RunLock(at: "\(bench.store.folder)/lock", purpose: "backup create")
    await #expect(throws: LockError.self) { try await bench.create() }
    _ = consume lock
  }
}
