import Foundation

/// What the warehouse says of the run, at any moment; nothing when there is no warehouse yet.
struct Journal: Sendable {
  /// nil: no such run.
  var state: String?
  /// The shell steps that are recorded as having done their work.
  var done: Set<String> = []
  /// The steps that must not happen twice and of which nobody knows whether they did: a person has to look.
  var inDoubt: Set<String> = []
  var integrity = "ok"

  init() {}

  /// - Parameter database: changed by reading, as SQLite does it with the log of a dead process: give a copy where that matters.
  init(_ database: String, of run: String) throws {
    guard let size = try? FileManager.default.attributesOfItem(atPath: database)[.size] as? Int, size > 0 else { return }  // none yet
    let file = try DatabaseFile(database)
    integrity = try file.lines("PRAGMA integrity_check").joined(separator: ", ")
    guard try file.lines("SELECT name FROM sqlite_master WHERE name IN ('attempts', 'runs', 'tasks')").count == 3 else { return }
    state = try file.lines("SELECT state FROM runs WHERE id = '\(run)'").first
    let tasks = "SELECT step FROM tasks WHERE run_id = '\(run)' AND"
    done = Set(try file.lines("\(tasks) step IN ('order', 'message', 'mail') AND state = 'succeeded'"))
    inDoubt = Set(try file.lines("\(tasks) step = 'message' AND state = 'failed'"))
  }
}
