import Foundation
import JobGraph
import Scheduling
import Testing

@testable import Storage

@Suite struct `The holder of a lock` {
  private func written(_ lines: [String]) throws -> (folder: Folder, path: String) {
    let folder = try Folder()
    let path = "\(folder.path)/run.lock"
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    return (folder, path)
  }

  private var own: [String] { ["\(getpid())", LockHolder.startTime(of: getpid())!, LockHolder.bootID] }

  @Test func `is alive while its process is, and named by what it does`() throws {
    let (folder, path) = try written(own + ["run nightly-20260115T0230Z-1"])
    #expect(LockHolder(lockFile: path)?.isAlive == true)
    #expect(LivingRun(lockFile: path) == .run("nightly-20260115T0230Z-1"))
    _ = folder
  }

  @Test func `is dead when its number is another process, or of another boot`() throws {
    for lines in [[own[0], "1", own[2]], [own[0], own[1], "another boot"], ["999999999", "1", own[2]]] {
      let (folder, path) = try written(lines + ["run nightly-1"])
      #expect(LockHolder(lockFile: path)?.isAlive == false)
      #expect(LivingRun(lockFile: path) == LivingRun.none)
      _ = folder
    }
  }

  @Test func `that has not opened its run yet has the newest one, and one that does something else has none`() throws {
    for (purpose, expected) in [("run nightly", LivingRun.newest), ("prune", .none), ("run a-b", .newest)] {
      let (folder, path) = try written(own + [purpose])
      #expect(LivingRun(lockFile: path) == expected, "\(purpose)")
      _ = folder
    }
  }

  /// In another container the number of the process means nothing; the kernel knows whether the lock is held.
  @Test func `that cannot be told apart is asked of the kernel, without making a file`() throws {
    let folder = try Folder()
    let path = "\(folder.path)/run.lock"
    #expect(LivingRun(lockFile: path) == LivingRun.none)
    #expect(!FileManager.default.fileExists(atPath: path))
    let lock = try RunLock(at: path, purpose: "run nightly")
    try Data("1\n1\nelsewhere\nrun nightly-1\n".utf8).write(to: URL(filePath: path))
    #expect(LivingRun(lockFile: path) == .newest)
    _ = consume lock
    #expect(LivingRun(lockFile: path) == LivingRun.none)
  }

  @Test func `decides which of the runs that are stored as running have died`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", state: "running", at: 1, took: nil)
    try await runs.run("nightly-2", state: "running", at: 2, took: nil)
    try await runs.run("nightly-3", at: 3)
    func states(_ path: String) async throws -> [RunResult] {
      let found = try await runs.warehouse.runStates(lockFile: path)
      return try await runs.warehouse.read { try $0.runs(of: nil, limit: 9).map(found.state) }
    }
    let (named, path) = try written(own + ["run nightly-1"])
    #expect(try await states(path) == [.succeeded, .interrupted, .running])
    let (unnamed, other) = try written(own + ["run nightly"])
    #expect(try await states(other) == [.succeeded, .running, .interrupted])
    #expect(try await states("\(named.path)/none") == [.succeeded, .interrupted, .interrupted])
    // Looking writes nothing.
    #expect(try await runs.warehouse.read { try $0.run(named: "nightly-1")?.state } == .running)
    _ = unnamed
  }
}

@Suite struct `A warehouse at rest` {
  private func contents(_ folder: Folder) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return Dictionary(uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: "\(folder.path)/\($0)") ?? Data()) })
  }

  private func made() throws -> (folder: Folder, path: String) {
    let folder = try Folder()
    let path = "\(folder.path)/a #%?b.sqlite"
    let lock = try RunLock(at: "\(folder.path)/run.lock", purpose: "test")
    try Warehouse(writingTo: path, lock: lock).close()
    for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }  // best when they are not there
    return (folder, path)
  }

  @Test func `is read without a trace`() async throws {
    let (folder, path) = try made()
    let before = try contents(folder)
    let warehouse = try Warehouse(reading: path)
    #expect(try await warehouse.read { try $0.count(of: .runs) } == 0)
    #expect(try contents(folder) == before)
    try warehouse.close()
    #expect(try contents(folder) == before)
  }

  @Test func `is read as usual when a writer comes`() async throws {
    let (folder, path) = try made()
    let reader = try Warehouse(reading: path)
    #expect(try await reader.read { try $0.count(of: .outbox) } == 0)
    let lock = try RunLock(at: "\(folder.path)/run.lock", purpose: "test")
    let writer = try Warehouse(writingTo: path, lock: lock)
    try await writer.write { try $0.enqueue(path: "a", value: "1", logicalDate: date(1)) }
    // What was written lies in the log, which a file at rest has not.
    #expect(try await reader.read { try $0.count(of: .outbox) } == 1)
    try writer.close()
    #expect(try await reader.read { try $0.count(of: .outbox) } == 1)
    try reader.close()
  }

  @Test func `is read again when it changes while it is read`() async throws {
    let (folder, path) = try made()
    let reader = try Warehouse(reading: path)
    let lock = try RunLock(at: "\(folder.path)/run.lock", purpose: "test")
    let writer = try Warehouse(writingTo: path, lock: lock)
    let seen = try await reader.read { transaction in
      let done = DispatchSemaphore(value: 0)
      if try transaction.count(of: .outbox) == 0 {
        Task {
          // A failure shows in what is seen.
          try? await writer.write { try $0.enqueue(path: "a", value: "1", logicalDate: date(1)) }
          done.signal()
        }
        done.wait()
      }
      return try transaction.count(of: .outbox)
    }
    #expect(seen == 1)
    try writer.close()
  }
}
