import Foundation
import Glibc

/// Who wrote a lock file last, and whether that process still lives: read without touching the lock, so that looking never makes a
/// start fail, and without making a file.
public struct LockHolder: Sendable, Equatable {
  public let process: Int32
  /// In clock ticks after the boot; with the boot it tells a process from a later one of the same number.
  public let startTime: String
  public let bootID: String
  /// What it was doing: `run nightly-20260115T0230Z-1`.
  public let purpose: String

  /// - Returns: nil when there is no such file, or it is being written.
  public init?(lockFile path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 5, let process = Int32(lines[0]) else { return nil }
    (self.process, startTime, bootID, purpose) = (process, lines[1], lines[2], lines[3])
  }

  public var isAlive: Bool { bootID == RunLock.bootID && startTime == RunLock.startTime(of: process) }
}

/// Which run is under way, as a reader sees it. A run that is stored as "running" and is not this one has died.
public enum LivingRun: Sendable, Equatable {
  /// No process is at work on a run.
  case none
  /// A process is at work, and has said on which run.
  case run(String)
  /// A process is at work, and has not said yet on which run: it is the newest one, if any.
  case newest

  /// - Parameter lockFile: of the warehouse; it need not exist.
  public init(lockFile path: String) {
    guard let holder = LockHolder(lockFile: path), holder.isAlive else {
      // The holder may be of another container, whose process numbers mean nothing here: the kernel knows whether the lock is held.
      self = RunLock.isHeld(at: path) ? .newest : .none
      return
    }
    guard holder.purpose.hasPrefix("run ") else {
      self = .none
      return
    }
    let name = String(holder.purpose.dropFirst(4))
    // Before it has opened its run a process names the job only.
    self = name.contains("-") && name.last?.isNumber == true ? .run(name) : .newest
  }

  /// Whether it is the run of that name.
  /// - Parameter isNewest: no other run is stored as "running" that began later.
  func includes(_ run: String, isNewest: Bool) -> Bool {
    switch self {
    case .none: false
    case .run(let name): run == name
    case .newest: isNewest
    }
  }
}

extension RunLock {
  /// Whether any process holds the lock. It is looked at shared and for an instant, and only where a file is.
  static func isHeld(at path: String) -> Bool {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
