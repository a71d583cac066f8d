internal import GRDB
public import MarketData
public import Scheduling

/// The trades of a pair: single ones, or those that the exchange joins.
public struct TradeKey: Hashable, Sendable, CustomStringConvertible {
  public let source: String
  public let symbol: Symbol
  public let kind: Kind

  public enum Kind: String, Sendable, CaseIterable {
    case trades, agg
  }

  public init(source: String, symbol: Symbol, kind: Kind) {
    (self.source, self.symbol, self.kind) = (source, symbol, kind)
  }

  public var description: String { "\(symbol) \(kind == .agg ? "joined trades" : "trades") (\(source))" }
}

/// A trade on its way to its table.
public struct TradeRow: Sendable, Equatable {
  public var id: Int64
  public var tradedAt: Instant
  public var price: Double
  public var quantity: Double
  public var isBuyerMaker: Bool
  /// Of a single trade.
  public var quoteQuantity: Double?
  /// The trades that a joined one joins.
  public var joined: ClosedRange<Int64>?

  public init(
    id: Int64, tradedAt: Instant, price: Double, quantity: Double, isBuyerMaker: Bool, quoteQuantity: Double? = nil,
    joined: ClosedRange<Int64>? = nil
  ) {
    (self.id, self.tradedAt, self.price, self.quantity) = (id, tradedAt, price, quantity)
    (self.isBuyerMaker, self.quoteQuantity, self.joined) = (isBuyerMaker, quoteQuantity, joined)
  }
}

/// How far the trades of a pair are stored.
public struct TradeMark: Sendable, Equatable {
  /// A fetch goes on here.
  public var nextID: Int64
  /// Trades that were over before they were asked for.
  public var missed: Int
  /// The logical date of the last run that was given everything up to it.
  public var askedAt: Instant

  public init(nextID: Int64, missed: Int, askedAt: Instant) {
    (self.nextID, self.missed, self.askedAt) = (nextID, missed, askedAt)
  }
}

extension WarehouseTransaction {
  /// Writes trades by their number: a second time changes nothing.
  /// - Returns: how many were new.
  public func insert(_ trades: [TradeRow], of key: TradeKey) throws -> Int {
    let sql =
      switch key.kind {
      case .trades:
        """
        INSERT INTO trades (source, symbol, trade_id, traded_at, price, quantity, buyer_is_maker, quote_quantity)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
      case .agg:
        """
        INSERT INTO agg_trades (source, symbol, agg_id, traded_at, price, quantity, buyer_is_maker, first_trade_id, last_trade_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
      }
    let statement = try database.cachedStatement(sql: sql)
    var new = 0
    for trade in trades {
      let common: StatementArguments = [
        key.source, key.symbol.name, trade.id, trade.tradedAt.milliseconds, trade.price, trade.quantity, trade.isBuyerMaker,
      ]
      let own: StatementArguments =
        key.kind == .trades ? [trade.quoteQuantity] : [trade.joined?.lowerBound, trade.joined?.upperBound]
      try statement.execute(arguments: common + own)
      new += database.changesCount
    }
    return new
  }

  /// Moves the mark, in the same transaction as the rows.
  public func setTradeMark(_ mark: TradeMark, of key: TradeKey) throws {
    try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO trade_marks (source, symbol, kind, next_id, missed, asked_at) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      key.source, key.symbol.name, key.kind.rawValue, mark.nextID, mark.missed, mark.askedAt.milliseconds,
    ])
  }

  /// Remembers which response brought the trades between two numbers.
  public func recordTradePage(of key: TradeKey, _ ids: ClosedRange<Int64>, responseHash: String, logicalDate: Instant) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO trade_pages (source, symbol, kind, first_id, last_id, response_hash, logical_date) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """
    ).execute(arguments: [
      key.source, key.symbol.name, key.kind.rawValue, ids.lowerBound, ids.upperBound, responseHash, logicalDate.milliseconds,
    ])
  }
}

extension WarehouseReader {
  public func tradeMark(of key: TradeKey) throws -> TradeMark? {
    try Row.fetchOne(
      database, sql: "SELECT next_id, missed, asked_at FROM trade_marks WHERE source = ? AND symbol = ? AND kind = ?",
      arguments: [key.source, key.symbol.name, key.kind.rawValue]
    ).map { TradeMark(nextID: $0[0], missed: $0[1], askedAt: Instant(milliseconds: $0[2])) }
  }

  /// The last trades of a pair, oldest first.
  public func lastTrades(of key: TradeKey, _ count: Int) throws -> [TradeRow] {
    let rows =
      switch key.kind {
      case .trades:
        try Row.fetchAll(
          database,
          sql: """
            SELECT trade_id, traded_at, price, quantity, buyer_is_maker, quote_quantity, NULL, NULL FROM trades
            WHERE source = ? AND symbol = ? ORDER BY trade_id DESC LIMIT ?
            """, arguments: [key.source, key.symbol.name, count])
      case .agg:
        try Row.fetchAll(
          database,
          sql: """
            SELECT agg_id, traded_at, price, quantity, buyer_is_maker, NULL, first_trade_id, last_trade_id FROM agg_trades
            WHERE source = ? AND symbol = ? ORDER BY agg_id DESC LIMIT ?
            """, arguments: [key.source, key.symbol.name, count])
      }
    return rows.reversed().map { row in
      let (first, last): (Int64?, Int64?) = (row[6], row[7])
      let joined = first.flatMap { first in last.map { first...max(first, $0) } }
      return TradeRow(
        id: row[0], tradedAt: Instant(milliseconds: row[1]), price: row[2], quantity: row[3], isBuyerMaker: row[4],
        quoteQuantity: row[5], joined: joined)
    }
  }
}
