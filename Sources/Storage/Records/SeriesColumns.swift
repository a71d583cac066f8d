internal import CSQLite
internal import GRDB
import Scheduling

/// Rows on their way into a series: an aggregate function of SQLite that appends six numbers to six columns.
///
/// A statement that returns each row costs a call to step and six to fetch, half as much again as walking and decoding. SQLite does not say
/// in which order an aggregate sees the rows; it is that of the index that it walks, and rows in another order are an error.
final class SeriesColumns {
  static let function = "append_candle"

  private(set) var openTimes: [Instant] = []
  private(set) var open: [Double] = []
  private(set) var high: [Double] = []
  private(set) var low: [Double] = []
  private(set) var close: [Double] = []
  private(set) var volume: [Double] = []
  private var isOrdered = true

  /// Makes the function known to a connection.
  static func register(on database: Database) throws {
    let status = sqlite3_create_function_v2(
      database.sqliteConnection, function, 7, SQLITE_UTF8 | SQLITE_DIRECTONLY, nil, nil, SeriesColumns.step, SeriesColumns.end, nil)
    guard status == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: status)) }
  }

  func reserve(_ count: Int) {
    openTimes.reserveCapacity(count)
    open.reserveCapacity(count)
    high.reserveCapacity(count)
    low.reserveCapacity(count)
    close.reserveCapacity(count)
    volume.reserveCapacity(count)
  }

  /// Runs a statement that calls the function, with these columns as its last parameter.
  func read(from database: Database, _ sql: String, _ arguments: StatementArguments) throws {
    let statement = try database.cachedStatement(sql: sql)
    statement.setUncheckedArguments(arguments)
    let prepared = statement.sqliteStatement
    let place = sqlite3_bind_parameter_count(prepared)
    sqlite3_bind_pointer(prepared, place, Unmanaged.passUnretained(self).toOpaque(), SeriesColumns.kind, nil)
    let status = sqlite3_step(prepared)
    sqlite3_reset(prepared)
    sqlite3_clear_bindings(prepared)
    guard status == SQLITE_ROW else { throw DatabaseError(resultCode: ResultCode(rawValue: status), sql: sql) }
    guard isOrdered else { throw DatabaseError(message: "the rows of a series came out of order", sql: sql) }
  }

  /// What SQLite compares by its address, so it lives as long as the program.
  private nonisolated(unsafe) static let kind: UnsafePointer<CChar> = {
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: 8)
    for (place, character) in "columns".utf8CString.enumerated() { name[place] = character }
    return UnsafePointer(name)
  }()

  private static let step: @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void = { _, _, values in
    let values = values!
    guard let pointer = sqlite3_value_pointer(values[0], kind) else { return }
    let columns = Unmanaged<SeriesColumns>.fromOpaque(pointer).takeUnretainedValue()
    columns.append(values)
  }

  private static let end: @convention(c) (OpaquePointer?) -> Void = { sqlite3_result_null($0) }

  @inline(__always)
  private func append(_ values: UnsafeMutablePointer<OpaquePointer?>) {
    let time = Instant(milliseconds: sqlite3_value_int64(values[1]))
    if let last = openTimes.last, last >= time { isOrdered = false }
    openTimes.append(time)
    open.append(sqlite3_value_double(values[2]))
    high.append(sqlite3_value_double(values[3]))
    low.append(sqlite3_value_double(values[4]))
    close.append(sqlite3_value_double(values[5]))
    volume.append(sqlite3_value_double(values[6]))
  }
}
