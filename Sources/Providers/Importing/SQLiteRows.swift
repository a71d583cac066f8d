import CSQLite

/// The rows of a question to somebody else's SQLite database, which is opened read-only.
final class SQLiteRows: ForeignRows {
  private let path: String
  private let database: OpaquePointer?
  private let statement: OpaquePointer?
  private var columns: [Int32] = []
  private var row = 0

  /// - Parameter wanted: names of columns of the answer, each of which it must have.
  /// - Throws: ``ForeignFileError``.
  init(path: String, query: String, wanted: [String]) throws {
    self.path = path
    var (database, statement): (OpaquePointer?, OpaquePointer?)
    let opened = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
    // A file from outside may hold views; functions and tables with side effects are not for them.
    sqlite3_exec(database, "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON", nil, nil, nil)
    var isOne = true
    let prepared = query.withCString { text in
      var rest: UnsafePointer<CChar>?
      defer { isOne = rest.map { String(cString: $0).allSatisfy { $0.isWhitespace || $0 == ";" } } ?? true }
      return sqlite3_prepare_v2(database, text, -1, &statement, &rest)
    }
    (self.database, self.statement) = (database, statement)
    guard opened == SQLITE_OK, prepared == SQLITE_OK else { throw error() }
    guard isOne, statement != nil, sqlite3_stmt_readonly(statement) != 0 else {
      throw ForeignFileError(file: path, "`query` must be one SELECT")
    }
    let names = (0..<sqlite3_column_count(statement)).map { String(cString: sqlite3_column_name(statement, $0)) }
    columns = try wanted.map { name in
      guard let place = names.firstIndex(of: name) else {
        throw ForeignFileError(file: path, "there is no column `\(name)`; there are \(names.map { "`\($0)`" }.joined(separator: " "))")
      }
      return Int32(place)
    }
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close(database)
  }

  func next() throws -> ForeignRow? {
    switch sqlite3_step(statement) {
    case SQLITE_ROW:
      row += 1
      return ForeignRow(place: "row \(row)", values: columns.map { Self.value(statement, $0) })
    case SQLITE_DONE: return nil
    default: throw error()
    }
  }

  private func error() -> ForeignFileError {
    ForeignFileError(file: path, "SQLite says: \(String(cString: sqlite3_errmsg(database)).printable(200))")
  }

  private static func value(_ statement: OpaquePointer?, _ column: Int32) -> ForeignValue {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: .double(sqlite3_column_double(statement, column))
    case SQLITE_TEXT:
      .text(
        String(
          decoding: UnsafeBufferPointer(start: sqlite3_column_text(statement, column), count: Int(sqlite3_column_bytes(statement, column))),
          as: UTF8.self))
    case SQLITE_NULL: .missing
    default: .nested
    }
  }
}
