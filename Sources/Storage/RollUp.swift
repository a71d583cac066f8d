internal import GRDB
import MarketData
import Scheduling

/// Makes longer bars out of the candles of a series that are about to be forgotten, where the source has delivered none. Each is marked in
/// `rolled_candles` with what it was made of, so that nobody takes it for the source's own.
struct RollUp {
  private let cut: Pruned.Candles
  private let until: Instant
  private let target: Interval
  private let length: Int64

  /// - Parameters:
  ///   - until: a midnight; candles before it are rolled up.
  ///   - target: an interval of fixed length that is longer than theirs and divides a day.
  init(_ cut: Pruned.Candles, until: Instant, into target: Interval) {
    (self.cut, self.until, self.target) = (cut, until, target)
    length = Int64(target.length!.components.seconds) * 1000
  }

  /// The mark first and the bar behind it: what is there already gets neither.
  func carryOut(in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO rolled_candles (source, symbol, interval, open_time, rolled_from, bars)
        SELECT ?1, ?2, ?5, open_time / ?6 * ?6, ?3, count(*) FROM candles
        WHERE source = ?1 AND symbol = ?2 AND interval = ?3 AND open_time < ?4
        GROUP BY open_time / ?6
        HAVING NOT EXISTS (
          SELECT 1 FROM candles AS long WHERE long.source = ?1 AND long.symbol = ?2 AND long.interval = ?5
            AND long.open_time = candles.open_time / ?6 * ?6)
        """, arguments: arguments)
    guard database.changesCount > 0 else { return }
    // Volumes that one of the parts does not tell are not told of the whole.
    func sum(_ column: String) -> String { "CASE count(\(column)) WHEN count(*) THEN sum(\(column)) END" }
    try database.execute(
      sql: """
        WITH parts AS (
          SELECT open_time / ?6 * ?6 AS start, min(open_time) AS first, max(open_time) AS last, max(high) AS high, min(low) AS low,
            sum(volume) AS volume, max(close_time) AS close_time, \(sum("quote_volume")) AS quote_volume, \(sum("trades")) AS trades,
            \(sum("taker_buy_volume")) AS taker, \(sum("taker_buy_quote_volume")) AS taker_quote
          FROM candles WHERE source = ?1 AND symbol = ?2 AND interval = ?3 AND open_time < ?4 GROUP BY open_time / ?6
        )
        INSERT INTO candles (source, symbol, interval, open_time, open, high, low, close, volume, close_time,
          quote_volume, trades, taker_buy_volume, taker_buy_quote_volume)
        SELECT ?1, ?2, ?5, start, opening.open, parts.high, parts.low, closing.close, parts.volume, start + ?6 - 1,
          parts.quote_volume, parts.trades, taker, taker_quote
        FROM parts
        JOIN rolled_candles AS mark ON mark.source = ?1 AND mark.symbol = ?2 AND mark.interval = ?5 AND mark.open_time = start
        JOIN candles AS opening ON opening.source = ?1 AND opening.symbol = ?2 AND opening.interval = ?3 AND opening.open_time = first
        JOIN candles AS closing ON closing.source = ?1 AND closing.symbol = ?2 AND closing.interval = ?3 AND closing.open_time = last
        WHERE true ON CONFLICT DO NOTHING
        """, arguments: arguments)
  }

  private var arguments: StatementArguments {
    [cut.source, cut.symbol, cut.interval.rawValue, until.milliseconds, target.rawValue, length]
  }
}
