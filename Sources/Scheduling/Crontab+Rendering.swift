public import Foundation

/// Why a crontab cannot be given to cron(8): all reasons at once.
public struct CrontabRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  public let defects: [CrontabDefect]

  public var description: String { defects.map(\.description).joined(separator: "\n") }
}

extension Crontab {
  /// The schedule as text for cron(8), between `# BEGIN jobs ROOT` and `# END jobs ROOT`.
  ///
  /// Debian's cron knows only the system's zone. An entry of another zone is written anew when the two differ by the same time
  /// throughout the next two years and the fields can say it; `5 * * * *` needs no change at all. Others are refused.
  ///
  /// - Parameters:
  ///   - executable: the absolute path of `jobs`, which replaces that of the entries.
  ///   - root: the absolute path of the project; `jobs run` gets it as `--root`, any other command is started in it.
  ///   - systemZone: the zone in which cron(8) reads the text.
  ///   - now: the start of the two years.
  /// - Throws: ``CrontabRefusal`` with every entry that cron(8) would start at other times.
  public func rendered(
    executable: String, root: String, systemZone: TimeZone, asOf now: Instant
  ) throws(CrontabRefusal) -> String {
    var defects = [executable, root].filter { !$0.hasPrefix("/") || $0.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) }.map {
      CrontabDefect(line: 0, column: 1, text: "", problem: .badPath($0))
    }
    let translation = ZoneTranslation(system: systemZone, asOf: now)
    var lines = settings.map { (number: $0.line, text: $0.rendered) }
    if !settings.contains(where: { $0.name == "SHELL" }) { lines.append((0, "SHELL=/bin/sh")) }
    for entry in entries {
      switch translation.expression(for: entry) {
      case .success(let expression):
        lines.append((entry.line, expression + " " + entry.rendered(executable: executable, root: root)))
      case .failure(let defect): defects.append(defect)
      }
    }
    guard defects.isEmpty else { throw CrontabRefusal(defects: defects) }
    lines.sort { $0.number < $1.number }
    return Self.block(of: lines.map(\.text), root: root)
  }

  private static func block(of lines: [String], root: String) -> String {
    let note = "# Made by `jobs cron install` from \(root)/crontab; what is changed between these marks is lost at the next install."
    return ([beginMark(root: root), note] + lines + [endMark(root: root)]).map { $0 + "\n" }.joined()
  }

  /// Puts a rendered schedule into a user's crontab: the block of the same project is taken out, the new one stands at the end,
  /// so that its settings reach no foreign line. All other lines stay as they are, byte for byte; only a missing line break at the
  /// end is added. Doing it twice changes nothing more.
  ///
  /// - Parameters:
  ///   - rendered: from ``rendered(executable:root:systemZone:asOf:)``.
  ///   - existing: the crontab of the user; empty when there is none.
  public static func installing(_ rendered: String, into existing: String) -> String {
    let own = rendered.utf8.split(separator: newline)
    guard let begin = own.first, let end = own.last else { return existing }
    var rest = removing(from: Array(existing.utf8), begin: Array(begin), end: Array(end))
    if let last = rest.last, last != newline { rest.append(newline) }
    return String(decoding: rest, as: UTF8.self) + rendered
  }

  /// Takes the block of a project out of a user's crontab and leaves all other lines as they are.
  public static func removing(root: String, from existing: String) -> String {
    let rest = removing(from: Array(existing.utf8), begin: Array(beginMark(root: root).utf8), end: Array(endMark(root: root).utf8))
    return String(decoding: rest, as: UTF8.self)
  }

  private static func beginMark(root: String) -> String { "# BEGIN jobs \(root)" }
  private static func endMark(root: String) -> String { "# END jobs \(root)" }
  private static let newline = UInt8(ascii: "\n")

  /// A mark without its partner is a foreign line: from a lost END, everything below would seem to be ours.
  private static func removing(from text: [UInt8], begin: [UInt8], end: [UInt8]) -> [UInt8] {
    var (result, blockStart): ([UInt8], Int?) = ([], nil)
    var index = 0
    while index < text.count {
      let lineEnd = text[index...].firstIndex(of: newline) ?? text.count
      let line = text[index..<lineEnd]
      let next = min(lineEnd + 1, text.count)
      if line.elementsEqual(begin) { blockStart = result.count }
      result += text[index..<next]
      if let start = blockStart, line.elementsEqual(end) {
        result.removeSubrange(start...)
        blockStart = nil
      }
      index = next
    }
    return result
  }
}

extension Crontab.Setting {
  fileprivate var rendered: String {
    let needsQuotes = value.first.map { $0.isBlank || $0 == "\"" || $0 == "'" } ?? true || value.last!.isBlank
    let quote = value.contains("\"") ? "'" : "\""
    return needsQuotes ? "\(name)=\(quote)\(value)\(quote)" : "\(name)=\(value)"
  }
}

extension Crontab.Entry {
  /// The command with absolute paths and every `%` escaped.
  fileprivate func rendered(executable: String, root: String) -> String {
    shellLine(executable: executable, root: root, trigger: "cron").replacing("%", with: "\\%")
  }

  /// The command for `/bin/sh -c`, with absolute paths: `jobs run` gets the project and who starts it, any other command is started in
  /// the project.
  ///
  /// - Parameters:
  ///   - trigger: who starts it, for the history: `cron`, `daemon`.
  ///   - additions: more options of `jobs run`.
  public func shellLine(executable: String, root: String, trigger: String, additions: [String] = []) -> String {
    guard let run else { return "cd " + ShellWords.quoted(root) + " && " + command }
    let characters = Array(command)
    var options = run.arguments.contains { $0 == "--root" || $0.hasPrefix("--root=") } ? "" : " --root " + ShellWords.quoted(root)
    for option in ["--quiet"] + additions where !run.arguments.contains(option) { options += " " + option }
    // History tells who started a run.
    if !run.arguments.contains(where: { $0 == "--trigger" || $0.hasPrefix("--trigger=") }) { options += " --trigger " + trigger }
    return String(characters[..<run.executable.lowerBound]) + ShellWords.quoted(executable)
      + String(characters[run.executable.upperBound..<run.afterRun]) + options + String(characters[run.afterRun...])
  }
}
