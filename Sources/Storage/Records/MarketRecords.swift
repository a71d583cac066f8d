internal import GRDB
public import MarketData
public import Scheduling

/// An instrument as its market describes it.
public struct InstrumentRow: Sendable, Equatable {
  public var symbol: Symbol
  public var base: String
  public var quote: String
  public var status: String
  public var tickSize: Double?
  public var lotStep: Double?

  public init(symbol: Symbol, base: String, quote: String, status: String, tickSize: Double?, lotStep: Double?) {
    (self.symbol, self.base, self.quote, self.status) = (symbol, base, quote, status)
    (self.tickSize, self.lotStep) = (tickSize, lotStep)
  }
}

/// A day's figures of a market.
public struct TickerRow: Sendable, Equatable {
  public var symbol: Symbol
  public var last: Double?
  public var changePercent: Double?
  public var volume: Double?
  public var quoteVolume: Double?
  public var trades: Int?

  public init(symbol: Symbol, last: Double?, changePercent: Double?, volume: Double?, quoteVolume: Double?, trades: Int?) {
    (self.symbol, self.last, self.changePercent, self.volume) = (symbol, last, changePercent, volume)
    (self.quoteVolume, self.trades) = (quoteVolume, trades)
  }
}

/// A figure of a stored candle that its source has changed.
public struct Restatement: Sendable, Equatable {
  public let key: SeriesKey
  public let openTime: Instant
  /// `open`, `high`, `low`, `close` or `volume`.
  public let field: String
  public let old: Double
  public let new: Double
}

extension WarehouseTransaction {
  /// Replaces the descriptions of a market's instruments; those no longer listed keep their last one.
  public func upsert(_ instruments: [InstrumentRow], source: String, describedAt logicalDate: Instant) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO instruments (source, symbol, base, quote, status, tick_size, lot_step, described_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET base = excluded.base, quote = excluded.quote, status = excluded.status,
          tick_size = excluded.tick_size, lot_step = excluded.lot_step, described_at = excluded.described_at
        """)
    for row in instruments {
      try statement.execute(arguments: [
        source, row.symbol.name, row.base, row.quote, row.status, row.tickSize, row.lotStep, logicalDate.milliseconds,
      ])
    }
  }

  public func upsert(_ tickers: [TickerRow], source: String, logicalDate: Instant) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO tickers (source, symbol, logical_date, last, change_percent, volume, quote_volume, trades)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for row in tickers {
      try statement.execute(arguments: [
        source, row.symbol.name, logicalDate.milliseconds, row.last, row.changePercent, row.volume, row.quoteVolume, row.trades,
      ])
    }
  }

  public func upsert(_ actions: [CorporateAction], symbol: Symbol, source: String) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO corporate_actions (source, symbol, ex_date, kind, value) VALUES (?, ?, ?, ?, ?)")
    for action in actions {
      let (kind, value) =
        switch action.kind {
        case .dividend(let amount): ("dividend", amount)
        case .split(let factor): ("split", factor)
        }
      try statement.execute(arguments: [source, symbol.name, action.date.midnight.milliseconds, kind, value])
    }
  }
}

extension WarehouseReader {
  public func instrument(_ symbol: Symbol, source: String) throws -> InstrumentRow? {
    try Row.fetchOne(
      database, sql: "SELECT base, quote, status, tick_size, lot_step FROM instruments WHERE source = ? AND symbol = ?",
      arguments: [source, symbol.name]
    ).map { InstrumentRow(symbol: symbol, base: $0[0], quote: $0[1], status: $0[2], tickSize: $0[3], lotStep: $0[4]) }
  }

  /// The names of all instruments that any market has described.
  public func instrumentNames() throws -> Set<String> {
    try Set(String.fetchAll(database, sql: "SELECT symbol FROM instruments"))
  }

  /// Dividends and splits whose ex-date is not after `instant`, oldest first.
  public func corporateActions(_ symbol: Symbol, source: String, until instant: Instant) throws -> [CorporateAction] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT ex_date, kind, value FROM corporate_actions WHERE source = ? AND symbol = ? AND ex_date <= ? ORDER BY ex_date, kind
        """, arguments: [source, symbol.name, instant.milliseconds]
    ).map {
      let kind: CorporateAction.Kind = ($0[1] as String) == "split" ? .split($0[2]) : .dividend($0[2])
      return try CorporateAction(date: Instant(milliseconds: $0[0]).utcDay, kind: kind)
    }
  }

  /// The figures that runs of a logical date found restated, by series, bar and field.
  public func restatements(at logicalDate: Instant) throws -> [Restatement] {
    let fields = ["open", "high", "low", "close", "volume"]
    return try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, open_time, old.open, old.high, old.low, old.close, old.volume,
          new.open, new.high, new.low, new.close, new.volume
        FROM candle_revisions AS old JOIN candles AS new USING (source, symbol, interval, open_time)
        WHERE replaced_at = ? ORDER BY symbol, interval, open_time, source
        """, arguments: [logicalDate.milliseconds]
    ).flatMap { row in
      let (key, openTime) = (try WarehouseReader.seriesKey(row), Instant(milliseconds: row[3]))
      return fields.enumerated().compactMap { index, field -> Restatement? in
        let (old, new): (Double, Double) = (row[4 + index], row[9 + index])
        return old == new ? nil : Restatement(key: key, openTime: openTime, field: field, old: old, new: new)
      }
    }
  }

  public func quarantined(at logicalDate: Instant) throws -> [(key: SeriesKey, reason: String, text: String)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, reason, row_text FROM quarantine WHERE logical_date = ? ORDER BY symbol, interval, row_index
        """, arguments: [logicalDate.milliseconds]
    ).map { (try WarehouseReader.seriesKey($0), $0[3], $0[4]) }
  }
}
