internal import GRDB

/// An event of an order, on its way to its table or back. Times are in milliseconds since 1970 where nothing else is said.
public struct BridgeEventRow: Sendable, Equatable {
  public var key: String
  public var orderID: String
  public var symbol: String
  public var event: String
  public var status: String?
  public var side: String?
  /// In nanoseconds since 1970.
  public var happenedAt: Int64
  public var receivedAt: Int64
  public var price: String?
  public var quantity: String?
  public var seenPrice: String?
  public var seenAt: Int64?
  public var message: String
  public var isFinal: Bool
  public var rank: Int

  public init(
    key: String, orderID: String, symbol: String, event: String, status: String?, side: String?, happenedAt: Int64, receivedAt: Int64,
    price: String?, quantity: String?, seenPrice: String?, seenAt: Int64?, message: String, isFinal: Bool, rank: Int
  ) {
    (self.key, self.orderID, self.symbol, self.event, self.status, self.side) = (key, orderID, symbol, event, status, side)
    (self.happenedAt, self.receivedAt, self.price, self.quantity) = (happenedAt, receivedAt, price, quantity)
    (self.seenPrice, self.seenAt, self.message, self.isFinal, self.rank) = (seenPrice, seenAt, message, isFinal, rank)
  }
}

/// A price of a ticker.
public struct BridgePriceRow: Sendable, Equatable {
  public var symbol: String
  public var price: String
  public var volume: String?
  public var sent: String?
  public var receivedAt: Int64

  public init(symbol: String, price: String, volume: String?, sent: String?, receivedAt: Int64) {
    (self.symbol, self.price, self.volume, self.sent, self.receivedAt) = (symbol, price, volume, sent, receivedAt)
  }
}

/// A time in which nothing was heard.
public struct BridgeGapRow: Sendable, Equatable {
  public var from: Int64
  public var to: Int64
  public var reason: String

  public init(from: Int64, to: Int64, reason: String) { (self.from, self.to, self.reason) = (from, to, reason) }
}

/// A message that could not be used.
public struct BridgeRejectedRow: Sendable, Equatable {
  public var receivedAt: Int64
  public var kind: String
  public var reason: String
  public var message: String

  public init(receivedAt: Int64, kind: String, reason: String, message: String) {
    (self.receivedAt, self.kind, self.reason, self.message) = (receivedAt, kind, reason, message)
  }
}

/// An event that the realtime database does not have, with the message that tells its order's state now.
public struct BridgeUntoldRow: Sendable, Equatable {
  public var key: String
  public var orderID: String
  public var symbol: String
  public var receivedAt: Int64
  public var message: String
  public var stateReceivedAt: Int64
  public var stateMessage: String
}

extension WarehouseTransaction {
  /// So many rejected messages are kept.
  static let bridgeRejectedMax = 1000

  /// Keeps events, each once by its key, and the state of their orders.
  /// - Returns: how many were new.
  public func keepBridge(events: [BridgeEventRow]) throws -> Int {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO bridge_events (event_key, order_id, symbol, event, status, side, happened_at, received_at, price, quantity, seen_price,
          seen_at, message, told)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (event_key) DO NOTHING
        """)
    let state = try database.cachedStatement(
      sql: """
        INSERT INTO bridge_orders (order_id, symbol, status, is_final, happened_at, rank, event_key) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (order_id) DO UPDATE SET symbol = excluded.symbol, status = excluded.status, is_final = excluded.is_final,
          happened_at = excluded.happened_at, rank = excluded.rank, event_key = excluded.event_key
        WHERE (excluded.is_final, excluded.happened_at, excluded.rank, excluded.event_key) > (is_final, happened_at, rank, event_key)
        """)
    var new = 0
    for row in events {
      try insert.execute(arguments: [
        row.key, row.orderID, row.symbol, row.event, row.status, row.side, row.happenedAt, row.receivedAt, row.price, row.quantity,
        row.seenPrice, row.seenAt, row.message,
      ])
      guard database.changesCount > 0 else { continue }
      new += 1
      try state.execute(arguments: [row.orderID, row.symbol, row.status, row.isFinal, row.happenedAt, row.rank, row.key])
    }
    return new
  }

  /// The latest prices, in the order of receipt. Their times do not decide: the clock may have been set back.
  public func keepBridge(latest: [BridgePriceRow]) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO bridge_tickers (symbol, price, volume, sent, received_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (symbol) DO UPDATE SET price = excluded.price, volume = excluded.volume, sent = excluded.sent,
          received_at = excluded.received_at
        """)
    for row in latest { try statement.execute(arguments: [row.symbol, row.price, row.volume, row.sent, row.receivedAt]) }
  }

  public func keepBridge(history: [BridgePriceRow]) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO bridge_prices (symbol, price, volume, sent, received_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
    for row in history { try statement.execute(arguments: [row.symbol, row.price, row.volume, row.sent, row.receivedAt]) }
  }

  public func keepBridge(gaps: [BridgeGapRow]) throws {
    for row in gaps {
      try database.execute(
        sql: """
          INSERT INTO bridge_gaps (from_time, to_time, reason) VALUES (?, ?, ?)
          ON CONFLICT (from_time) DO UPDATE SET to_time = max(to_time, excluded.to_time)
          """, arguments: [row.from, row.to, row.reason])
    }
  }

  public func keepBridge(rejected: [BridgeRejectedRow]) throws {
    guard !rejected.isEmpty else { return }
    for row in rejected {
      try database.execute(
        sql: "INSERT INTO bridge_rejected (received_at, kind, reason, message) VALUES (?, ?, ?, ?)",
        arguments: [row.receivedAt, row.kind, row.reason, row.message])
    }
    try database.execute(
      sql: "DELETE FROM bridge_rejected WHERE sequence <= (SELECT max(sequence) FROM bridge_rejected) - ?",
      arguments: [Self.bridgeRejectedMax])
  }

  public func setBridgeMark(_ name: String, at: Int64) throws {
    try database.cachedStatement(
      sql: "INSERT INTO bridge_marks (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = max(at, excluded.at)"
    ).execute(arguments: [name, at])
  }

  /// The realtime database has these events.
  public func acknowledgeBridge(keys: [String]) throws {
    let statement = try database.cachedStatement(sql: "UPDATE bridge_events SET told = 1 WHERE event_key = ?")
    for key in keys { try statement.execute(arguments: [key]) }
  }
}

extension WarehouseReader {
  public func bridgeMark(_ name: String) throws -> Int64? {
    try Int64.fetchOne(database, sql: "SELECT at FROM bridge_marks WHERE name = ?", arguments: [name])
  }

  /// Events that the realtime database does not have, oldest first.
  public func untoldBridgeEvents(limit: Int) throws -> [BridgeUntoldRow] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT e.event_key, e.order_id, e.symbol, e.received_at, e.message, coalesce(s.received_at, e.received_at),
          coalesce(s.message, e.message)
        FROM bridge_events e JOIN bridge_orders o ON o.order_id = e.order_id LEFT JOIN bridge_events s ON s.event_key = o.event_key
        WHERE e.told = 0 ORDER BY e.sequence LIMIT ?
        """)
    return try Row.fetchAll(statement, arguments: [limit]).map {
      BridgeUntoldRow(
        key: $0[0], orderID: $0[1], symbol: $0[2], receivedAt: $0[3], message: $0[4], stateReceivedAt: $0[5], stateMessage: $0[6])
    }
  }
}
