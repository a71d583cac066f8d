internal import CSQLite
internal import GRDB
public import MarketData
public import Scheduling

/// The name of a series in the warehouse.
public struct SeriesKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let source: String
  public let symbol: Symbol
  public let interval: Interval

  public init(source: String, symbol: Symbol, interval: Interval) {
    (self.source, self.symbol, self.interval) = (source, symbol, interval)
  }

  public var description: String { "\(symbol) \(interval) (\(source))" }

  public static func < (a: SeriesKey, b: SeriesKey) -> Bool {
    if a.symbol != b.symbol { return a.symbol < b.symbol }
    if a.interval != b.interval { return a.interval < b.interval }
    return a.source < b.source
  }
}

/// What became of the candles that were written.
public struct CandleChanges: Sendable, Equatable {
  public var new = 0
  /// Candles whose source restated them; the old values are kept.
  public var restated = 0
  public var unchanged = 0

  public init() {}

  public static func += (a: inout CandleChanges, b: CandleChanges) {
    a.new += b.new
    a.restated += b.restated
    a.unchanged += b.unchanged
  }
}

/// The range of a series that is known to be whole.
public struct Watermark: Sendable, Equatable {
  /// Everything that opened from here…
  public var completeFrom: Instant
  /// …until before here is stored.
  public var completeUntil: Instant
  /// The logical date of the last run that asked for what comes next: for the same date it is not asked again.
  public var askedAt: Instant

  public init(completeFrom: Instant, completeUntil: Instant, askedAt: Instant) {
    (self.completeFrom, self.completeUntil, self.askedAt) = (completeFrom, completeUntil, askedAt)
  }
}

extension WarehouseTransaction {
  /// Writes candles by their natural key: a second time changes nothing; a restated one replaces the old, which is kept.
  ///
  /// - Parameter barsOnly: the candles come from a file that tells nothing else than open, high, low, close and volume: where these are
  ///   the stored ones, what the source told besides is kept, and its close time too.
  /// - Complexity: one statement per new candle, about two microseconds; three for one that is already there.
  public func upsert(
    _ candles: [Candle], of key: SeriesKey, seenAt logicalDate: Instant, barsOnly: Bool = false
  ) throws -> CandleChanges {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO candles (source, symbol, interval, open_time, open, high, low, close, volume, close_time,
          quote_volume, trades, taker_buy_volume, taker_buy_quote_volume)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """)
    var changes = CandleChanges()
    let names = (key.source, key.symbol.name, key.interval.rawValue)
    for candle in candles {
      if try insertRow(candle, names, insert.sqliteStatement) {
        changes.new += 1
      } else if try restate(candle, key, logicalDate, barsOnly) {
        changes.restated += 1
      } else {
        changes.unchanged += 1
      }
    }
    return changes
  }

  /// One raw insert; true when the row is new.
  private func insertRow(_ candle: Candle, _ names: (String, String, String), _ statement: OpaquePointer) throws -> Bool {
    func bind(_ index: Int32, _ text: String) -> Int32 {
      sqlite3_bind_text(statement, index, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
    var status = bind(1, names.0) | bind(2, names.1) | bind(3, names.2)
    status |= sqlite3_bind_int64(statement, 4, candle.openTime.milliseconds)
    status |= sqlite3_bind_double(statement, 5, candle.open)
    status |= sqlite3_bind_double(statement, 6, candle.high)
    status |= sqlite3_bind_double(statement, 7, candle.low)
    status |= sqlite3_bind_double(statement, 8, candle.close)
    status |= sqlite3_bind_double(statement, 9, candle.volume)
    status |= sqlite3_bind_int64(statement, 10, candle.closeTime.milliseconds)
    if let trading = candle.trading {
      status |= sqlite3_bind_double(statement, 11, trading.quoteVolume)
      status |= sqlite3_bind_int64(statement, 12, Int64(trading.trades))
      status |= sqlite3_bind_double(statement, 13, trading.takerBuyVolume)
      status |= sqlite3_bind_double(statement, 14, trading.takerBuyQuoteVolume)
    } else {
      for index in 11...14 as ClosedRange<Int32> { status |= sqlite3_bind_null(statement, index) }
    }
    let stepped = sqlite3_step(statement)
    let changed = sqlite3_changes(database.sqliteConnection)
    let reset = sqlite3_reset(statement)
    guard status == SQLITE_OK, stepped == SQLITE_DONE, reset == SQLITE_OK else {
      let code = stepped == SQLITE_DONE ? (status == SQLITE_OK ? reset : status) : stepped
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(database.sqliteConnection)))
    }
    return changed == 1
  }

  /// Replaces a stored candle that says something else; true when it did.
  private func restate(_ candle: Candle, _ key: SeriesKey, _ logicalDate: Instant, _ barsOnly: Bool) throws -> Bool {
    let place: StatementArguments = [key.source, key.symbol.name, key.interval.rawValue, candle.openTime.milliseconds]
    let same = try database.cachedStatement(
      sql: """
        SELECT open, high, low, close, volume, close_time, quote_volume, trades, taker_buy_volume, taker_buy_quote_volume FROM candles
        WHERE source = ? AND symbol = ? AND interval = ? AND open_time = ?
        """)
    guard let row = try Row.fetchOne(same, arguments: place) else { return false }
    let extras = candle.trading
    let stored: [Double?] = [row[0], row[1], row[2], row[3], row[4], row[6], row[8], row[9]]
    let stated: [Double?] = [
      candle.open, candle.high, candle.low, candle.close, candle.volume, extras?.quoteVolume, extras?.takerBuyVolume,
      extras?.takerBuyQuoteVolume,
    ]
    if barsOnly, stored[..<5] == stated[..<5] { return false }
    let (closeTime, trades): (Int64, Int?) = (row[5], row[7])
    if stored == stated, closeTime == candle.closeTime.milliseconds, trades == extras?.trades { return false }
    try database.cachedStatement(
      sql: """
        INSERT INTO candle_revisions (source, symbol, interval, open_time, replaced_at, open, high, low, close, volume)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
    ).execute(
      arguments: place + [logicalDate.milliseconds, stored[0], stored[1], stored[2], stored[3], stored[4]])
    try database.cachedStatement(
      sql: """
        UPDATE candles SET open = ?, high = ?, low = ?, close = ?, volume = ?, close_time = ?, quote_volume = ?, trades = ?,
          taker_buy_volume = ?, taker_buy_quote_volume = ?
        WHERE source = ? AND symbol = ? AND interval = ? AND open_time = ?
        """
    ).execute(
      arguments: [
        candle.open, candle.high, candle.low, candle.close, candle.volume, candle.closeTime.milliseconds, extras?.quoteVolume,
        extras?.trades, extras?.takerBuyVolume, extras?.takerBuyQuoteVolume,
      ] + place)
    return true
  }

  /// Moves the watermark, in the same transaction as the rows.
  ///
  /// What was known and what was fetched are joined where they touch. Where a hole lies between them the later range is kept: the
  /// older rows stay, and are asked for again when they are wanted.
  public func extendWatermark(of key: SeriesKey, from: Instant, until: Instant, askedAt: Instant) throws {
    var merged = Watermark(completeFrom: from, completeUntil: until, askedAt: askedAt)
    if let known = try reader.watermark(of: key) {
      if from <= known.completeUntil, until >= known.completeFrom {
        merged.completeFrom = min(from, known.completeFrom)
        merged.completeUntil = max(until, known.completeUntil)
      } else if known.completeUntil > until {
        (merged.completeFrom, merged.completeUntil) = (known.completeFrom, known.completeUntil)
      }
    }
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO watermarks (source, symbol, interval, complete_from, complete_until, asked_at) VALUES (?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      key.source, key.symbol.name, key.interval.rawValue, merged.completeFrom.milliseconds, merged.completeUntil.milliseconds,
      merged.askedAt.milliseconds,
    ])
  }

  /// Remembers which response brought the candles between two open times.
  public func recordPage(of key: SeriesKey, first: Instant, last: Instant, responseHash: String, logicalDate: Instant) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO candle_pages (source, symbol, interval, first_open_time, last_open_time, response_hash, logical_date)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
    ).execute(arguments: [
      key.source, key.symbol.name, key.interval.rawValue, first.milliseconds, last.milliseconds, responseHash, logicalDate.milliseconds,
    ])
  }

  /// Keeps a row that is no candle.
  public func quarantine(
    rowAt index: Int, of key: SeriesKey, text: String, reason: String, responseHash: String, logicalDate: Instant
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO quarantine (source, symbol, interval, response_hash, row_index, reason, row_text, logical_date)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
    ).execute(arguments: [
      key.source, key.symbol.name, key.interval.rawValue, responseHash, index, reason, text, logicalDate.milliseconds,
    ])
  }
}

extension WarehouseReader {
  public func watermark(of key: SeriesKey) throws -> Watermark? {
    let statement = try database.cachedStatement(
      sql: "SELECT complete_from, complete_until, asked_at FROM watermarks WHERE source = ? AND symbol = ? AND interval = ?")
    return try Row.fetchOne(statement, arguments: [key.source, key.symbol.name, key.interval.rawValue])
      .map {
        Watermark(
          completeFrom: Instant(milliseconds: $0[0]), completeUntil: Instant(milliseconds: $0[1]), askedAt: Instant(milliseconds: $0[2]))
      }
  }

  /// Every series that is followed, sorted by symbol, interval, source.
  public func seriesKeys() throws -> [SeriesKey] {
    try Row.fetchAll(database, sql: "SELECT source, symbol, interval FROM watermarks").map(WarehouseReader.seriesKey).sorted()
  }

  /// The series of a symbol that are followed, of every source.
  public func seriesKeys(of symbol: Symbol, _ interval: Interval) throws -> [SeriesKey] {
    try Row.fetchAll(
      database, sql: "SELECT source, symbol, interval FROM watermarks WHERE symbol = ? AND interval = ?",
      arguments: [symbol.name, interval.rawValue]
    ).map(WarehouseReader.seriesKey).sorted()
  }

  static func seriesKey(_ row: Row) throws -> SeriesKey {
    guard let interval = Interval(rawValue: row[2]) else {
      throw DatabaseError(message: "candles: interval \(row[2] as String) is unknown")
    }
    return SeriesKey(source: row[0], symbol: try Symbol(row[1] as String), interval: interval)
  }

  /// How many candles there are of each series, and from when to when.
  public func coverage() throws -> [SeriesCoverage] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, count(*), min(open_time), max(open_time) FROM candles GROUP BY source, symbol, interval
        """
    ).map {
      SeriesCoverage(
        key: try WarehouseReader.seriesKey($0), candles: $0[3], first: Instant(milliseconds: $0[4]), last: Instant(milliseconds: $0[5]))
    }.sorted { $0.key < $1.key }
  }

  public func count(of table: CountedTable) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table.rawValue)")!
  }
}

/// The tables whose size people ask for.
public enum CountedTable: String, Sendable, CaseIterable {
  case instruments, candles, quarantine, signals, runs, outbox
  case candleRevisions = "candle_revisions"
  case corporateActions = "corporate_actions"
  case rawResponses = "raw_responses"
  case qualityResults = "quality_results"
}

/// How much of a series is stored.
public struct SeriesCoverage: Sendable {
  public let key: SeriesKey
  public let candles: Int
  public let first: Instant
  public let last: Instant
}
