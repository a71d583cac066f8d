internal import CSQLite
internal import GRDB

/// A question in SQL that somebody asks by hand.
public struct OpenQuery: Sendable {
  public var sql: String
  /// So many rows are given at most.
  public var rowsMax: Int
  /// It may take so long.
  public var secondsMax: Int

  public init(sql: String, rowsMax: Int, secondsMax: Int) {
    (self.sql, self.rowsMax, self.secondsMax) = (sql, rowsMax, secondsMax)
  }

  /// A value of a row as SQLite has it.
  public enum Value: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
  }

  /// Why there is no answer.
  public enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is no question, or more than one.
    case notOneQuestion(String)
    /// What SQLite says of it.
    case wrong(String)
    case tookTooLong(seconds: Int)

    public var description: String {
      switch self {
      case .notOneQuestion(let reason): reason
      case .wrong(let reason): "SQLite says: \(reason)"
      case .tookTooLong(let seconds): "stopped after \(seconds) s; ask for less, or allow more with --timeout"
      }
    }
  }
}

extension WarehouseReader {
  /// Answers a question, row by row. Nothing can be changed by it, and no other file opened.
  ///
  /// - Parameters:
  ///   - begin: told the names of the columns, before the first row.
  ///   - row: called for each row, `rowsMax` times at most.
  /// - Returns: whether there are more rows.
  /// - Throws: ``OpenQuery/Refusal``; what `begin` and `row` throw.
  public func answer(
    _ query: OpenQuery, begin: ([String]) throws -> Void, row: ([OpenQuery.Value]) throws -> Void
  ) throws -> Bool {
    let statement: Statement
    do {
      statement = try database.makeStatement(sql: query.sql)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_MISUSE {
      throw OpenQuery.Refusal.notOneQuestion("write one statement, no less and no more")
    } catch let error as DatabaseError {
      throw OpenQuery.Refusal.wrong(error.message ?? "\(error.resultCode)")
    }
    // ATTACH counts as read-only, and would open another file; it has no columns.
    guard sqlite3_stmt_readonly(statement.sqliteStatement) != 0, statement.columnCount > 0 else {
      throw OpenQuery.Refusal.notOneQuestion("only a question can be asked: SELECT, WITH, VALUES, EXPLAIN or PRAGMA table_info(…)")
    }
    try begin(statement.columnNames)
    var deadline = ContinuousClock.now + .seconds(query.secondsMax)
    return try withUnsafeMutablePointer(to: &deadline) { pointer in
      sqlite3_progress_handler(
        database.sqliteConnection, 10_000,
        { $0!.load(as: ContinuousClock.Instant.self) < .now ? 1 : 0 }, pointer)
      defer { sqlite3_progress_handler(database.sqliteConnection, 0, nil, nil) }
      do {
        let rows = try Row.fetchCursor(statement)
        var count = 0
        while let next = try rows.next() {
          guard count < query.rowsMax else { return true }
          count += 1
          try row(next.databaseValues.map(OpenQuery.Value.init))
        }
        return false
      } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
        throw OpenQuery.Refusal.tookTooLong(seconds: query.secondsMax)
      } catch let error as DatabaseError {
        throw OpenQuery.Refusal.wrong(error.message ?? "\(error.resultCode)")
      }
    }
  }
}

extension OpenQuery.Value {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob([UInt8](data))
    }
  }
}
