internal import GRDB
public import MarketData
import Scheduling

extension WarehouseReader {
  /// Every series that has a candle, followed or imported, sorted by symbol, interval, source.
  /// - Complexity: one look-up in the index per series, whatever the number of candles.
  public func storedSeriesKeys() throws -> [SeriesKey] {
    try seriesNames().map { names in
      guard let interval = Interval(rawValue: names[2]) else {
        throw DatabaseError(message: "candles: interval \(names[2]) is unknown")
      }
      return SeriesKey(source: names[0], symbol: try Symbol(names[1]), interval: interval)
    }.sorted()
  }

  /// Source, symbol and interval of every series of which candles are stored, found by jumping from one to the next in the key.
  ///
  /// Each jump is a statement of its own: within one, SQLite compares a row of values that come from another table by the first of them
  /// only, and walks over all candles of the source.
  func seriesNames() throws -> [[String]] {
    let next = try database.cachedStatement(
      sql: """
        SELECT source, symbol, interval FROM candles WHERE (source, symbol, interval) > (?, ?, ?)
        ORDER BY source, symbol, interval LIMIT 1
        """)
    var (found, place) = ([[String]](), ["", "", ""])
    while let row = try Row.fetchOne(next, arguments: StatementArguments(place)) {
      place = [row[0], row[1], row[2]]
      found.append(place)
    }
    return found
  }

  /// The candles of a series, oldest first, one at a time: memory does not grow with their number.
  public func forEachCandle(of key: SeriesKey, _ body: (Candle) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT open_time, close_time, open, high, low, close, volume, quote_volume, trades, taker_buy_volume, taker_buy_quote_volume
        FROM candles WHERE source = ? AND symbol = ? AND interval = ? ORDER BY open_time
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue])
    while let row = try rows.next() { try body(try WarehouseReader.candle(row, of: key)) }
  }

  private static func candle(_ row: Row, of key: SeriesKey) throws -> Candle {
    let quoteVolume: Double? = row[7]
    let trading = quoteVolume.map {
      Candle.Trading(quoteVolume: $0, trades: row[8], takerBuyVolume: row[9], takerBuyQuoteVolume: row[10])
    }
    let openTime = Instant(milliseconds: row[0])
    do {
      return try Candle(
        openTime: openTime, closeTime: Instant(milliseconds: row[1]), open: row[2], high: row[3], low: row[4], close: row[5],
        volume: row[6], trading: trading)
    } catch {
      // Only checked candles are written, so another hand did it.
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(key) at \(openTime) is no candle: \(error.rawValue)")
    }
  }
}
