import Foundation
import Storage
import Testing

/// A folder that is deleted with the test.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "jobs-\(UUID().uuidString)"
    try AtomicFile.makeFolder(path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }  // left behind at worst
}

@Suite struct `The raw store` {
  @Test func `gives a body back bit for bit, and keeps equal ones once`() throws {
    let folder = try Folder()
    let store = RawStore(folder: folder.path)
    let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761) }
    let hash = try store.store(body)
    #expect(try store.store(body) == hash)
    #expect(store.body(hash) == body)
    #expect(store.hashes() == [hash])
    #expect(RawStore.hash(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `says what it could not delete, and takes what is not there for deleted`() throws {
    let folder = try Folder()
    let store = RawStore(folder: folder.path)
    let hash = try store.store(Array("the answer".utf8))
    try store.remove(hash)
    #expect(store.body(hash) == nil)
    try store.remove(hash)
    let path = "\(folder.path)/\(hash.prefix(2))/\(hash).gz"
    try AtomicFile.makeFolder(path)
    #expect(throws: FileError(path: path, EISDIR)) { try store.remove(hash) }
  }

  @Test func `does not give back what is damaged`() throws {
    let folder = try Folder()
    let store = RawStore(folder: folder.path)
    let hash = try store.store(Array("the answer".utf8))
    let path = "\(folder.path)/\(hash.prefix(2))/\(hash).gz"
    let whole = try #require(FileManager.default.contents(atPath: path))
    for count in 0..<whole.count {
      try AtomicFile.write([UInt8](whole.prefix(count)), to: path, synced: false)
      #expect(store.body(hash) == nil)
    }
    #expect(try store.store(Array("the answer".utf8)) == hash)
    #expect(store.body(hash) == Array("the answer".utf8))
  }
}

@Suite struct `An atomic file` {
  @Test func `replaces the old one, keeps to its owner, and leaves nothing else behind`() throws {
    let folder = try Folder()
    let path = folder.path + "/a.txt"
    #expect(FileManager.default.createFile(atPath: path, contents: Data("old".utf8), attributes: [.posixPermissions: 0o644]))
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
  }

  @Test func `says which file could not be written, and why`() throws {
    let folder = try Folder()
    #expect(throws: FileError(path: folder.path + "/no/a", ENOENT)) { try AtomicFile.write([1], to: folder.path + "/no/a") }
  }

  @Test func `folder is deleted whole, and one that is not there is no mistake`() throws {
    let folder = try Folder()
    try AtomicFile.makeFolder(folder.path + "/2026-01-15/symbols")
    try AtomicFile.write([1], to: folder.path + "/2026-01-15/symbols/a.html")
    try AtomicFile.removeFolder(folder.path + "/2026-01-15")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    try AtomicFile.removeFolder(folder.path + "/2026-01-15")
    try AtomicFile.syncContents(of: folder.path + "/2026-01-15")
    let file = folder.path + "/file"
    try AtomicFile.write([1], to: file)
    #expect(throws: FileError(path: file + "/report", ENOTDIR)) { try AtomicFile.removeFolder(file + "/report") }
  }

  @Test func `folder takes the place of another in one step`() throws {
    let folder = try Folder()
    for (name, text) in [("old", "1"), ("new", "2")] {
      try AtomicFile.makeFolder("\(folder.path)/\(name)")
      try AtomicFile.write(Array(text.utf8), to: "\(folder.path)/\(name)/f")
    }
    try AtomicFile.replaceFolder(at: folder.path + "/old", with: folder.path + "/new")
    #expect(FileManager.default.contents(atPath: folder.path + "/old/f") == Data("2".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["old"])
  }
}

@Suite struct `The run lock` {
  @Test func `is held by one, and says by whom`() throws {
    let folder = try Folder()
    let path = folder.path + "/run.lock"
    do {
      let lock = try RunLock(at: path, purpose: "run nightly-1")
      #expect(throws: LockError.held(by: "process \(getpid()) (run nightly-1)")) { _ = try RunLock(at: path, purpose: "second") }
      lock.describe("done")
    }
    _ = try RunLock(at: path, purpose: "third")
  }
}

@Suite struct `A warehouse file` {
  @Test func `refuses to be read before anything was stored, and an empty file`() throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    #expect(throws: WarehouseError.missing(path: path)) { _ = try Warehouse(reading: path) }
    try AtomicFile.write([], to: path)
    #expect(throws: WarehouseError.empty(path: path)) { _ = try Warehouse(reading: path) }
    try AtomicFile.write(Array(repeating: 65, count: 5000), to: path)
    #expect(throws: (any Error).self) { _ = try Warehouse(reading: path) }
  }

  @Test func `that was left empty while it was being made is made anew`() async throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    for name in ["", ".creating"] { try AtomicFile.write([], to: path + name) }
    let lock = try RunLock(at: folder.path + "/run.lock", purpose: "test")
    try await Warehouse(writingTo: path, lock: lock).write { _ in }
    #expect(!FileManager.default.fileExists(atPath: path + ".creating"))
  }

  @Test func `refuses the writes of one whose lock another has taken`() async throws {
    let folder = try Folder()
    let path = folder.path + "/jobs.sqlite"
    func open() throws -> Warehouse {
      let lock = try RunLock(at: folder.path + "/run.lock", purpose: "test")
      return try Warehouse(writingTo: path, lock: lock)
    }
    let old = try open()
    try await old.write { _ in }
    let new = try open()
    await #expect(throws: WarehouseError.fenced(path: path)) { try await old.write { _ in } }
    try await new.write { _ in }
  }
}
