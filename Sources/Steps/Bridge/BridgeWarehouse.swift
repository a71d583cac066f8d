public import Bridging
public import Mirroring
import Scheduling
public import Storage

/// The bridge keeps what it hears in the warehouse.
public struct BridgeWarehouse: BridgeStore {
  private let file: BridgeFile
  private let place: @Sendable (RealtimePath) -> RealtimePath?
  private let isQueued: Bool

  /// - Parameters:
  ///   - place: from the usual path of a verdict on a volume to where it is told; nil: it is not told.
  ///   - isQueued: whether the next run must know what was told, as the realtime database is elsewhere, and is compared with that.
  public init(_ file: BridgeFile, place: @escaping @Sendable (RealtimePath) -> RealtimePath? = { $0 }, isQueued: Bool = false) {
    (self.file, self.place, self.isQueued) = (file, place, isQueued)
  }

  public func keep(orders: [OrderRow]) throws -> Int {
    let rows = orders.map(BridgeEventRow.init)
    return try file.write { try $0.keepBridge(events: rows) }
  }

  public func keep(_ notes: BridgeNotes) throws {
    try file.write { transaction in
      try transaction.keepBridge(latest: notes.prices.map(BridgePriceRow.init))
      try transaction.keepBridge(history: notes.history.map(BridgePriceRow.init))
      for hour in notes.hours {
        let before = hour.volume == nil ? nil : try transaction.reader.bridgeVolume(hour.symbol, hour: hour.hour).flatMap { Amount($0) }
        try transaction.addBridge(hours: [BridgeHourRow(hour, before: before)])
      }
      try transaction.keepBridge(gaps: notes.gaps.map { BridgeGapRow(from: $0.from, to: $0.to, reason: $0.why) })
      try transaction.keepBridge(
        rejected: notes.rejected.map {
          BridgeRejectedRow(receivedAt: $0.receivedAt, kind: $0.defect.kind, reason: $0.defect.description, message: $0.text)
        })
      if let began = notes.beganAt { try transaction.beginBridge("began", at: began) }
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

  public func judgeHours(limit: Int) async throws -> Int {
    let place = place
    let verdicts = try await file.read { reader in
      guard let alive = try reader.bridgeMark("alive") else { return [BridgeVerdict]() }
      return try reader.unjudgedBridgeHours(endedBy: alive, limit: limit).map { hour in
        let isToBeTold = SeriesKey(bridge: hour.symbol).map { Self.path(of: $0, hour.hour, place) != nil } ?? false
        return try BridgeVerdict.judge(hour, isToBeTold: isToBeTold, reader)
      }
    }
    guard let verdicts, !verdicts.isEmpty else { return 0 }
    try await file.writeSoon { transaction in
      try transaction.keepBridge(verdicts)
      guard isQueued else { return }
      for verdict in verdicts where verdict.isToBeTold {
        guard let volume = verdict.volume, let path = place(volume.path) else { continue }
        try transaction.enqueue(
          path: path.description, value: volume.json(isComplete: verdict.gap == 0), logicalDate: volume.openTime + .hours(1))
      }
    }
    return verdicts.count
  }

  private static func path(
    of key: SeriesKey, _ hour: Int64, _ place: (RealtimePath) -> RealtimePath?
  ) -> RealtimePath? {
    let volume = StoredVolume(
      key: key, openTime: Instant(milliseconds: hour), ratio: nil, z: nil, isUnusual: nil, trend: nil, poc: nil, vah: nil, val: nil)
    return place(volume.path)
  }

  public func untoldVolumes(limit: Int) async throws -> [VolumeSignal] {
    let rows = try await file.read { try $0.untoldBridgeVolumes(limit: limit) } ?? []
    return rows.map { row in
      // One that was to be told when it was judged is told now, where it would be now.
      let path = place(row.volume.path)?.keys ?? row.volume.path.keys
      return VolumeSignal(
        symbol: row.hour.symbol, hour: row.hour.hour, change: BridgeChange(path: path, value: row.volume.json(isComplete: row.gap == 0)))
    }
  }

  public func acknowledge(_ volumes: [VolumeSignal]) async throws {
    let hours = volumes.map { BridgeHour(symbol: $0.symbol, hour: $0.hour) }
    try await file.writeSoon { try $0.acknowledgeBridge(hours) }
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

extension BridgeHourRow {
  /// - Parameter before: what was traded in the hour before this part of it.
  fileprivate init(_ row: HourRow, before: Amount?) {
    self.init(
      symbol: row.symbol, hour: row.hour, seen: row.seen, open: row.open.text, low: row.low.text, high: row.high.text,
      close: row.close.text, volume: row.volume.map { "\($0 + (before ?? .zero))" })
  }
}
