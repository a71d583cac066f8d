internal import GRDB
public import MarketData
public import Scheduling

/// The order book of a pair at a moment.
public struct DepthRow: Sendable, Equatable {
  public var symbol: Symbol
  public var lastUpdateID: Int64
  public var responseHash: String
  /// From the highest price down.
  public var bids: [Level]
  /// From the lowest price up.
  public var asks: [Level]

  public struct Level: Sendable, Equatable {
    public var price: Double
    public var quantity: Double

    public init(price: Double, quantity: Double) { (self.price, self.quantity) = (price, quantity) }
  }

  public init(symbol: Symbol, lastUpdateID: Int64, responseHash: String, bids: [Level], asks: [Level]) {
    (self.symbol, self.lastUpdateID, self.responseHash) = (symbol, lastUpdateID, responseHash)
    (self.bids, self.asks) = (bids, asks)
  }
}

extension WarehouseTransaction {
  /// Writes a book; another one of the same logical date is replaced whole.
  public func upsert(_ book: DepthRow, source: String, logicalDate: Instant) throws {
    let key: StatementArguments = [source, book.symbol.name, logicalDate.milliseconds]
    // Its levels go with it.
    try database.cachedStatement(sql: "DELETE FROM depth_snapshots WHERE source = ? AND symbol = ? AND logical_date = ?")
      .execute(arguments: key)
    try database.cachedStatement(
      sql: "INSERT INTO depth_snapshots (source, symbol, logical_date, last_update_id, response_hash) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: key + [book.lastUpdateID, book.responseHash])
    let insert = try database.cachedStatement(
      sql: "INSERT INTO depth_levels (source, symbol, logical_date, side, level, price, quantity) VALUES (?, ?, ?, ?, ?, ?, ?)")
    for (side, levels) in [("bid", book.bids), ("ask", book.asks)] {
      for (index, level) in levels.enumerated() { try insert.execute(arguments: key + [side, index + 1, level.price, level.quantity]) }
    }
  }
}

extension WarehouseReader {
  public func depth(_ symbol: Symbol, source: String, at logicalDate: Instant) throws -> DepthRow? {
    let key: StatementArguments = [source, symbol.name, logicalDate.milliseconds]
    guard
      let row = try Row.fetchOne(
        database,
        sql: "SELECT last_update_id, response_hash FROM depth_snapshots WHERE source = ? AND symbol = ? AND logical_date = ?",
        arguments: key)
    else { return nil }
    func side(_ name: String) throws -> [DepthRow.Level] {
      try Row.fetchAll(
        database,
        sql: """
          SELECT price, quantity FROM depth_levels WHERE source = ? AND symbol = ? AND logical_date = ? AND side = ? ORDER BY level
          """, arguments: key + [name]
      ).map { DepthRow.Level(price: $0[0], quantity: $0[1]) }
    }
    return DepthRow(symbol: symbol, lastUpdateID: row[0], responseHash: row[1], bids: try side("bid"), asks: try side("ask"))
  }
}
