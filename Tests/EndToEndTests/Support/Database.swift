import CSQLite
import Foundation

/// The warehouse as anybody can read it: an SQLite file.
struct Database: ~Copyable {
  private let handle: OpaquePointer

  /// - Parameter isNew: makes the file.
  init(_ path: String, isNew: Bool = false) throws {
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | (isNew ? SQLITE_OPEN_CREATE : 0)
    guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let handle else {
      sqlite3_close(handle)
      throw Mistake("\(path) cannot be opened")
    }
    self.handle = handle
  }

  deinit { sqlite3_close(handle) }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
  }

  /// Each row as a line: columns joined by `|`, numbers in the shortest form that gives them back exactly.
  func lines(_ sql: String) throws -> [String] {
    var lines: [String] = []
    try each(sql) { row in lines.append((0..<row.count).map(row.text).joined(separator: "|")) }
    return lines
  }

  func each(_ sql: String, _ body: (Row) throws -> Void) throws {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw failure(sql) }
    defer { sqlite3_finalize(statement) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: try body(Row(statement: statement))
      case SQLITE_DONE: return
      default: throw failure(sql)
      }
    }
  }

  private func failure(_ sql: String) -> Mistake { Mistake("\(sql): \(String(cString: sqlite3_errmsg(handle)))") }

  /// The current row; gone when the next one comes.
  struct Row {
    fileprivate let statement: OpaquePointer

    var count: Int { Int(sqlite3_column_count(statement)) }
    func double(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }
    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func text(_ column: Int) -> String {
      switch sqlite3_column_type(statement, Int32(column)) {
      case SQLITE_NULL: "NULL"
      case SQLITE_FLOAT: "\(double(column))"
      default: sqlite3_column_text(statement, Int32(column)).map { String(cString: $0) } ?? ""
      }
    }
  }
}

extension Project {
  /// Rows of the sandbox's warehouse.
  func rows(_ sql: String) throws -> [String] { try Database("\(root)/\(sandboxDatabase)").lines(sql) }

  /// The candles of a series: open time to open, high, low, close and volume.
  func candles(_ source: String, _ symbol: String, _ interval: String = "1d") throws -> [Int64: [Double]] {
    var candles: [Int64: [Double]] = [:]
    try Database("\(root)/\(sandboxDatabase)").each(
      "SELECT open_time, open, high, low, close, volume FROM candles WHERE (source, symbol, interval) = ('\(source)', '\(symbol)', '\(interval)')"
    ) { row in candles[row.integer(0)] = (1...5).map(row.double) }
    return candles
  }

  /// Everything that was learned, table by table, apart from what tells of the run itself.
  ///
  /// Of the recorded answers the time of arrival is left out, and of the list of instruments, which states the server's time, the bytes too;
  /// an answer that a killed process landed and never read stays `landed`, and the question was asked again; a `burst` says how fast two
  /// requests happened to follow each other.
  func learned() throws -> [String: [String]] {
    let tables = [
      "instruments", "candles", "candle_revisions", "candle_pages", "candle_holes", "watermarks", "corporate_actions", "quarantine",
      "quality_results",
      "signals", "reports",
    ]
    var learned: [String: [String]] = [:]
    for table in tables { learned[table] = try rows("SELECT * FROM \(table)").sorted() }
    learned["raw_responses"] = try rows(
      """
      SELECT DISTINCT source, request, logical_date, answer, status, iif(request LIKE '%exchangeInfo%', '', body_hash), \
      iif(request LIKE '%exchangeInfo%', 0, body_bytes) FROM raw_responses WHERE answer NOT IN ('landed', 'burst')
      """
    ).sorted()
    learned["the mirror"] = try mirrored()
    return learned
  }

  /// The realtime database as it is when it has been told everything: what waits for its next push may differ from run to run. Without
  /// what it is told of the runs themselves: when they began, how often one was made again.
  private func mirrored() throws -> [String] {
    var tree: [String: String] = [:]
    let database = try Database("\(root)/\(sandboxDatabase)")
    try database.each("SELECT replace(path, char(1), '/'), value FROM realtime_nodes") { row in
      try Leaves.add(row.text(1), at: row.text(0), to: &tree)
    }
    try database.each("SELECT path, ifnull(value, 'null') FROM outbox ORDER BY sequence") { row in
      let path = row.text(0)
      tree = tree.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
      try Leaves.add(row.text(1), at: path, to: &tree)
    }
    return tree.filter { !$0.key.hasPrefix("runs/") && !$0.key.hasPrefix("health/") }.map { "\($0) = \($1)" }.sorted()
  }
}

/// A JSON value as the realtime tree has it: leaf by leaf.
private enum Leaves {
  static func add(_ json: String, at path: String, to tree: inout [String: String]) throws {
    add(try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed), path, &tree)
  }

  private static func add(_ value: Any, _ path: String, _ tree: inout [String: String]) {
    switch value {
    case let object as [String: Any]: for (key, child) in object { add(child, "\(path)/\(key)", &tree) }
    case let array as [Any]: for (index, child) in array.enumerated() { add(child, "\(path)/\(index)", &tree) }
    case is NSNull: break
    default: tree[path] = "\(value)"
    }
  }
}
