internal import CSQLite
internal import GRDB
public import MarketData
public import Scheduling

extension WarehouseReader {
  /// The last candles of a series that had closed by `instant`, oldest first.
  ///
  /// - Parameter count: how many at most; nil for all.
  /// - Complexity: O(bars read), a quarter of a microsecond each: SQLite hands each row to ``SeriesColumns`` while it walks, and never stops
  ///   to return it.
  public func series(_ key: SeriesKey, closedBy instant: Instant, last count: Int? = nil) throws -> CandleSeries {
    if let count, count <= 0 { return CandleSeries(symbol: key.symbol, interval: key.interval) }
    let start = try count.flatMap { try firstOpenTime(ofLast: $0, of: key, closedBy: instant) }
    let columns = SeriesColumns()
    columns.reserve(min(count ?? 0, 1 << 20))
    try columns.read(
      from: database,
      """
      SELECT \(SeriesColumns.function)(?6, open_time, open, high, low, close, volume) FROM candles
      WHERE source = ?1 AND symbol = ?2 AND interval = ?3 AND open_time >= ?4 AND open_time < ?5 AND close_time < ?5
      """,
      [key.source, key.symbol.name, key.interval.rawValue, start ?? Int64.min, instant.milliseconds])
    return CandleSeries(
      symbol: key.symbol, interval: key.interval, openTimes: columns.openTimes, open: columns.open, high: columns.high, low: columns.low,
      close: columns.close, volume: columns.volume)
  }

  /// Where the last bars begin, found by walking back from the end; nil when there are fewer.
  private func firstOpenTime(ofLast count: Int, of key: SeriesKey, closedBy instant: Instant) throws -> Int64? {
    try Int64.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT open_time FROM candles
          WHERE source = ? AND symbol = ? AND interval = ? AND open_time < ? AND close_time < ? ORDER BY open_time DESC LIMIT 1 OFFSET ?
          """),
      arguments: [key.source, key.symbol.name, key.interval.rawValue, instant.milliseconds, instant.milliseconds, count - 1])
  }
}
