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

  /// The rows since the last full block, which the columns take as a whole: an array asks with each element whether it may be changed.
  private let block: UnsafeMutablePointer<Block>

  /// What the function touches at each row.
  private struct Block {
    static let capacity = 1024

    let times = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
    /// Open, high, low, close and volume, one after the other.
    let values = UnsafeMutablePointer<Double>.allocate(capacity: 5 * capacity)
    var count = 0
    var last = Int64.min
    var isOrdered = true
    unowned(unsafe) let owner: SeriesColumns
  }

  init() {
    block = .allocate(capacity: 1)
    block.initialize(to: Block(owner: self))
  }

  deinit {
    block.pointee.times.deallocate()
    block.pointee.values.deallocate()
    block.deinitialize(count: 1)
    block.deallocate()
  }

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
    sqlite3_bind_pointer(prepared, place, UnsafeMutableRawPointer(block), SeriesColumns.kind, nil)
    let status = sqlite3_step(prepared)
    sqlite3_reset(prepared)
    sqlite3_clear_bindings(prepared)
    guard status == SQLITE_ROW else { throw DatabaseError(resultCode: ResultCode(rawValue: status), sql: sql) }
    flush()
    guard block.pointee.isOrdered else { throw DatabaseError(message: "the rows of a series came out of order", sql: sql) }
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
    let block = pointer.assumingMemoryBound(to: Block.self)
    let place = block.pointee.count
    let time = sqlite3_value_int64(values[1])
    if time <= block.pointee.last && block.pointee.last != .min { block.pointee.isOrdered = false }
    block.pointee.last = time
    block.pointee.times[place] = time
    let numbers = block.pointee.values
    for column in 0..<5 { numbers[column &* Block.capacity &+ place] = sqlite3_value_double(values[column &+ 2]) }
    block.pointee.count = place + 1
    if place + 1 == Block.capacity { block.pointee.owner.flush() }
  }

  private static let end: @convention(c) (OpaquePointer?) -> Void = { sqlite3_result_null($0) }

  private func flush() {
    let (count, values) = (block.pointee.count, block.pointee.values)
    func column(_ place: Int) -> UnsafeBufferPointer<Double> {
      UnsafeBufferPointer(start: values + place * Block.capacity, count: count)
    }
    openTimes.append(contentsOf: UnsafeBufferPointer(start: block.pointee.times, count: count).lazy.map { Instant(milliseconds: $0) })
    open.append(contentsOf: column(0))
    high.append(contentsOf: column(1))
    low.append(contentsOf: column(2))
    close.append(contentsOf: column(3))
    volume.append(contentsOf: column(4))
    block.pointee.count = 0
  }
}
