import Foundation

/// Everything that a run leaves and that must not depend on what happened on the way: rows, files, the realtime tree.
struct Remains: Sendable {
  /// Rows by table, sorted; times and attempts left out.
  let rows: [String: [String]]
  /// Reports and raw bodies by path; pages that tell of the run itself left out.
  let files: [String: Data]

  init(of folder: String) throws {
    let database = try DatabaseFile("\(folder)/data/sandbox/jobs.sqlite")
    var rows: [String: [String]] = [:]
    for table in try database.lines("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'") {
      guard let columns = Remains.columns[table] ?? "*" else { continue }
      rows[table] = try database.lines("SELECT \(columns) FROM \(table)").sorted()
    }
    // An answer that was landed by a run that died before it read it stays `landed`, and the question was asked again; a `burst` says how
    // fast two requests happened to follow each other; the list of instruments states the server's time.
    rows["raw_responses"] = try database.lines(
      """
      SELECT DISTINCT source, request, logical_date, answer, status, iif(request LIKE '%exchangeInfo%', '', body_hash) FROM raw_responses
      WHERE answer NOT IN ('landed', 'burst')
      """
    ).sorted()
    // The realtime tree when it has been told what waits for the next push; without what it is told of the runs themselves.
    var tree: [String: String] = [:]
    let leaves = "SELECT replace(path, char(1), '/'), value FROM realtime_nodes"
    for line in try database.lines(leaves) { try Remains.add(line, to: &tree) }
    for line in try database.lines("SELECT path, ifnull(value, 'null') FROM outbox ORDER BY sequence") {
      let path = line.prefix { $0 != "|" }
      tree = tree.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
      try Remains.add(line, to: &tree)
    }
    rows["the realtime tree"] = tree.filter { !$0.key.hasPrefix("runs/") && !$0.key.hasPrefix("health/") }.map { "\($0) = \($1)" }.sorted()
    self.rows = rows
    files = Remains.files(below: folder)
  }

  /// `path|JSON`, leaf by leaf.
  private static func add(_ line: String, to tree: inout [String: String]) throws {
    let parts = line.split(separator: "|", maxSplits: 1)
    add(try JSONSerialization.jsonObject(with: Data((parts.last ?? "").utf8), options: .fragmentsAllowed), at: String(parts[0]), to: &tree)
  }

  /// A JSON value as the realtime tree has it: leaf by leaf.
  private static func add(_ value: Any, at path: String, to tree: inout [String: String]) {
    switch value {
    case let object as [String: Any]: for (key, child) in object { add(child, at: "\(path)/\(key)", to: &tree) }
    case let array as [Any]: for (index, child) in array.enumerated() { add(child, at: "\(path)/\(index)", to: &tree) }
    case is NSNull: break
    default: tree[path] = "\(value)"
    }
  }

  /// What to compare of a table that is not compared whole; nil: nothing of it.
  private static let columns: [String: String?] = [
    "runs": "id, job, logical_date, state, exit_status", "steps": "run_id, step, state, reason, tasks, succeeded, failed",
    "tasks": "run_id, step, task, state", "attempts": nil, "run_requests": nil, "events": nil, "fences": nil, "rate_usage": nil,
    "rate_pauses": nil,
    "schema_migrations": "name, checksum", "raw_responses": nil, "outbox": nil, "realtime_nodes": nil, "realtime_changes": nil,
    "told_states": nil, "decisions": "job, instant, decision, run_id",
  ]

  /// The files that readers see: nothing hidden, nothing that is on its way.
  static func files(below folder: String) -> [String: Data] {
    var files: [String: Data] = [:]
    for path in paths(below: folder) where path.hasPrefix("reports/") && !isLeftover(path) && !path.contains("/run.") {
      files[path] = FileManager.default.contents(atPath: "\(folder)/\(path)")
    }
    return files
  }

  /// All files below data/ and reports/, sorted.
  static func paths(below folder: String) -> [String] {
    ["data", "reports"].flatMap { part in
      (FileManager.default.enumerator(atPath: "\(folder)/\(part)")?.compactMap { $0 as? String } ?? []).sorted().map { "\(part)/\($0)" }
    }.filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(folder)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
    }
  }

  /// Begun by a process that did not end it.
  static func isLeftover(_ path: String) -> Bool {
    path.hasSuffix(".new") || path.hasSuffix(".creating") || path.split(separator: "/").contains { $0.hasPrefix(".") }
  }
}

extension Remains {
  /// How this differs from what an undisturbed run leaves.
  /// - Parameter apartFromTheRun: whether states of the run, its steps and tasks are left out.
  func differences(from calm: Remains, apartFromTheRun: Bool = false) -> Differences {
    var found = Differences()
    let runs: Set<String> = apartFromTheRun ? ["runs", "steps", "tasks"] : []
    for table in Set(rows.keys).union(calm.rows.keys).subtracting(runs).sorted() {
      let (ours, theirs) = (rows[table] ?? [], calm.rows[table] ?? [])
      guard ours != theirs else { continue }
      let (lost, extra) = (Remains.rest(theirs, without: ours), Remains.rest(ours, without: theirs))
      found.rowsLost += lost.count
      found.rowsExtra += extra.count
      found.sentences += lost.prefix(2).map { "\(table) lacks \($0.prefix(200))" }
      found.sentences += extra.prefix(2).map { "\(table) has \($0.prefix(200))" }
    }
    for path in Set(files.keys).union(calm.files.keys).sorted() where files[path] != calm.files[path] {
      found.files += 1
      let word = files[path] == nil ? "is missing" : calm.files[path] == nil ? "should not be there" : "differs"
      found.sentences.append("\(path) \(word)")
    }
    return found
  }

  /// What is left of sorted rows when others are taken away, each once.
  private static func rest(_ rows: [String], without others: [String]) -> [String] {
    var counts: [String: Int] = [:]
    for row in others { counts[row, default: 0] += 1 }
    return rows.filter { row in
      guard let count = counts[row], count > 0 else { return true }
      counts[row] = count - 1
      return false
    }
  }
}

struct Differences: Sendable {
  var (rowsLost, rowsExtra, files) = (0, 0, 0)
  var sentences: [String] = []
}
