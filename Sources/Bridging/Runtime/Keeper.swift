import Foundation

/// Carries what was written down into the store, on a thread of its own: orders at once, prices once a second.
final class Keeper: Sendable {
  private let intake: Intake
  private let spill: SpillFolder
  private let store: any BridgeStore
  private let hasHistory: Bool
  private let say: @Sendable (BridgeNews) -> Void
  /// Told when there may be something for the sink.
  private let wake: @Sendable () -> Void

  // On the keeper's thread alone.
  nonisolated(unsafe) private var place: SpillFolder.Place
  nonisolated(unsafe) private var notedAt: Date = .distantPast
  nonisolated(unsafe) private var turnedAt = Date()
  nonisolated(unsafe) private var failures = 0

  private let lock = NSCondition()
  nonisolated(unsafe) private var isStopping = false
  nonisolated(unsafe) private var isRunning = false

  /// So many orders are kept in one transaction.
  static let batchMax = 500
  /// The longest wait after a failure, in seconds.
  private static let patience = 1.0
  /// So often, in seconds, the spill is emptied when all of it is kept.
  private static let turnEvery = 30.0

  init(
    _ intake: Intake, spill: SpillFolder, store: any BridgeStore, hasHistory: Bool, say: @escaping @Sendable (BridgeNews) -> Void,
    wake: @escaping @Sendable () -> Void
  ) throws {
    (self.intake, self.spill, self.store, self.hasHistory, self.say, self.wake) = (intake, spill, store, hasHistory, say, wake)
    place = try spill.first()
  }

  func start() {
    lock.withLock { isRunning = true }
    let thread = Thread { [self] in
      run()
      lock.withLock {
        isRunning = false
        lock.broadcast()
      }
    }
    thread.name = "keeper"
    thread.start()
  }

  /// Keeps what is left and ends.
  /// - Returns: whether it ended in time.
  func stop(seconds: Double) -> Bool {
    lock.withLock { isStopping = true }
    intake.stop()
    return lock.withLock {
      let deadline = Date(timeIntervalSinceNow: seconds)
      while isRunning, lock.wait(until: deadline) {}
      return !isRunning
    }
  }

  private func run() {
    while true {
      // Asked before: what came until then is kept in this round.
      let isLast = lock.withLock { isStopping }
      let isAllKept = round(isLast: isLast)
      wake()
      if isLast && isAllKept { return }
      if isLast || failures > 0 {
        Thread.sleep(forTimeInterval: min(Self.patience, 0.05 * Double(1 << min(failures, 6))))
      } else {
        intake.awaitNews(milliseconds: 100)
      }
    }
  }

  /// - Returns: whether all that was written down is kept.
  private func round(isLast: Bool) -> Bool {
    var isAllKept = false
    do {
      let end = try spill.sync()
      intake.count { $0.spillBytes = spill.bytes() }
      try keepOrders(until: end)
      isAllKept = true
      try turnPage(isLast: isLast)
    } catch {
      fail(error)
    }
    if isLast || Date().timeIntervalSince(notedAt) >= 1 || notedAt > Date() {
      notedAt = Date()
      var notes = intake.takeNotes()
      if hasHistory { notes.history = notes.prices }
      do {
        try store.keep(notes)
      } catch {
        intake.giveBack(notes)
        fail(error)
        return false
      }
    }
    if isAllKept, failures > 0 {
      failures = 0
      say(.storeWorks)
    }
    return isAllKept
  }

  private func fail(_ error: any Error) {
    failures += 1
    // Whatever went wrong, the store may not have what it had: a restore may have put another file in its place. All that is in the spill is
    // handed in again, which changes nothing where it is known. A folder that cannot be read now is where we were.
    if let first = try? spill.first() { place = first }
    intake.count { $0.storeFailures += 1 }
    // A moment's wait is not worth a line.
    if failures == 3 { say(.storeFails("\(error)")) }
  }

  private func keepOrders(until end: SpillFolder.Place) throws {
    while true {
      let (records, next) = try spill.read(from: place, to: end)
      guard !records.isEmpty else { return place = max(place, next) }
      let rows = records.compactMap { OrderRow($0) }
      intake.count { $0.ordersSpilled = rows.count }
      for start in stride(from: 0, to: rows.count, by: Self.batchMax) {
        let part = Array(rows[start..<min(rows.count, start + Self.batchMax)])
        let new = try store.keep(orders: part)
        intake.count {
          $0.ordersRepeated += part.count - new
          $0.ordersSpilled -= part.count
        }
        wake()
      }
      place = next
    }
  }

  /// Deletes what is kept for good; now and then the file that is being written, too.
  private func turnPage(isLast: Bool) throws {
    let isTime = isLast || Date().timeIntervalSince(turnedAt) >= Self.turnEvery
    let first = try spill.first()
    guard isTime || first.file < place.file else { return }
    if isTime {
      turnedAt = Date()
      // Nothing was added since, when there is nothing behind our place after the page is turned.
      try spill.turnPage()
      try keepOrders(until: try spill.sync())
    }
    guard first.file < place.file else { return }
    try store.makeDurable()
    try spill.remove(before: place)
  }
}
