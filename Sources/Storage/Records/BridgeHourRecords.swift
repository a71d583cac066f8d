internal import GRDB
import MarketData
import Scheduling

/// What was seen of a ticker in a part of an hour. Prices and volume are texts with all their digits.
public struct BridgeHourRow: Sendable, Equatable {
  public var symbol: String
  /// Its start, in milliseconds since 1970.
  public var hour: Int64
  public var seen: Int
  public var open, low, high, close: String
  /// Of the whole hour until then; nil: as it was.
  public var volume: String?

  public init(symbol: String, hour: Int64, seen: Int, open: String, low: String, high: String, close: String, volume: String?) {
    (self.symbol, self.hour, self.seen, self.volume) = (symbol, hour, seen, volume)
    (self.open, self.low, self.high, self.close) = (open, low, high, close)
  }
}

/// An hour of a ticker.
public struct BridgeHour: Sendable, Hashable {
  public var symbol: String
  public var hour: Int64

  public init(symbol: String, hour: Int64) { (self.symbol, self.hour) = (symbol, hour) }
}

/// An hour with a volume, as numbers.
public struct BridgeBar: Sendable, Equatable {
  public var hour: Int64
  public var open, high, low, close, volume: Double
  /// Milliseconds of it in which nothing was heard.
  public var gap: Int64
}

/// What became of an hour that has closed.
public struct BridgeVerdict: Sendable {
  public var hour: BridgeHour
  public var gap: Int64
  /// nil: there is nothing to judge, or too little to compare it with.
  public var volume: StoredVolume?
  /// Whether the sink must be told.
  public var isToBeTold: Bool

  public init(hour: BridgeHour, gap: Int64, volume: StoredVolume?, isToBeTold: Bool) {
    (self.hour, self.gap, self.volume, self.isToBeTold) = (hour, gap, volume, isToBeTold)
  }
}

extension WarehouseTransaction {
  /// Adds parts of hours to what is known of them.
  public func addBridge(hours: [BridgeHourRow]) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO bridge_hours (symbol, hour, seen, open, low, high, close, volume, progress) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
        ON CONFLICT (symbol, hour) DO UPDATE SET seen = seen + excluded.seen, open = coalesce(open, excluded.open),
          low = iif(CAST(excluded.low AS REAL) < CAST(low AS REAL), excluded.low, low),
          high = iif(CAST(excluded.high AS REAL) > CAST(high AS REAL), excluded.high, high),
          close = excluded.close, volume = coalesce(excluded.volume, volume)
        """)
    for row in hours {
      try statement.execute(arguments: [row.symbol, row.hour, row.seen, row.open, row.low, row.high, row.close, row.volume])
    }
  }

  /// Keeps an instant that is told once and for all.
  public func beginBridge(_ name: String, at: Int64) throws {
    try database.cachedStatement(sql: "INSERT INTO bridge_marks (name, at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
      .execute(arguments: [name, at])
  }

  public func keepBridge(_ verdicts: [BridgeVerdict]) throws {
    let statement = try database.cachedStatement(sql: "UPDATE bridge_hours SET gap = ?, progress = ? WHERE symbol = ? AND hour = ?")
    for verdict in verdicts {
      if let volume = verdict.volume { try store(volume) }
      try statement.execute(arguments: [
        verdict.gap, verdict.volume != nil && verdict.isToBeTold ? 1 : 2, verdict.hour.symbol, verdict.hour.hour,
      ])
    }
  }

  /// The realtime database has the verdicts on these.
  public func acknowledgeBridge(_ hours: [BridgeHour]) throws {
    let statement = try database.cachedStatement(sql: "UPDATE bridge_hours SET progress = 2 WHERE symbol = ? AND hour = ? AND progress = 1")
    for hour in hours { try statement.execute(arguments: [hour.symbol, hour.hour]) }
  }
}

extension WarehouseReader {
  /// What was traded of a ticker in an hour so far; nil: nobody has told.
  public func bridgeVolume(_ symbol: String, hour: Int64) throws -> String? {
    try String.fetchOne(
      database.cachedStatement(sql: "SELECT volume FROM bridge_hours WHERE symbol = ? AND hour = ?"), arguments: [symbol, hour])
  }

  /// Hours that ended by an instant and were not judged yet, oldest first.
  public func unjudgedBridgeHours(endedBy instant: Int64, limit: Int) throws -> [BridgeHour] {
    try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT symbol, hour FROM bridge_hours WHERE progress = 0 AND hour <= ? - 3600000 ORDER BY hour, symbol LIMIT ?"),
      arguments: [instant, limit]
    ).map { BridgeHour(symbol: $0[0], hour: $0[1]) }
  }

  /// Milliseconds of an hour in which nothing was heard, at least one for each gap, and those before the bridge was there at all.
  public func bridgeGap(inHour hour: Int64) throws -> Int64 {
    let (from, to) = (hour, hour + 3_600_000)
    let gaps = try Int64.fetchOne(
      database,
      sql: """
        SELECT coalesce(sum(max(1, min(to_time, ?2) - max(from_time, ?1))), 0) FROM bridge_gaps WHERE to_time >= ?1 AND from_time < ?2
        """, arguments: [from, to])
    let began = try bridgeMark("began") ?? to
    return min(to - from, (gaps ?? 0) + max(0, began - from))
  }

  /// The last hours of a ticker that have a volume, up to one, oldest first.
  public func bridgeBars(_ hour: BridgeHour, last count: Int) throws -> [BridgeBar] {
    try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT hour, CAST(open AS REAL), CAST(high AS REAL), CAST(low AS REAL), CAST(close AS REAL), CAST(volume AS REAL), coalesce(gap, 0)
          FROM bridge_hours WHERE symbol = ? AND hour <= ? AND volume IS NOT NULL AND open IS NOT NULL ORDER BY hour DESC LIMIT ?
          """), arguments: [hour.symbol, hour.hour, count]
    ).reversed().map { BridgeBar(hour: $0[0], open: $0[1], high: $0[2], low: $0[3], close: $0[4], volume: $0[5], gap: $0[6]) }
  }

  /// Verdicts that the realtime database does not have, oldest first, with the milliseconds of the hour in which nothing was heard.
  public func untoldBridgeVolumes(limit: Int) throws -> [(hour: BridgeHour, gap: Int64, volume: StoredVolume)] {
    try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT h.symbol, h.hour, coalesce(h.gap, 0), v.ratio, v.z, v.is_unusual, v.trend, v.poc, v.vah, v.val
          FROM bridge_hours h JOIN volume_states v ON v.source = 'bridge' AND v.symbol = h.symbol AND v.interval = '1h' AND v.open_time = h.hour
          WHERE h.progress = 1 ORDER BY h.hour, h.symbol LIMIT ?
          """), arguments: [limit]
    ).compactMap { row in
      guard let key = SeriesKey(bridge: row[0]) else { return nil }
      return (
        BridgeHour(symbol: row[0], hour: row[1]), row[2],
        StoredVolume(
          key: key, openTime: Instant(milliseconds: row[1]), ratio: row[3], z: row[4], isUnusual: row[5], trend: row[6], poc: row[7],
          vah: row[8], val: row[9])
      )
    }
  }
}

extension SeriesKey {
  /// The hours that the bridge makes of prices; nil for a name that is no symbol.
  public init?(bridge symbol: String) {
    guard let symbol = try? Symbol(symbol) else { return nil }  // the bots may name a ticker as they like
    self.init(source: "bridge", symbol: symbol, interval: .hour1)
  }
}
