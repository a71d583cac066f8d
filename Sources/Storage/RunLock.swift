import Foundation
import Glibc

/// The right to write: one process per warehouse holds it. The kernel frees it when the process dies, however it dies.
///
/// The lock is a `flock`; beside it the file tells who holds it: process id, its start time and the boot, so that a reader can tell a
/// living holder from a number that was used again.
public struct RunLock: ~Copyable {
  private let descriptor: Int32

  /// For how many milliseconds the file of a lock that is taken may not say by whom: a new holder has not written yet, or somebody only looks.
  private static let unknownMax = 500

  /// - Parameters:
  ///   - path: the lock file; made when missing, never deleted.
  ///   - purpose: who holds it, for the message that others get: `run nightly-20260115T0230Z-1`.
  /// - Throws: ``LockError/held(by:)`` when another process has it.
  public init(at path: String, purpose: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOSPC { throw FileError(path: path, code) }
      throw LockError.cannotOpen(path: path, reason: String(cString: strerror(code)))
    }
    var patience = RunLock.unknownMax
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let holder = LockHolder(lockFile: path)
      guard holder?.isAlive == true || patience == 0 else {
        patience -= 1
        usleep(1000)
        continue
      }
      // Whoever throws from here on is deinitialized, and so closed, too: closing it here as well would close another's descriptor.
      throw LockError.held(by: holder.flatMap { $0.isAlive ? $0.description : nil } ?? "another process")
    }
    describe(purpose)
  }

  /// Unlocked by name: a child that is just being started may hold the descriptor for a moment longer.
  deinit {
    flock(descriptor, LOCK_UN)
    Glibc.close(descriptor)
  }

  /// Changes what others are told. It only explains; the lock itself is the kernel's, so a failure to write is harmless.
  public func describe(_ purpose: String) {
    let text = LockHolder(ofThisProcess: purpose).text
    // Never empty on the way.
    let count = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    if count > 0 { _ = ftruncate(descriptor, count) }
  }

  /// The turn to write, beside the lock: on the same file, opened anew so that it is a lock of its own.
  func turn() -> WriteTurn? { WriteTurn(lockFile: "/proc/self/fd/\(descriptor)") }

  /// Whether a process has the lock. Looking takes it from nobody, and makes no file.
  public static func isHeld(at path: String) -> Bool {
    if LockHolder(lockFile: path)?.isAlive == true { return true }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    // A holder that is not seen here, as in another container, holds it all the same.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}

/// Why the lock cannot be had.
public enum LockError: Error, Sendable, Equatable, CustomStringConvertible {
  case held(by: String)
  case cannotOpen(path: String, reason: String)

  public var description: String {
    switch self {
    case .held(let holder): "another run is under way: \(holder)"
    case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
    }
  }
}
