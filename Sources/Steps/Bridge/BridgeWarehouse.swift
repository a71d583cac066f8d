public import Bridging
import Scheduling
public import Storage

/// The bridge keeps what it hears in the warehouse.
public struct BridgeWarehouse: BridgeStore {
  private let file: BridgeFile

  public init(_ file: BridgeFile) { self.file = file }

  public func keep(orders: [OrderRow]) throws -> Int {
    let rows = orders.map(BridgeEventRow.init)
    return try file.write { try $0.keepBridge(events: rows) }
  }

  public func keep(_ notes: BridgeNotes) throws {
    try file.write { transaction in
      try transaction.keepBridge(latest: notes.prices.map(BridgePriceRow.init))
      try transaction.keepBridge(history: notes.history.map(BridgePriceRow.init))
      try transaction.addBridge(
        hours: notes.hours.map {
          BridgeHourRow(symbol: $0.symbol, hour: $0.hour, seen: $0.seen, low: $0.low.text, high: $0.high.text)
        })
      try transaction.keepBridge(gaps: notes.gaps.map { BridgeGapRow(from: $0.from, to: $0.to, reason: $0.why) })
      try transaction.keepBridge(
        rejected: notes.rejected.map {
          BridgeRejectedRow(receivedAt: $0.receivedAt, kind: $0.defect.kind, reason: $0.defect.description, message: $0.text)
        })
      try transaction.setBridgeMark("alive", at: notes.aliveAt)
    }
  }

  public func tidy() throws { try file.tidy() }

  public func makeDurable() throws { try file.makeDurable() }

  public func untold(limit: Int) async throws -> [UntoldEvent] {
    let rows = try await file.read { try $0.untoldBridgeEvents(limit: limit) } ?? []
    return rows.compactMap { row in
      // What is there had been read before it was kept.
      guard let event = OrderRow(message: row.message, receivedAt: row.receivedAt),
        let state = OrderRow(message: row.stateMessage, receivedAt: row.stateReceivedAt)
      else { return nil }
      return UntoldEvent(
        key: row.key, orderID: row.orderID, symbol: row.symbol, receivedAt: row.receivedAt, event: event.eventJSON,
        order: state.orderJSON)
    }
  }

  public func acknowledge(_ events: [UntoldEvent]) async throws {
    let keys = events.map(\.key)
    try await file.writeSoon { try $0.acknowledgeBridge(keys: keys) }
  }

  public func lastAlive() throws -> Int64? { try file.write { try $0.reader.bridgeMark("alive") } }
}

extension BridgeEventRow {
  fileprivate init(_ row: OrderRow) {
    let message = row.message
    self.init(
      key: row.key, orderID: message.order.id, symbol: message.symbol, event: message.event, status: message.order.status,
      side: message.order.side, happenedAt: row.standing.at, receivedAt: row.receivedAt, price: message.price?.text,
      quantity: message.quantity?.text, seenPrice: row.seen?.price, seenAt: row.seen?.at, message: row.text,
      isFinal: row.standing.isFinal, rank: row.standing.rank)
  }
}

extension BridgePriceRow {
  fileprivate init(_ row: PriceRow) {
    self.init(
      symbol: row.symbol, price: row.price.text, volume: row.volume?.text, sent: row.time?.text, receivedAt: row.receivedAt)
  }
}
