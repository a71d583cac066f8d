internal import GRDB
public import MarketData
public import Scheduling

/// A row in quarantine: what its source sent, and why it is no candle.
public struct QuarantinedRow: Sendable, Equatable {
  public var logicalDate: Instant
  public var reason: String
  /// As it was sent, cut.
  public var text: String
  /// The body that it stands in, and its place there from 0.
  public var responseHash: String
  public var index: Int
}

extension WarehouseReader {
  /// The rows of a series in quarantine, the newest first.
  /// - Parameter count: so many at most; nil for all.
  public func quarantined(of key: SeriesKey, last count: Int? = nil) throws -> [QuarantinedRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT logical_date, reason, row_text, response_hash, row_index FROM quarantine
        WHERE source = ? AND symbol = ? AND interval = ? ORDER BY logical_date DESC, row_index LIMIT ?
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, count ?? -1]
    ).map {
      QuarantinedRow(logicalDate: Instant(milliseconds: $0[0]), reason: $0[1], text: $0[2], responseHash: $0[3], index: $0[4])
    }
  }

  /// What runs for logical dates in `(since, through]` saw a source do besides delivering a series.
  public func sourceRecord(of key: SeriesKey, since: Instant, through: Instant) throws -> SourceRecord {
    let series: StatementArguments = [key.source, key.symbol.name, key.interval.rawValue, since.milliseconds, through.milliseconds]
    let rejected = try String.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT reason FROM quarantine WHERE source = ? AND symbol = ? AND interval = ? AND logical_date > ? AND logical_date <= ?
          ORDER BY logical_date DESC, row_index
          """), arguments: series)
    // The oldest value of the days against the one that stands now: what went away and came back was not restated.
    let restated = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT old.open_time, old.close, new.close, min(old.replaced_at)
          FROM candle_revisions AS old JOIN candles AS new USING (source, symbol, interval, open_time)
          WHERE source = ? AND symbol = ? AND interval = ? AND replaced_at > ? AND replaced_at <= ?
          GROUP BY old.open_time ORDER BY old.open_time
          """), arguments: series
    ).compactMap { row -> SourceRecord.Restated? in
      let (old, new): (Double, Double) = (row[1], row[2])
      return old == new ? nil : SourceRecord.Restated(openTime: Instant(milliseconds: row[0]), old: old, new: new)
    }
    return SourceRecord(rejected: rejected.map(SourceRecord.Rejected.init), restated: restated)
  }
}
