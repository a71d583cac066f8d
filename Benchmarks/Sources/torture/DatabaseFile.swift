import CSQLiteFile

/// The warehouse as anybody can read it: an SQLite file.
struct DatabaseFile: ~Copyable {
  private let handle: OpaquePointer

  init(_ path: String) throws {
    var handle: OpaquePointer?
    guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let handle else {
      sqlite3_close(handle)
      throw TortureError("\(path) cannot be opened")
    }
    self.handle = handle
  }

  deinit { sqlite3_close(handle) }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
  }

  /// Each row as a line: columns joined by `|`, numbers in the shortest form that gives them back exactly.
  func lines(_ sql: String) throws -> [String] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw failure(sql) }
    defer { sqlite3_finalize(statement) }
    var lines: [String] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: lines.append((0..<sqlite3_column_count(statement)).map { text(statement, $0) }.joined(separator: "|"))
      case SQLITE_DONE: return lines
      default: throw failure(sql)
      }
    }
  }

  private func text(_ statement: OpaquePointer, _ column: Int32) -> String {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_NULL: "NULL"
    case SQLITE_FLOAT: "\(sqlite3_column_double(statement, column))"
    default: sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
    }
  }

  private func failure(_ sql: String) -> TortureError { TortureError("\(sql): \(String(cString: sqlite3_errmsg(handle)))") }
}

/// Why nothing could be found out.
struct TortureError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
