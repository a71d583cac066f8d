import Foundation
internal import GRDB
public import MarketData
public import Scheduling

/// The indicators of one candle.
public struct StoredIndicators: Sendable, Equatable {
  public var key: SeriesKey
  public var openTime: Instant
  /// Names and values of those that are defined.
  public var values: [(name: String, value: Double)]

  public init(key: SeriesKey, openTime: Instant, values: [(name: String, value: Double)]) {
    (self.key, self.openTime, self.values) = (key, openTime, values)
  }

  public static func == (a: StoredIndicators, b: StoredIndicators) -> Bool {
    a.key == b.key && a.openTime == b.openTime && a.values.elementsEqual(b.values) { $0 == $1 }
  }
}

/// The volume of one candle, and what it says of the price; nil: not defined.
public struct StoredVolume: Sendable, Equatable {
  public var key: SeriesKey
  public var openTime: Instant
  public var ratio, z: Double?
  public var isUnusual: Bool?
  public var trend: String?
  /// The price with the most volume, and the edges of 70 % of it.
  public var poc, vah, val: Double?

  public init(
    key: SeriesKey, openTime: Instant, ratio: Double?, z: Double?, isUnusual: Bool?, trend: String?, poc: Double?, vah: Double?,
    val: Double?
  ) {
    (self.key, self.openTime, self.ratio, self.z, self.isUnusual, self.trend) = (key, openTime, ratio, z, isUnusual, trend)
    (self.poc, self.vah, self.val) = (poc, vah, val)
  }
}

/// The regime of one candle.
public struct StoredRegime: Sendable, Equatable {
  public var key: SeriesKey
  public var openTime: Instant
  /// By rules: `bull`, `bear` or `range`; and `low`, `normal`, `high` or `unknown`.
  public var trend, volatility: String
  /// By the model; nil when none fits.
  public var model: Model?

  public struct Model: Sendable, Equatable {
    public var state: Int
    public var label: String
    public var probability: Double

    public init(state: Int, label: String, probability: Double) {
      (self.state, self.label, self.probability) = (state, label, probability)
    }
  }

  public init(key: SeriesKey, openTime: Instant, trend: String, volatility: String, model: Model?) {
    (self.key, self.openTime, self.trend, self.volatility, self.model) = (key, openTime, trend, volatility, model)
  }
}

/// A chart pattern as it is stored.
public struct StoredPattern: Sendable, Equatable {
  public var key: SeriesKey
  public var kind, direction, state: String
  public var start, end: Instant
  public var confidence: Double
  public var confirmedAt: Instant?
  public var target: Double?
  public var stop: Double
  /// Of a confirmed one: whether it went half its height where it points before it went as far against; nil: not decided yet.
  public var isHit: Bool?

  public init(
    key: SeriesKey, kind: String, direction: String, state: String, start: Instant, end: Instant, confidence: Double,
    confirmedAt: Instant?, target: Double?, stop: Double, isHit: Bool?
  ) {
    (self.key, self.kind, self.direction, self.state, self.start, self.end) = (key, kind, direction, state, start, end)
    (self.confidence, self.confirmedAt, self.target, self.stop, self.isHit) = (confidence, confirmedAt, target, stop, isHit)
  }
}

/// How often patterns of a kind went where they point.
public struct PatternRecord: Sendable, Equatable {
  public var kind: String
  public var decided, hits: Int
}

/// The model of a series, as numbers.
public struct StoredRegimeModel: Sendable, Equatable {
  public var fittedUntil: Instant
  /// nil: none fits.
  public var numbers: [Double]?

  public init(fittedUntil: Instant, numbers: [Double]?) { (self.fittedUntil, self.numbers) = (fittedUntil, numbers) }
}

extension WarehouseTransaction {
  /// Replaces the model of a series.
  public func store(_ model: StoredRegimeModel, of key: SeriesKey) throws {
    try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO regime_models (source, symbol, interval, fitted_until, numbers) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [
      key.source, key.symbol.name, key.interval.rawValue, model.fittedUntil.milliseconds, try model.numbers.map(JSONText.encode),
    ])
  }

  public func store(_ row: StoredIndicators) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO indicator_values (source, symbol, interval, open_time, name, value) VALUES (?, ?, ?, ?, ?, ?)")
    for (name, value) in row.values {
      try statement.execute(arguments: [
        row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.openTime.milliseconds, name, value,
      ])
    }
  }

  public func store(_ row: StoredVolume) throws {
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO volume_states (source, symbol, interval, open_time, ratio, z, is_unusual, trend, poc, vah, val)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.openTime.milliseconds, row.ratio, row.z,
      row.isUnusual.map { $0 ? 1 : 0 }, row.trend, row.poc, row.vah, row.val,
    ])
  }

  public func store(_ rows: [StoredRegime]) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO regimes (source, symbol, interval, open_time, trend, volatility, state, label, probability)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for row in rows {
      try statement.execute(arguments: [
        row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.openTime.milliseconds, row.trend, row.volatility,
        row.model?.state, row.model?.label, row.model?.probability,
      ])
    }
  }

  /// Writes what was seen of patterns that begin at or after `start`; those stored that were not seen any more go.
  public func replacePatterns(_ rows: [StoredPattern], of key: SeriesKey, startingAt start: Instant, logicalDate: Instant) throws {
    let seen = Set(rows.map { "\($0.kind) \($0.start.milliseconds)" })
    let stored = try Row.fetchAll(
      database, sql: "SELECT kind, start_time FROM patterns WHERE source = ? AND symbol = ? AND interval = ? AND start_time >= ?",
      arguments: [key.source, key.symbol.name, key.interval.rawValue, start.milliseconds])
    for row in stored where !seen.contains("\(row[0] as String) \(row[1] as Int64)") {
      try database.execute(
        sql: "DELETE FROM patterns WHERE source = ? AND symbol = ? AND interval = ? AND kind = ? AND start_time = ?",
        arguments: [key.source, key.symbol.name, key.interval.rawValue, row[0] as String, row[1] as Int64])
    }
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO patterns (source, symbol, interval, kind, start_time, end_time, direction, state, confidence, confirmed_at,
          target, stop, hit, logical_date)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for row in rows {
      try statement.execute(arguments: [
        key.source, key.symbol.name, key.interval.rawValue, row.kind, row.start.milliseconds, row.end.milliseconds, row.direction,
        row.state, row.confidence, row.confirmedAt?.milliseconds, row.target, row.stop, row.isHit.map { $0 ? 1 : 0 },
        logicalDate.milliseconds,
      ])
    }
  }
}

extension WarehouseReader {
  public func regimeModel(of key: SeriesKey) throws -> StoredRegimeModel? {
    try Row.fetchOne(
      database, sql: "SELECT fitted_until, numbers FROM regime_models WHERE source = ? AND symbol = ? AND interval = ?",
      arguments: [key.source, key.symbol.name, key.interval.rawValue]
    ).map { row in
      StoredRegimeModel(
        fittedUntil: Instant(milliseconds: row[0]),
        numbers: try (row[1] as String?).map { try JSONDecoder().decode([Double].self, from: Data($0.utf8)) })
    }
  }

  /// The last regimes of a series up to a bar, the newest first.
  public func regimes(of key: SeriesKey, until openTime: Instant, limit: Int) throws -> [StoredRegime] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT open_time, trend, volatility, state, label, probability FROM regimes
        WHERE source = ? AND symbol = ? AND interval = ? AND open_time <= ? ORDER BY open_time DESC LIMIT ?
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, openTime.milliseconds, limit]
    ).map { row in
      let model = (row[3] as Int?).map { StoredRegime.Model(state: $0, label: row[4], probability: row[5]) }
      return StoredRegime(key: key, openTime: Instant(milliseconds: row[0]), trend: row[1], volatility: row[2], model: model)
    }
  }

  /// The patterns of a series that end from a bar on and were seen by a run up to a date, the newest first.
  public func patterns(of key: SeriesKey, endingAt since: Instant, until logicalDate: Instant) throws -> [StoredPattern] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT kind, direction, state, start_time, end_time, confidence, confirmed_at, target, stop, hit FROM patterns
        WHERE source = ? AND symbol = ? AND interval = ? AND end_time >= ? AND logical_date <= ?
        ORDER BY end_time DESC, kind
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, since.milliseconds, logicalDate.milliseconds]
    ).map { row in
      StoredPattern(
        key: key, kind: row[0], direction: row[1], state: row[2], start: Instant(milliseconds: row[3]), end: Instant(milliseconds: row[4]),
        confidence: row[5], confirmedAt: (row[6] as Int64?).map(Instant.init(milliseconds:)), target: row[7], stop: row[8],
        isHit: (row[9] as Int?).map { $0 == 1 })
    }
  }

  /// How often each kind of pattern went where it points, over all series of an interval, as far as runs up to a date have seen; by kind.
  public func patternRecords(of interval: Interval, until logicalDate: Instant) throws -> [PatternRecord] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT kind, count(hit), coalesce(sum(hit), 0) FROM patterns
        WHERE state = 'confirmed' AND interval = ? AND logical_date <= ? GROUP BY kind ORDER BY kind
        """, arguments: [interval.rawValue, logicalDate.milliseconds]
    ).map { PatternRecord(kind: $0[0], decided: $0[1], hits: $0[2]) }
  }
}
