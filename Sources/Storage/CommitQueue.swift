internal import CSQLite
import Foundation
internal import GRDB
internal import JobGraph

/// Puts the writes of this process into few transactions: while one is being synced to the disk, those that come meanwhile gather for the
/// next one (group commit). Writes happen in the order in which they were handed in, and each is answered when it is as safe as it asked.
///
/// A write that fails does not cost its companions anything: what was done of the batch is undone, and each is done again by itself. So the
/// bodies may run twice, and must touch nothing but the database.
final class CommitQueue: Sendable {
  /// One write.
  struct Entry: Sendable {
    let safety: Safety
    /// It may wait a moment for those of others.
    let isPatient: Bool
    /// It tells that someone began to work: nobody waits for that one's last write.
    var isBeginning = false
    let body: @Sendable (Database) throws -> Void
    /// Called once, on the writer's queue.
    let done: @Sendable ((any Error)?) -> Void
  }

  /// What must not lose the write once it is answered.
  enum Safety: Sendable {
    /// A crash of the program; a power cut may.
    case crash
    /// A power cut.
    case powerCut
    /// A power cut; and no other write is in its transaction, so the body runs once.
    case powerCutAlone
  }

  /// So many writes share a transaction at most: what is lost with it, and how long its first one waits, stays bounded.
  static let batchMax = 256

  private let database: any DatabaseWriter & Sendable
  private let fence: Int64?
  private let path: String
  private let patience: TimeInterval
  private let turn: WriteTurn?
  private let lock = NSCondition()
  nonisolated(unsafe) private var waiting: [Entry] = []
  nonisolated(unsafe) private var isDraining = false
  nonisolated(unsafe) private var impatient = 0
  nonisolated(unsafe) private var beginning = 0
  nonisolated(unsafe) private var atWork: Set<TaskID> = []
  nonisolated(unsafe) private var failure: (any Error)?

  /// - Parameters:
  ///   - turn: nil where no other process can write.
  ///   - patience: so many seconds a completion waits at most for those that are at work.
  init(
    _ database: any DatabaseWriter & Sendable, fence: Int64?, path: String, turn: WriteTurn? = nil, patience: TimeInterval = 0.003
  ) {
    (self.database, self.fence, self.path, self.turn, self.patience) = (database, fence, path, turn, patience)
  }

  /// Someone is at work and will hand in a patient write.
  func expect(_ worker: TaskID) { lock.withLock { _ = atWork.insert(worker) } }

  /// As ``expect(_:)``, with a note that says so. It waits for others alone.
  func expect(_ worker: TaskID, noting body: @escaping @Sendable (Database) throws -> Void) {
    expect(worker)
    note(isBeginning: true, body)
  }

  /// Nothing more comes from someone.
  func dismiss(_ worker: TaskID) {
    lock.withLock {
      atWork.remove(worker)
      if !isWorthWaiting { lock.signal() }
    }
  }

  /// Hands in a write and waits for it.
  ///
  /// - Parameter worker: whose last write this is: it waits a moment for those of others who are at work, to be synced with them.
  func write<Value: Sendable>(
    _ safety: Safety, from worker: TaskID? = nil, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    let result = Box<Value>()
    return try await withCheckedThrowingContinuation { continuation in
      hand(
        in: Entry(
          safety: safety, isPatient: worker != nil, body: { result.value = try body($0) },
          done: { [path] error in
            if let error {
              continuation.resume(throwing: WarehouseError.wrapping(error, path: path))
            } else {
              continuation.resume(returning: result.value!)
            }
          }), from: worker)
    }
  }

  /// Hands in a write that nobody waits for. When it fails, every later write of this process does.
  func note(isBeginning: Bool = false, _ body: @escaping @Sendable (Database) throws -> Void) {
    hand(
      in: Entry(
        safety: .crash, isPatient: true, isBeginning: isBeginning, body: body,
        done: { [self] error in
          if let error { lock.withLock { failure = failure ?? error } }
        }))
  }

  /// Returns when all that was handed in before has been written, or has failed.
  func settle() async {
    guard lock.withLock({ isDraining }) else { return }
    await withCheckedContinuation { continuation in
      hand(in: Entry(safety: .crash, isPatient: false, body: { _ in }, done: { _ in continuation.resume() }))
    }
  }

  private func hand(in entry: Entry, from worker: TaskID? = nil) {
    let mustStart = lock.withLock {
      waiting.append(entry)
      if let worker { atWork.remove(worker) }
      if !entry.isPatient { impatient += 1 }
      if entry.isBeginning { beginning += 1 }
      if !isWorthWaiting { lock.signal() }
      defer { isDraining = true }
      return !isDraining
    }
    if mustStart { drainSoon() }
  }

  /// Writes what still waits; the caller is on the writer's queue, and hands in nothing more.
  func finish(_ database: Database) {
    while true {
      let batch = next()
      guard !batch.isEmpty else { return }
      carryOut(batch, database)
    }
  }

  private func drainSoon() {
    database.asyncWriteWithoutTransaction { [self] database in
      gather()
      let batch = next()
      carryOut(batch, database)
      let isEmpty = lock.withLock {
        isDraining = !waiting.isEmpty
        return waiting.isEmpty
      }
      // Not a loop: whoever else waits for the writer has its turn.
      if !isEmpty { drainSoon() }
    }
  }

  /// While all that waits is patient and others are at work, waits for them a moment: many completions, one sync.
  private func gather() {
    lock.withLock {
      let latest = Date(timeIntervalSinceNow: patience)
      while isWorthWaiting, lock.wait(until: latest) {}
    }
  }

  /// The lock is held.
  private var isWorthWaiting: Bool { impatient == 0 && atWork.count > beginning && waiting.count < CommitQueue.batchMax }

  /// The writes of the next transaction.
  private func next() -> [Entry] {
    lock.withLock {
      let count = waiting.first?.safety == .powerCutAlone ? 1 : waiting.firstIndex { $0.safety == .powerCutAlone } ?? waiting.count
      let batch = Array(waiting.prefix(min(count, CommitQueue.batchMax)))
      waiting.removeFirst(batch.count)
      impatient -= batch.count { !$0.isPatient }
      beginning -= batch.count(where: \.isBeginning)
      return batch
    }
  }

  private func carryOut(_ batch: [Entry], _ database: Database) {
    guard !batch.isEmpty else { return }
    if let failure = lock.withLock({ failure }) {
      for entry in batch { entry.done(failure) }
      return
    }
    do {
      try transaction(batch, database)
      for entry in batch { entry.done(nil) }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_IOERR {
      // When a sync has failed, Linux takes the unwritten pages for written: a later sync would succeed and promise what is not on the
      // disk. Nothing more is written; the next process begins with what the disk really has.
      lock.withLock { failure = failure ?? error }
      for entry in batch { entry.done(error) }
    } catch {
      guard batch.count > 1 else { return batch[0].done(error) }
      for entry in batch { carryOut([entry], database) }
    }
  }

  /// All of it or nothing.
  private func transaction(_ batch: [Entry], _ database: Database) throws {
    guard let turn else { return try transact(batch, database) }
    try turn.take { try transact(batch, database) }
  }

  private func transact(_ batch: [Entry], _ database: Database) throws {
    let isSynced = batch.contains { $0.safety != .crash }
    if !isSynced { try database.execute(sql: "PRAGMA synchronous = NORMAL") }
    defer {
      // Setting a pragma outside a transaction cannot fail on an open connection.
      if !isSynced { _ = sqlite3_exec(database.sqliteConnection, "PRAGMA synchronous = FULL", nil, nil, nil) }
    }
    try database.inTransaction(.immediate) {
      let token = try Int64.fetchOne(database.cachedStatement(sql: "SELECT token FROM fences WHERE name = 'writer'"))
      guard token == fence else { throw WarehouseError.fenced(path: path) }
      for entry in batch { try entry.body(database) }
      return .commit
    }
  }
}

/// A result on its way from the writer's queue to whoever waits for it; the continuation orders the two.
private final class Box<Value: Sendable>: Sendable {
  nonisolated(unsafe) var value: Value?
}
