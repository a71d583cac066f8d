import Foundation
import Glibc

/// Who wrote a lock file last, and whether that process still lives: read without touching the lock, so that looking never makes a
/// start fail, and without making a file.
public struct LockHolder: Sendable, Equatable, CustomStringConvertible {
  public let process: Int32
  /// In clock ticks after the boot; with the boot it tells a process from a later one of the same number.
  public let startTime: String
  public let bootID: String
  /// What it was doing: `run nightly-20260115T0230Z-1`.
  public let purpose: String

  init(ofThisProcess purpose: String) {
    (process, self.purpose) = (getpid(), purpose)
    (startTime, bootID) = (LockHolder.startTime(of: getpid()) ?? "?", LockHolder.bootID)
  }

  /// - Returns: nil when there is no such file, or it is being written.
  public init?(lockFile path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 5, let process = Int32(lines[0]) else { return nil }
    (self.process, startTime, bootID, purpose) = (process, lines[1], lines[2], lines[3])
  }

  /// As it stands in the file.
  var text: String { "\(process)\n\(startTime)\n\(bootID)\n\(purpose)\n" }

  public var description: String { "process \(process) (\(purpose))" }

  public var isAlive: Bool { bootID == LockHolder.bootID && startTime == LockHolder.startTime(of: process) }

  /// Whether it is at work on a run of that job, whichever date it is about.
  public func runs(_ job: String) -> Bool {
    guard purpose.hasPrefix("run \(job)") else { return false }
    let rest = purpose.dropFirst("run \(job)".count)
    // The name of a job may begin another's; a date and an ordinal follow the whole name.
    return rest.isEmpty || rest.wholeMatch(of: /-\d{8}T[\d.]+Z-\d+/) != nil
  }

  /// Asks it to end in order, as SIGTERM does.
  /// - Returns: false when it is gone, or may not be asked.
  public func askToEnd() -> Bool { isAlive && kill(process, SIGTERM) == 0 }

  /// Clock ticks between boot and the start of a process: field 22 of /proc/PID/stat.
  static func startTime(of process: Int32) -> String? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // A zombie holds nothing any more.
    return fields.count > 19 && fields[0] != "Z" ? String(fields[19]) : nil
  }

  static var bootID: String {
    FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
      .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) } ?? "?"
  }
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
