import Foundation
import Glibc
import Scheduling

/// Takes what the subscriber reads: prices into the table, orders into the spill, what cannot be used into a short list. It never waits
/// for the store or the sink; only for the file system, when that takes nothing, and then nothing more is read.
final class Intake: RedisListener {
  private let spill: SpillFolder
  private let lines: LineRing?
  private let time: any TimeSource
  private let said: @Sendable (BridgeNews) -> Void
  private let lock = WaitLock()

  // On the subscriber's thread alone.
  nonisolated(unsafe) private var batch: [UInt8] = []
  nonisolated(unsafe) private var batchLines: [String] = []
  nonisolated(unsafe) private var batchOrders = 0

  // Under the lock.
  nonisolated(unsafe) private var table: PriceTable
  nonisolated(unsafe) private var figures = BridgeFigures()
  nonisolated(unsafe) private var hours: [HourRow] = []
  nonisolated(unsafe) private var rejected: [RejectedRow] = []
  nonisolated(unsafe) private var gaps: [GapRow] = []
  nonisolated(unsafe) private var silentSince: (at: Int64, why: String)?
  /// Each failed try is a loss; a person is told of the first.
  nonisolated(unsafe) private var isLossTold = false
  nonisolated(unsafe) private var lastHeard: Int64?
  nonisolated(unsafe) private var hasNews = false
  nonisolated(unsafe) private var connectedAt: Int64?
  nonisolated(unsafe) private var isStopping = false
  /// When what cannot be written down is given up.
  nonisolated(unsafe) private var lastChance: Deadline?
  nonisolated(unsafe) private var refusal: RedisRefusal?

  /// So many rejected messages wait for the store; others are counted only.
  private static let rejectedMax = 256
  /// So many gaps wait for the store; then the last one is made longer.
  private static let gapsMax = 1000

  init(
    spill: SpillFolder, volume: VolumeMeaning, lines: LineRing?, time: any TimeSource, say: @escaping @Sendable (BridgeNews) -> Void
  ) {
    (self.spill, table, self.lines, self.time, said) = (spill, PriceTable(volume), lines, time, say)
  }

  private var now: Int64 { time.now().milliseconds }

  // MARK: what the subscriber says

  func connected() {
    let now = now
    let gap = lock.withLock { () -> GapRow? in
      (figures.isConnected, figures.hasConnected) = (true, true)
      lastHeard = now
      connectedAt = connectedAt ?? now
      table.noteGap()
      isLossTold = false
      defer { silentSince = nil }
      guard let since = silentSince else { return nil }
      let gap = GapRow(from: since.at, to: max(since.at, now), why: since.why)
      add(gap)
      hasNews = true
      return gap
    }
    said(.connected(gap: gap))
    lock.signal()
  }

  func lost(_ why: RedisLoss) {
    let now = now
    let isNew = lock.withLock {
      figures.isConnected = false
      defer { isLossTold = true }
      // Of a connection that was silent, what came after the last byte may be lost.
      let from = if case .silent = why { lastHeard ?? now } else { now }
      silentSince = silentSince ?? (from, why.description)
      return !isLossTold
    }
    if isNew { said(.lost(why)) }
  }

  func refused(_ why: RedisRefusal) {
    lock.withLock {
      refusal = why
      lock.broadcast()
    }
    said(.refused(why))
  }

  func message(_ bytes: UnsafeRawBufferPointer?, length: Int) {
    let now = now
    guard let bytes else { return reject(.tooLarge(length), "", now) }
    do {
      switch try TickerMessage(bytes) {
      case .price(let price): try take(price, now)
      case .order(let order): take(order, bytes, now)
      }
    } catch {
      reject(error, String(decoding: bytes.prefix(RejectedRow.bytesMax), as: UTF8.self), now)
    }
  }

  func paused() {
    let now = now
    if !batch.isEmpty { writeDown() }
    lock.withLock {
      lastHeard = now
      if batchOrders > 0 {
        figures.ordersReceived += batchOrders
        hasNews = true
        lock.signal()
      }
    }
    batchOrders = 0
    for line in batchLines { lines?.add(line) }
    batchLines.removeAll(keepingCapacity: true)
  }

  /// Until the file system takes them, nothing more is read: Redis keeps it for us, or cuts us off, which is a gap that is known.
  private func writeDown() {
    var isTold = false
    while true {
      do {
        try spill.append(batch)
        return batch.removeAll(keepingCapacity: true)
      } catch {
        if !isTold { said(.spillFails(error)) }
        isTold = true
        let isTheEnd = lock.withLock {
          let chance = lastChance
          if chance?.hasPassed != true { _ = lock.wait(until: min(chance ?? Deadline(seconds: 0.2), Deadline(seconds: 0.2))) }
          return lastChance?.hasPassed == true
        }
        if isTheEnd {
          said(.ordersLost(batchOrders, error))
          count { $0.ordersLost += batchOrders }
          batch.removeAll()
          batchLines.removeAll()
          batchOrders = 0
          return
        }
      }
    }
  }

  private func take(_ price: PriceMessage, _ now: Int64) throws(MessageDefect) {
    if let lines { lines.add(BridgeLine.price(price, at: now)) }
    lock.lock()
    defer { lock.unlock() }
    figures.pricesReceived += 1
    if price.price == nil { figures.pricesWithout += 1 }
    if let ended = try table.take(price, receivedAt: now) { hours.append(ended) }
  }

  private func take(_ order: OrderMessage, _ bytes: UnsafeRawBufferPointer, _ now: Int64) {
    let seen = lock.withLock { table.last(order.symbol) }
    SpillRecord.append(receivedAt: now, seen: seen, message: bytes, to: &batch)
    batchOrders += 1
    // Shown when it is written down.
    if lines != nil { batchLines.append(BridgeLine.order(order, at: now)) }
  }

  private func reject(_ defect: MessageDefect, _ text: String, _ now: Int64) {
    lock.withLock {
      figures.rejected[defect.kind, default: 0] += 1
      if rejected.count < Self.rejectedMax { rejected.append(RejectedRow(receivedAt: now, defect: defect, text: text)) }
    }
    lines?.add(BridgeLine.rejected(defect, at: now))
  }

  /// The lock is held.
  private func add(_ gap: GapRow) {
    figures.gaps += 1
    if gaps.count < Self.gapsMax { gaps.append(gap) } else { gaps[gaps.count - 1].to = gap.to }
  }

  // MARK: what the others ask

  /// Told once, when it is known: a bridge was at work until then, and what came until this one was connected is a gap; nil: none was.
  func wasAlive(at instant: Int64?) {
    guard let instant else { return }
    let why = "the bridge was not at work"
    lock.withLock {
      if let connectedAt {
        add(GapRow(from: instant, to: max(instant, connectedAt), why: why))
      } else {
        silentSince = (instant, why)
      }
    }
  }

  /// Waits until there is something to do, or the time has passed.
  func awaitNews(milliseconds: Int) {
    lock.withLock {
      if !hasNews, !isStopping { _ = lock.wait(until: Deadline(seconds: Double(milliseconds) / 1000)) }
      hasNews = false
    }
  }

  /// Nothing more is read; what cannot be written down by then is given up.
  func end(by chance: Deadline) {
    lock.withLock {
      lastChance = chance
      lock.broadcast()
    }
  }

  func stop() {
    lock.withLock {
      isStopping = true
      lock.broadcast()
    }
  }

  var refusalGiven: RedisRefusal? { lock.withLock { refusal } }

  /// What is to be kept of prices and other things; it is forgotten here with ``kept()``, and given back with ``giveBack(_:)``.
  func takeNotes() -> BridgeNotes {
    let now = now
    return lock.withLock {
      var notes = BridgeNotes()
      let changes = table.changes()
      notes.prices = changes.map(\.price)
      notes.hours = hours + changes.compactMap(\.hour)
      (notes.gaps, notes.rejected, notes.beganAt) = (gaps, rejected, connectedAt)
      // What is not heard now is a gap that is not over: alive is until when all was heard.
      notes.aliveAt = silentSince?.at ?? now
      (hours, gaps, rejected) = ([], [], [])
      return notes
    }
  }

  /// The store did not take them: they are handed in again with the next ones.
  func giveBack(_ notes: BridgeNotes) {
    lock.withLock {
      table.unkeep(notes.prices)
      // Of hours as many as there are tickers: those of one ticker and hour are one.
      var sums: [HourKey: HourRow] = [:]
      for row in notes.hours + hours {
        let key = HourKey(symbol: row.symbol, hour: row.hour)
        sums[key] = sums[key].map { $0.joined(with: row) } ?? row
      }
      hours = Array(sums.values.prefix(PriceTable.tickersMax * 4))
      gaps = Array((notes.gaps + gaps).prefix(Self.gapsMax))
      rejected = Array((notes.rejected + rejected).prefix(Self.rejectedMax))
    }
  }

  func duePrices(limit: Int) -> [PriceRow] {
    let now = now
    return lock.withLock { table.due(at: now, limit: limit) }
  }

  func confirm(_ rows: [PriceRow]) {
    let now = now
    lock.withLock {
      table.confirm(rows)
      figures.pricesTold += rows.count
      for row in rows { figures.priceLatency.add(now - row.receivedAt) }
    }
  }

  var hasUntoldPrices: Bool { lock.withLock { table.hasUntold } }
  func hurry() { lock.withLock { table.hurry() } }

  func count(_ change: (inout BridgeFigures) -> Void) { lock.withLock { change(&figures) } }

  func currentFigures() -> BridgeFigures {
    lock.withLock {
      var result = figures
      result.tickers = table.count
      result.linesLeftOut = lines?.leftOut ?? 0
      return result
    }
  }
}

private struct HourKey: Hashable {
  let symbol: String
  let hour: Int64
}
