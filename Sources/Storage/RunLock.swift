import Foundation
import Glibc

/// The right to write: one process per warehouse holds it. The kernel frees it when the process dies, however it dies.
///
/// The lock is a `flock`; beside it the file tells who holds it: process id, its start time and the boot, so that a reader can tell a
/// living holder from a number that was used again.
public struct RunLock: ~Copyable {
  private let descriptor: Int32

  /// - Parameters:
  ///   - path: the lock file; made when missing, never deleted.
  ///   - purpose: who holds it, for the message that others get: `run nightly-20260115T0230Z-1`.
  /// - Throws: ``LockError/held(by:)`` when another process has it.
  public init(at path: String, purpose: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LockError.cannotOpen(path: path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = RunLock.holder(at: path)
      Glibc.close(descriptor)
      throw LockError.held(by: holder)
    }
    // What is written here only explains; the lock itself is the kernel's, so a failure to write is harmless.
    _ = ftruncate(descriptor, 0)
    let text = "\(getpid())\n\(RunLock.startTime(of: getpid()) ?? "?")\n\(RunLock.bootID)\n\(purpose)\n"
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  deinit { Glibc.close(descriptor) }

  /// Changes what others are told.
  public func describe(_ purpose: String) {
    let text = "\(getpid())\n\(RunLock.startTime(of: getpid()) ?? "?")\n\(RunLock.bootID)\n\(purpose)\n"
    _ = ftruncate(descriptor, 0)
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  /// Who wrote the file last.
  private static func holder(at path: String) -> String {
    guard let data = FileManager.default.contents(atPath: path) else { return "another process" }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4 else { return "another process" }
    return "process \(lines[0]) (\(lines[3]))"
  }

  /// Clock ticks between boot and the start of a process: field 22 of /proc/PID/stat.
  static func startTime(of process: Int32) -> String? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }

  static var bootID: String {
    FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
      .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) } ?? "?"
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
