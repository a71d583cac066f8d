import Foundation
internal import GRDB
public import MarketData
public import Scheduling

/// An answer that brought a stretch of a series.
public struct CandlePageRow: Sendable, Equatable {
  /// The logical date of the run that asked.
  public var logicalDate: Instant
  /// SHA-256 of its body: the name of the body in the raw store.
  public var responseHash: String
  /// nil when the record of the answer was pruned.
  public var response: ResponseRow?
}

/// What a candle said before its source restated it.
public struct CandleRevision: Sendable, Equatable {
  /// The logical date of the run that saw the new value.
  public var replacedAt: Instant
  public var open: Double
  public var high: Double
  public var low: Double
  public var close: Double
  public var volume: Double
}

extension WarehouseReader {
  /// The sources that have a candle of this symbol, interval and time, in order of their names.
  public func sources(of symbol: Symbol, _ interval: Interval, at openTime: Instant) throws -> [String] {
    // By the whole key of each series that there is: there are few, and candles are many.
    try storedSeriesKeys().filter { $0.symbol == symbol && $0.interval == interval }
      .filter { try candle(of: $0, at: openTime) != nil }.map(\.source).sorted()
  }

  /// - Returns: nil when none is stored.
  public func candle(of key: SeriesKey, at openTime: Instant) throws -> Candle? {
    try Row.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT open_time, close_time, open, high, low, close, volume FROM candles
          WHERE source = ? AND symbol = ? AND interval = ? AND open_time = ?
          """), arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds]
    ).map {
      try Candle(
        openTime: Instant(milliseconds: $0[0]), closeTime: Instant(milliseconds: $0[1]), open: $0[2], high: $0[3], low: $0[4],
        close: $0[5], volume: $0[6])
    }
  }

  /// The answers that brought a candle, the newest first.
  public func pages(of key: SeriesKey, covering openTime: Instant) throws -> [CandlePageRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT p.logical_date, p.response_hash, r.request, r.answer, r.status, r.body_bytes, r.received_at
        FROM candle_pages AS p LEFT JOIN raw_responses AS r
          ON r.body_hash = p.response_hash AND r.source = p.source AND r.logical_date = p.logical_date
        WHERE p.source = ? AND p.symbol = ? AND p.interval = ? AND p.first_open_time <= ? AND p.last_open_time >= ?
        ORDER BY p.logical_date DESC, r.received_at DESC, p.response_hash
        """,
      arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds, openTime.milliseconds]
    ).map { row in
      let (logicalDate, hash) = (Instant(milliseconds: row[0]), row[1] as String)
      let response = (row[2] as String?).map {
        ResponseRow(
          source: key.source, request: $0, logicalDate: logicalDate, bodyHash: hash, answer: row[3], status: row[4], bodyBytes: row[5],
          receivedAt: Instant(milliseconds: row[6]))
      }
      return CandlePageRow(logicalDate: logicalDate, responseHash: hash, response: response)
    }
  }

  /// What the source said before, the oldest first.
  public func revisions(of key: SeriesKey, at openTime: Instant) throws -> [CandleRevision] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT replaced_at, open, high, low, close, volume FROM candle_revisions
        WHERE source = ? AND symbol = ? AND interval = ? AND open_time = ? ORDER BY replaced_at
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds]
    ).map {
      CandleRevision(
        replacedAt: Instant(milliseconds: $0[0]), open: $0[1], high: $0[2], low: $0[3], close: $0[4], volume: $0[5])
    }
  }

  /// The signals that a candle caused, in order of their strategies, and the logical date of the run that found each.
  public func signals(of key: SeriesKey, causedAt openTime: Instant) throws -> [(signal: StoredSignal, foundAt: Instant)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT strategy, direction, strength, valid_from, inputs, sentence, found_at FROM signals
        WHERE source = ? AND symbol = ? AND interval = ? AND bar_time = ? ORDER BY strategy
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds]
    ).map {
      let signal = StoredSignal(
        key: key, barTime: openTime, strategy: $0[0], direction: $0[1], strength: $0[2], validFrom: Instant(milliseconds: $0[3]),
        inputs: try JSONDecoder().decode([StoredSignal.Input].self, from: Data(($0[4] as String).utf8)), sentence: $0[5])
      return (signal, Instant(milliseconds: $0[6]))
    }
  }
}
