/// Carries what was written down into the store, on a thread of its own: orders at once, prices once a second.
final class Keeper: Sendable {
  private let intake: Intake
  private let spill: SpillFolder
  private let store: any BridgeStore
  private let hasHistory: Bool
  private let say: @Sendable (BridgeNews) -> Void
  /// Told when there may be something for the sink.
  private let wake: @Sendable () -> Void

  private let worker = Worker("keeper")

  // On the keeper's thread alone.
  nonisolated(unsafe) private var place: SpillFolder.Place
  nonisolated(unsafe) private var notesDue = Deadline.now
  nonisolated(unsafe) private var turnDue = Deadline(seconds: Keeper.turnEvery)
  nonisolated(unsafe) private var failures = 0
  nonisolated(unsafe) private var haveNotesFailed = false
  nonisolated(unsafe) private var isFailureTold = false
  /// Whether the store has told when a bridge was at work before.
  nonisolated(unsafe) private var knowsAlive = false

  /// So many orders are kept in one transaction.
  static let batchMax = 500
  /// The longest wait after a failure, in seconds.
  private static let patience = 1.0
  /// So often, in seconds, the spill is emptied when all of it is kept. What lies in it is handed in again by the next start after a kill,
  /// before anything new is kept: in half a minute that would be thousands of orders, in this time hundreds.
  private static let turnEvery = 3.0

  init(
    _ intake: Intake, spill: SpillFolder, store: any BridgeStore, hasHistory: Bool, say: @escaping @Sendable (BridgeNews) -> Void,
    wake: @escaping @Sendable () -> Void
  ) throws {
    (self.intake, self.spill, self.store, self.hasHistory, self.say, self.wake) = (intake, spill, store, hasHistory, say, wake)
    place = try spill.first()
  }

  func start() { worker.start { [self] in run() } }

  /// Keeps what is left and ends.
  /// - Returns: whether it ended in time.
  func stop(by deadline: Deadline) -> Bool {
    worker.askToStop()
    intake.stop()
    return worker.awaitEnd(until: deadline)
  }

  private func run() {
    while true {
      // Asked before: what came until then is kept in this round.
      let isLast = worker.isStopping
      let isDone = round(isLast: isLast)
      wake()
      if isLast && isDone { return }
      if isLast || failures > 0 {
        worker.pause(seconds: min(Self.patience, 0.05 * Double(1 << min(failures, 6))))
      } else {
        intake.awaitNews(milliseconds: 100)
      }
    }
  }

  /// - Returns: whether all that was written down is kept, and in the last round all else.
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
    if isLast || haveNotesFailed || notesDue.hasPassed { haveNotesFailed = !keepNotes() }
    guard isAllKept, !haveNotesFailed else { return false }
    failures = 0
    if isFailureTold { say(.storeWorks) }
    isFailureTold = false
    return true
  }

  private func keepNotes() -> Bool {
    notesDue = Deadline(seconds: 1)
    do {
      // Before the first notes, which say that it is alive now.
      if !knowsAlive { intake.wasAlive(at: try store.lastAlive()) }
      knowsAlive = true
    } catch {
      fail(error)
      return false
    }
    var notes = intake.takeNotes()
    if hasHistory { notes.history = notes.prices }
    do {
      try store.keep(notes)
    } catch {
      intake.giveBack(notes)
      fail(error)
      return false
    }
    // What is kept is kept whether or not the store can be put in order now; it is tried again with the next notes.
    do { try store.tidy() } catch { intake.count { $0.storeFailures += 1 } }
    return true
  }

  private func fail(_ error: any Error) {
    failures += 1
    // Whatever went wrong, the store may not have what it had: a restore may have put another file in its place. All that is in the spill is
    // handed in again, which changes nothing where it is known. A folder that cannot be read now is where we were.
    if let first = try? spill.first() { place = first }
    intake.count { $0.storeFailures += 1 }
    // A moment's wait is not worth a line.
    guard failures >= 3, !isFailureTold else { return }
    isFailureTold = true
    say(.storeFails("\(error)"))
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
    let isTime = isLast || turnDue.hasPassed
    let first = try spill.first()
    guard isTime || first.file < place.file else { return }
    if isTime {
      turnDue = Deadline(seconds: Self.turnEvery)
      // Nothing was added since, when there is nothing behind our place after the page is turned.
      try spill.turnPage()
      try keepOrders(until: try spill.sync())
    }
    guard first.file < place.file else { return }
    try store.makeDurable()
    try spill.remove(before: place)
  }
}
