internal import CSQLite
internal import GRDB
public import MarketData
public import Scheduling

extension WarehouseReader {
  /// The last candles of a series that had closed by `instant`, oldest first.
  ///
  /// - Parameter count: how many at most; nil for all.
  /// - Complexity: O(bars read), some 150 nanoseconds each: values go from SQLite's row into the columns without one of our own between.
  public func series(_ key: SeriesKey, closedBy instant: Instant, last count: Int? = nil) throws -> CandleSeries {
    // A bound is kept by walking back from the end.
    let order = count == nil ? "ASC" : "DESC"
    let statement = try database.cachedStatement(
      sql: """
        SELECT open_time, open, high, low, close, volume FROM candles
        WHERE source = ? AND symbol = ? AND interval = ? AND open_time < ? AND close_time < ? ORDER BY open_time \(order) LIMIT ?
        """)
    try statement.setArguments([
      key.source, key.symbol.name, key.interval.rawValue, instant.milliseconds, instant.milliseconds, count ?? -1,
    ])
    var columns = Columns()
    try columns.read(statement.sqliteStatement, expecting: min(count ?? 0, 1 << 20))
    if count != nil { columns.reverse() }
    return CandleSeries(
      symbol: key.symbol, interval: key.interval, openTimes: columns.openTimes, open: columns.open, high: columns.high, low: columns.low,
      close: columns.close, volume: columns.volume)
  }
}

/// Rows on their way into a series.
private struct Columns {
  var openTimes: [Instant] = []
  var open: [Double] = []
  var high: [Double] = []
  var low: [Double] = []
  var close: [Double] = []
  var volume: [Double] = []

  /// Steps a statement of these six columns to its end.
  mutating func read(_ statement: OpaquePointer, expecting count: Int) throws {
    defer { sqlite3_reset(statement) }
    reserve(count)
    while true {
      let status = sqlite3_step(statement)
      guard status == SQLITE_ROW else {
        guard status == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: status)) }
        return
      }
      openTimes.append(Instant(milliseconds: sqlite3_column_int64(statement, 0)))
      open.append(sqlite3_column_double(statement, 1))
      high.append(sqlite3_column_double(statement, 2))
      low.append(sqlite3_column_double(statement, 3))
      close.append(sqlite3_column_double(statement, 4))
      volume.append(sqlite3_column_double(statement, 5))
    }
  }

  mutating func reverse() {
    openTimes.reverse()
    open.reverse()
    high.reverse()
    low.reverse()
    close.reverse()
    volume.reverse()
  }

  private mutating func reserve(_ count: Int) {
    openTimes.reserveCapacity(count)
    open.reserveCapacity(count)
    high.reserveCapacity(count)
    low.reserveCapacity(count)
    close.reserveCapacity(count)
    volume.reserveCapacity(count)
  }
}
