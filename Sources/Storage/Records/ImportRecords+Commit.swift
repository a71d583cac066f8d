internal import GRDB
import MarketData
public import Scheduling

/// What became of the candles of an import.
public struct ImportOutcome: Sendable, Equatable {
  public var new = 0
  public var restated = 0
  public var unchanged = 0
  public var series = 0
}

/// What became of an import that was taken back.
public struct ImportWithdrawal: Sendable, Equatable {
  /// Candles that are gone.
  public var removed = 0
  /// Candles that say again what they had said before.
  public var restored = 0
  /// Candles that something else has restated since, and that stay as they are.
  public var changedSince = 0
}

extension WarehouseTransaction {
  /// Puts the candles that wait among the others: in this one transaction, so readers see none of them or all.
  ///
  /// What waits must be what was read, and what is there afterwards too: number and checksum are compared both times.
  /// - Parameter isFollowed: the watermark of each series is set behind its last bar.
  /// - Throws: ``ImportError``.
  /// - Complexity: about six microseconds a candle.
  public func commitImport(_ id: String, isFollowed: Bool, at now: Instant) throws -> ImportOutcome {
    guard let record = try reader.importRecord(id), record.state == .loading else { throw ImportError.notLoading(id) }
    try verify(
      record, "SELECT symbol, interval, open_time, close_time, open, high, low, close, volume FROM import_candles WHERE import_id = ?")
    try compare(with: record)
    try move(record, at: now)
    // By the numbers of the candles, and the close times of the import: of a bar that is as it was, the stored one is kept.
    try verify(
      record,
      """
      SELECT i.symbol, i.interval, c.open_time, i.close_time, c.open, c.high, c.low, c.close, c.volume
      FROM import_candles AS i JOIN imports ON imports.id = i.import_id JOIN candles AS c
        ON c.source = imports.source AND c.symbol = i.symbol AND c.interval = i.interval AND c.open_time = i.open_time
      WHERE i.import_id = ?
      """)
    let series = try series(of: record)
    if isFollowed { for stretch in series { try follow(stretch, of: record, at: now) } }
    try database.execute(sql: "UPDATE imports SET state = 'committed', ended_at = ? WHERE id = ?", arguments: [now.milliseconds, id])
    return try outcome(of: id, series: series.count)
  }

  /// How many candles of a committed import were new, and so on.
  private func outcome(of id: String, series: Int) throws -> ImportOutcome {
    let rows = try Row.fetchAll(
      database, sql: "SELECT effect, count(*) FROM import_candles WHERE import_id = ? GROUP BY effect", arguments: [id])
    let counts = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
    return ImportOutcome(
      new: counts["new"] ?? 0, restated: counts["restated"] ?? 0, unchanged: counts["unchanged"] ?? 0, series: series)
  }

  private func verify(_ record: ImportRecord, _ sql: String) throws {
    var (candles, checksum) = (0, ImportChecksum())
    let rows = try Row.fetchCursor(database, sql: sql, arguments: [record.id])
    while let row = try rows.next() {
      checksum.add(row[0], row[1], row[2], row[3], [row[4], row[5], row[6], row[7], row[8]])
      candles += 1
    }
    guard candles == record.candles, checksum == record.checksum else {
      throw ImportError.notWhatWasRead(id: record.id, candles: candles, expected: record.candles)
    }
  }

  /// Notes beside each candle what is there already.
  private func compare(with record: ImportRecord) throws {
    try database.execute(
      sql: """
        UPDATE import_candles AS i
        SET effect = iif((c.open, c.high, c.low, c.close, c.volume) = (i.open, i.high, i.low, i.close, i.volume), 'unchanged', 'restated'),
          old_open = c.open, old_high = c.high, old_low = c.low, old_close = c.close, old_volume = c.volume, old_close_time = c.close_time,
          old_quote_volume = c.quote_volume, old_trades = c.trades, old_taker_buy_volume = c.taker_buy_volume,
          old_taker_buy_quote_volume = c.taker_buy_quote_volume
        FROM candles AS c
        WHERE i.import_id = ? AND c.source = ? AND c.symbol = i.symbol AND c.interval = i.interval AND c.open_time = i.open_time
        """, arguments: [record.id, record.source])
    try database.execute(sql: "UPDATE import_candles SET effect = 'new' WHERE import_id = ? AND effect IS NULL", arguments: [record.id])
  }

  private func move(_ record: ImportRecord, at now: Instant) throws {
    try database.execute(
      sql: """
        INSERT INTO candle_revisions (source, symbol, interval, open_time, replaced_at, open, high, low, close, volume)
        SELECT ?, symbol, interval, open_time, ?, old_open, old_high, old_low, old_close, old_volume
        FROM import_candles WHERE import_id = ? AND effect = 'restated' ON CONFLICT DO NOTHING
        """, arguments: [record.source, now.milliseconds, record.id])
    // What only its source told about a bar does not belong to other numbers.
    try database.execute(
      sql: """
        UPDATE candles AS c SET open = i.open, high = i.high, low = i.low, close = i.close, volume = i.volume, close_time = i.close_time,
          quote_volume = NULL, trades = NULL, taker_buy_volume = NULL, taker_buy_quote_volume = NULL
        FROM import_candles AS i
        WHERE i.import_id = ? AND i.effect = 'restated'
          AND c.source = ? AND c.symbol = i.symbol AND c.interval = i.interval AND c.open_time = i.open_time
        """, arguments: [record.id, record.source])
    try database.execute(
      sql: """
        INSERT INTO candles (source, symbol, interval, open_time, open, high, low, close, volume, close_time)
        SELECT ?, symbol, interval, open_time, open, high, low, close, volume, close_time
        FROM import_candles WHERE import_id = ? AND effect = 'new'
        """, arguments: [record.source, record.id])
  }

  private struct Stretch {
    let key: SeriesKey
    let first: Instant
    let last: Instant
  }

  private func series(of record: ImportRecord) throws -> [Stretch] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT ? AS source, symbol, interval, min(open_time), max(open_time) FROM import_candles WHERE import_id = ? GROUP BY symbol, interval
        """, arguments: [record.source, record.id]
    ).map {
      Stretch(key: try WarehouseReader.seriesKey($0), first: Instant(milliseconds: $0[3]), last: Instant(milliseconds: $0[4]))
    }
  }

  private func follow(_ stretch: Stretch, of record: ImportRecord, at now: Instant) throws {
    let before = try reader.watermark(of: stretch.key)
    try database.execute(
      sql: """
        INSERT INTO import_watermarks (import_id, symbol, interval, complete_from, complete_until, asked_at) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        record.id, stretch.key.symbol.name, stretch.key.interval.rawValue, before?.completeFrom.milliseconds,
        before?.completeUntil.milliseconds, before?.askedAt.milliseconds,
      ])
    let end = stretch.key.interval.next(after: stretch.last)
    // Nobody has asked for what comes next.
    try extendWatermark(of: stretch.key, from: stretch.first, until: end, askedAt: before?.askedAt ?? stretch.first)
  }
}

extension WarehouseTransaction {
  /// Takes an import back: its new candles go, those that it restated say again what they had said. All of it, or nothing.
  /// - Throws: ``ImportError``.
  public func withdrawImport(_ id: String) throws -> ImportWithdrawal {
    guard let record = try reader.importRecord(id) else {
      throw ImportError.unknown(id: id, known: try reader.importRecords().prefix(3).map(\.id))
    }
    var withdrawal = ImportWithdrawal()
    if record.state == .committed {
      let kept = try Int.fetchOne(database, sql: "SELECT count(*) FROM import_candles WHERE import_id = ?", arguments: [id]) ?? 0
      guard kept == record.candles else { throw ImportError.forgotten(id) }
      withdrawal = try giveBack(record)
      try restoreWatermarks(of: record)
    }
    for table in ["import_candles", "import_refusals", "import_watermarks"] {
      try database.execute(sql: "DELETE FROM \(table) WHERE import_id = ?", arguments: [id])
    }
    try database.execute(sql: "UPDATE imports SET state = 'rolled back' WHERE id = ?", arguments: [id])
    return withdrawal
  }

  /// Forgets what an import needs to be taken back, and the places of its candles; the candles stay.
  /// - Returns: rows that are gone.
  /// - Throws: ``ImportError``.
  public func forgetImport(_ id: String) throws -> Int {
    guard let record = try reader.importRecord(id) else {
      throw ImportError.unknown(id: id, known: try reader.importRecords().prefix(3).map(\.id))
    }
    guard record.state == .committed else { throw ImportError.notCommitted(id) }
    try database.execute(sql: "DELETE FROM import_candles WHERE import_id = ?", arguments: [id])
    return database.changesCount
  }

  /// A candle that was changed since is somebody else's.
  private func giveBack(_ record: ImportRecord) throws -> ImportWithdrawal {
    var withdrawal = ImportWithdrawal()
    let same = """
      c.source = ? AND c.symbol = i.symbol AND c.interval = i.interval AND c.open_time = i.open_time
      AND (c.open, c.high, c.low, c.close, c.volume) = (i.open, i.high, i.low, i.close, i.volume)
      """
    try database.execute(
      sql: """
        UPDATE candles AS c SET open = i.old_open, high = i.old_high, low = i.old_low, close = i.old_close, volume = i.old_volume,
          close_time = i.old_close_time, quote_volume = i.old_quote_volume, trades = i.old_trades,
          taker_buy_volume = i.old_taker_buy_volume, taker_buy_quote_volume = i.old_taker_buy_quote_volume
        FROM import_candles AS i WHERE i.import_id = ? AND i.effect = 'restated' AND \(same)
        """, arguments: [record.id, record.source])
    withdrawal.restored = database.changesCount
    try database.execute(
      sql: """
        DELETE FROM candle_revisions AS r WHERE r.source = ? AND r.replaced_at = ? AND EXISTS (
          SELECT 1 FROM import_candles AS i WHERE i.import_id = ? AND i.effect = 'restated'
            AND r.symbol = i.symbol AND r.interval = i.interval AND r.open_time = i.open_time)
        """, arguments: [record.source, record.endedAt?.milliseconds, record.id])
    try database.execute(
      sql: """
        DELETE FROM candles WHERE (source, symbol, interval, open_time) IN (
          SELECT c.source, c.symbol, c.interval, c.open_time FROM import_candles AS i JOIN candles AS c ON \(same)
          WHERE i.import_id = ? AND i.effect = 'new')
        """, arguments: [record.source, record.id])
    withdrawal.removed = database.changesCount
    let touched = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM import_candles WHERE import_id = ? AND effect <> 'unchanged'", arguments: [record.id])!
    withdrawal.changedSince = touched - withdrawal.removed - withdrawal.restored
    return withdrawal
  }

  private func restoreWatermarks(of record: ImportRecord) throws {
    try database.execute(
      sql: """
        DELETE FROM watermarks AS w WHERE w.source = ? AND EXISTS (
          SELECT 1 FROM import_watermarks AS i WHERE i.import_id = ? AND i.symbol = w.symbol AND i.interval = w.interval)
        """, arguments: [record.source, record.id])
    try database.execute(
      sql: """
        INSERT INTO watermarks (source, symbol, interval, complete_from, complete_until, asked_at)
        SELECT ?, symbol, interval, complete_from, complete_until, asked_at FROM import_watermarks
        WHERE import_id = ? AND complete_from IS NOT NULL
        """, arguments: [record.source, record.id])
  }
}
