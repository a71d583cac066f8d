internal import GRDB
public import Scheduling

/// What was seen of a ticker in a day.
public struct BridgeDayPrices: Sendable, Equatable {
  public var symbol: String
  public var prices: Int
  public var low: Double
  public var high: Double
}

/// What was heard of the orders of a ticker in a day.
public struct BridgeDayOrders: Sendable, Equatable {
  public var symbol: String
  public var orders: Int
  public var fills: Int
  /// Rejected, canceled or expired.
  public var ended: Int
}

/// An execution with the last price that was seen before it.
public struct BridgeDayFill: Sendable, Equatable {
  public var symbol: String
  public var price: Double
  public var seen: Double
  /// Milliseconds from that price to the fill.
  public var seenAgo: Int64
  public var isBuy: Bool
}

extension WarehouseReader {
  /// What the bridge heard from one instant to before another, by ticker; of prices the hours that begin in the hours of the two.
  public func bridgeDay(from: Instant, to: Instant) throws -> (prices: [BridgeDayPrices], orders: [BridgeDayOrders], fills: [BridgeDayFill])
  {
    // Read-only commands may meet a warehouse that an older version wrote last.
    guard try database.tableExists("bridge_events") else { return ([], [], []) }
    let prices = try Row.fetchAll(
      database,
      sql: """
        SELECT symbol, sum(seen), min(CAST(low AS REAL)), max(CAST(high AS REAL)) FROM bridge_hours WHERE hour >= ? AND hour < ?
        GROUP BY symbol ORDER BY symbol
        """, arguments: [from.floored(to: .hours(1)).milliseconds, to.floored(to: .hours(1)).milliseconds]
    ).map { BridgeDayPrices(symbol: $0[0], prices: $0[1], low: $0[2], high: $0[3]) }
    let window: StatementArguments = [from.milliseconds, to.milliseconds]
    let orders = try Row.fetchAll(
      database,
      sql: """
        SELECT symbol, count(DISTINCT order_id), sum(event IN ('fill', 'partial_fill')),
          count(DISTINCT iif(status IN ('rejected', 'canceled', 'expired'), order_id, NULL))
        FROM bridge_events WHERE received_at >= ? AND received_at < ? GROUP BY symbol ORDER BY symbol
        """, arguments: window
    ).map { BridgeDayOrders(symbol: $0[0], orders: $0[1], fills: $0[2], ended: $0[3]) }
    let fills = try Row.fetchAll(
      database,
      sql: """
        SELECT symbol, CAST(price AS REAL), CAST(seen_price AS REAL), received_at - seen_at, side = 'buy' FROM bridge_events
        WHERE received_at >= ? AND received_at < ? AND event IN ('fill', 'partial_fill') AND price IS NOT NULL AND seen_price IS NOT NULL
          AND side IN ('buy', 'sell')
        ORDER BY received_at, event_key
        """, arguments: window
    ).map { BridgeDayFill(symbol: $0[0], price: $0[1], seen: $0[2], seenAgo: $0[3], isBuy: $0[4]) }
    return (prices, orders, fills)
  }

  /// Times between two instants in which nothing was heard, cut to them.
  public func bridgeGaps(from: Instant, to: Instant) throws -> [BridgeGapRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT max(from_time, ?1), min(to_time, ?2), reason FROM bridge_gaps WHERE to_time > ?1 AND from_time < ?2 ORDER BY from_time
        """, arguments: [from.milliseconds, to.milliseconds]
    ).map { BridgeGapRow(from: $0[0], to: $0[1], reason: $0[2]) }
  }
}
