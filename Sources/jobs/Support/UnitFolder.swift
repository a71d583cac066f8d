import Foundation
import JobGraph
import Reporting
import Scheduling
import Storage

/// A folder of systemd units, of which those of one project are ours.
struct UnitFolder {
  let path: String
  private let mark: String

  init(_ path: String, root: String) throws {
    (self.path, mark) = (path, SystemdUnits.mark(root: root))
  }

  /// What must happen so that the folder holds these units of the project, and no others of it.
  struct Change {
    /// Name and new text.
    var written: [(name: String, text: String)] = []
    var removed: [String] = []
    /// Files of the same name that are not of this project.
    var foreign: [String] = []
    /// What it is, for people.
    var text = ""

    var isEmpty: Bool { written.isEmpty && removed.isEmpty && foreign.isEmpty }
  }

  func change(to units: [SystemdUnits.Unit]) throws -> Change {
    var change = Change()
    for unit in units {
      let old = try text(of: unit.name)
      if let old, !isOurs(old) {
        change.foreign.append(unit.name)
      } else if old != unit.text {
        change.written.append((unit.name, unit.text))
        change.text += "\(path)/\(unit.name)\n" + LineDifference.text(from: old ?? "", to: unit.text)
      }
    }
    let names = Set(units.map(\.name))
    for name in try existing() where !names.contains(name) {
      guard let old = try text(of: name), isOurs(old) else { continue }
      change.removed.append(name)
      change.text += "\(path)/\(name)\n" + LineDifference.text(from: old, to: "")
    }
    return change
  }

  func carryOut(_ change: Change) throws {
    if !change.written.isEmpty {
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw failure(path, error)
      }
    }
    for file in change.written {
      do throws(FileError) {
        try AtomicFile.write(Array(file.text.utf8), to: "\(path)/\(file.name)", mode: 0o644)
        // The mask of this process takes the bits that systemd and people need to read it.
        guard chmod("\(path)/\(file.name)", 0o644) == 0 else { throw FileError(path: "\(path)/\(file.name)", errno) }
      } catch {
        throw failure(file.name, error)
      }
    }
    for name in change.removed where unlink("\(path)/\(name)") != 0 && errno != ENOENT {
      throw failure(name, FileError(path: "\(path)/\(name)", errno))
    }
  }

  private func failure(_ name: String, _ error: any Error) -> Failure {
    let code = (error as? FileError)?.code
    let isDenied = code == EACCES || code == EPERM || (error as? CocoaError)?.code == .fileWriteNoPermission
    let hint = isDenied ? "; units of the system are root's: use sudo, or --user for units of your own" : ""
    return Failure(
      isDenied ? .credentials : .storage,
      "\(path) cannot be written: \((error as? FileError)?.description ?? error.localizedDescription)\(hint)")
  }

  private func existing() throws -> [String] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".service") || $0.hasSuffix(".timer") }.sorted()
  }

  /// Nil when there is no such file. One that is no text is foreign.
  private func text(of name: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: "\(path)/\(name)") else { return nil }
    return FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private func isOurs(_ text: String) -> Bool { text.hasPrefix(mark + "\n") }
}

/// systemctl(1), where systemd runs.
struct SystemdManager {
  let isOfUser: Bool
  /// False when the files are for another machine.
  let isUsed: Bool

  /// systemd has been started as this machine's first process; the folder is how sd_booted(3) knows.
  private var isRunning: Bool { isUsed && FileManager.default.fileExists(atPath: "/run/systemd/system") }
  private var scope: [String] { isOfUser ? ["--user"] : [] }

  func stop(_ units: [String]) throws {
    guard isRunning, !units.isEmpty else { return }
    try control(["disable", "--now"] + units)
  }

  func start(_ units: [String], hasChanged: Bool) throws {
    guard isRunning else { return }
    if hasChanged { try control(["daemon-reload"]) }
    if !units.isEmpty { try control(["enable", "--now"] + units) }
  }

  /// What a person must still do.
  func advice(for units: [SystemdUnits.Unit]) -> String {
    guard !isRunning else { return "; `systemctl \((scope + ["list-timers"]).joined(separator: " "))` shows the next starts" }
    let names = units.filter(\.isEnabled).map(\.name).joined(separator: " ")
    let program = (["systemctl"] + scope).joined(separator: " ")
    let why = isUsed ? "systemd does not run here" : "copy them to the machine"
    return "; \(why), so when they are there:\n  \(program) daemon-reload\n  \(program) enable --now \(names)"
  }

  private func control(_ arguments: [String]) throws {
    let ended = try ProgramCall.run("systemctl", scope + arguments)
    guard ended.status == 0 else {
      let text = VisibleText.shown(ended.message.trimmingCharacters(in: .whitespacesAndNewlines))
      throw Failure(
        .storage,
        "`systemctl \((scope + arguments).joined(separator: " "))` ended with status \(ended.status)\(text.isEmpty ? "" : ": \(text)")")
    }
  }
}
