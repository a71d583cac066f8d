internal import GRDB
public import MarketData
public import Scheduling

extension WarehouseReader {
  /// The holes of a series that are to be asked for at a logical date, oldest first. What was forgotten before the watermark is none.
  public func dueHoles(of key: SeriesKey, at logicalDate: Instant) throws -> [CandleHole] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT first_open_time, end_time, found_at, asks, next_ask_at FROM candle_holes JOIN watermarks USING (source, symbol, interval)
        WHERE source = ? AND symbol = ? AND interval = ? AND next_ask_at <= ? AND first_open_time >= complete_from
        ORDER BY first_open_time
        """)
    return try Row.fetchAll(
      statement, arguments: [key.source, key.symbol.name, key.interval.rawValue, logicalDate.milliseconds]
    ).map(CandleHole.init)
  }

  /// All known holes of a series, oldest first.
  public func holes(of key: SeriesKey) throws -> [CandleHole] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT first_open_time, end_time, found_at, asks, next_ask_at FROM candle_holes
        WHERE source = ? AND symbol = ? AND interval = ? ORDER BY first_open_time
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue]
    ).map(CandleHole.init)
  }

  /// Where bars are missing among those stored, in a stretch and between it and its neighbours on both sides, oldest first.
  /// - Complexity: O(bars of the stretch).
  func gaps(of key: SeriesKey, in range: Range<Instant>) throws -> [Range<Instant>] {
    let names: StatementArguments = [key.source, key.symbol.name, key.interval.rawValue]
    // The bars before the watermark belong to no whole stretch.
    let before = try Int64.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT max(open_time) FROM candles JOIN watermarks USING (source, symbol, interval)
          WHERE source = ? AND symbol = ? AND interval = ? AND open_time < ? AND open_time >= complete_from
          """), arguments: names + [range.lowerBound.milliseconds])
    let after = try Int64.fetchOne(
      database.cachedStatement(
        sql: "SELECT min(open_time) FROM candles WHERE source = ? AND symbol = ? AND interval = ? AND open_time >= ?"),
      arguments: names + [range.upperBound.milliseconds])
    let times = try Int64.fetchCursor(
      database.cachedStatement(
        sql: """
          SELECT open_time FROM candles WHERE source = ? AND symbol = ? AND interval = ? AND open_time BETWEEN ? AND ? ORDER BY open_time
          """),
      arguments: names + [before ?? range.lowerBound.milliseconds, after ?? range.upperBound.milliseconds])
    var (finder, gaps) = (GapFinder(key.interval), [Range<Instant>]())
    while let time = try times.next() {
      if let gap = finder.gap(before: Instant(milliseconds: time)) { gaps.append(gap) }
    }
    return gaps
  }
}

extension WarehouseTransaction {
  /// Brings what is known of the holes of a series up to date with the bars that are stored now.
  ///
  /// - Parameters:
  ///   - range: the stretch that was fetched.
  ///   - wasReasked: it was fetched because of its holes.
  /// - Returns: how many bars' stretches are missing in the range now.
  @discardableResult
  public func reviewHoles(of key: SeriesKey, in range: Range<Instant>, wasReasked: Bool, at logicalDate: Instant) throws -> Int {
    let gaps = try reader.gaps(of: key, in: range)
    let touched = (gaps.first.map { min($0.lowerBound, range.lowerBound) } ?? range.lowerBound)
    let end = gaps.last.map { max($0.upperBound, range.upperBound) } ?? range.upperBound
    let known = try reader.holes(of: key, touching: touched..<end)
    let now = CandleHole.reviewed(gaps, known: known, asked: wasReasked ? [range] : [], at: logicalDate)
    guard now != known else { return now.count }
    let names: StatementArguments = [key.source, key.symbol.name, key.interval.rawValue]
    let delete = try database.cachedStatement(
      sql: "DELETE FROM candle_holes WHERE source = ? AND symbol = ? AND interval = ? AND first_open_time = ?")
    for hole in known { try delete.execute(arguments: names + [hole.range.lowerBound.milliseconds]) }
    let insert = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO candle_holes (source, symbol, interval, first_open_time, end_time, found_at, asks, next_ask_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for hole in now {
      try insert.execute(
        arguments: names + [
          hole.range.lowerBound.milliseconds, hole.range.upperBound.milliseconds, hole.foundAt.milliseconds, hole.asks,
          hole.nextAskAt.milliseconds,
        ])
    }
    return now.count
  }
}

extension WarehouseReader {
  fileprivate func holes(of key: SeriesKey, touching range: Range<Instant>) throws -> [CandleHole] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT first_open_time, end_time, found_at, asks, next_ask_at FROM candle_holes
        WHERE source = ? AND symbol = ? AND interval = ? AND first_open_time < ? AND end_time > ? ORDER BY first_open_time
        """)
    return try Row.fetchAll(
      statement,
      arguments: [
        key.source, key.symbol.name, key.interval.rawValue, range.upperBound.milliseconds, range.lowerBound.milliseconds,
      ]
    ).map(CandleHole.init)
  }
}

extension CandleHole {
  fileprivate init(_ row: Row) {
    self.init(
      range: Instant(milliseconds: row[0])..<Instant(milliseconds: row[1]), foundAt: Instant(milliseconds: row[2]), asks: row[3],
      nextAskAt: Instant(milliseconds: row[4]))
  }
}
