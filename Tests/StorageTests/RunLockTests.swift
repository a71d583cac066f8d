import Foundation
import Glibc
import Storage
import Testing

@Suite struct `A run lock` {
  @Test func `tells a second one who holds it, and is free when it is let go`() throws {
    let folder = try Folder()
    let path = folder.path + "/run.lock"
    #expect(!RunLock.isHeld(at: path))
    do {
      let lock = try RunLock(at: path, purpose: "run nightly")
      lock.describe("run nightly-20260115T0230Z-1")
      #expect(RunLock.isHeld(at: path))
      #expect(throws: LockError.held(by: "process \(getpid()) (run nightly-20260115T0230Z-1)")) { _ = try RunLock(at: path, purpose: "x") }
      lock.describe("prune")
      #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("\nprune\n"), "nothing is left of a longer text")
    }
    _ = try RunLock(at: path, purpose: "the next")
  }

  @Test func `of a process that is dead is not held, and looking at it makes no file`() throws {
    let folder = try Folder()
    let path = folder.path + "/run.lock"
    #expect(!RunLock.isHeld(at: path))
    #expect(!FileManager.default.fileExists(atPath: path))
    // This process lives, but did not start at that tick.
    try Data("\(getpid())\n1\nno boot\nrun nightly\n".utf8).write(to: URL(filePath: path))
    #expect(!RunLock.isHeld(at: path))
  }

  /// A holder that cannot be seen by its number, as in another container.
  @Test func `that a stranger holds is held`() throws {
    let folder = try Folder()
    let path = folder.path + "/run.lock"
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX) == 0)
    #expect(RunLock.isHeld(at: path))
    #expect(throws: LockError.held(by: "another process")) { _ = try RunLock(at: path, purpose: "x") }
  }
}
