internal import CSQLite
import Foundation
internal import GRDB

/// The embedded realtime tree of a warehouse, for the process that serves it: it reads and writes beside a run, needs no ``RunLock``, and
/// touches nothing else in the file.
///
/// Each transaction is short, and in the process's ``WriteTurn``, so that a run waits for no longer than one of them takes. Writes that wait
/// share a transaction and its sync. Decision: docs/decisions/0010-the-tree-has-two-writers.md.
public final class TreeFile: Sendable {
  public let path: String
  private let pool: DatabasePool
  /// Beside the pool: asked whether others have written.
  private let watcher: DatabaseQueue
  private let turn: WriteTurn?
  private let identity: UInt64
  private let lock = NSLock()
  nonisolated(unsafe) private var waiting: [Entry] = []
  nonisolated(unsafe) private var isDraining = false
  nonisolated(unsafe) private var failure: (any Error)?

  private struct Entry: Sendable {
    let body: @Sendable (WarehouseTransaction) throws -> Void
    let done: @Sendable ((any Error)?) -> Void
  }

  /// So many writes share a transaction at most.
  private static let batchMax = 64

  /// - Parameter path: of a warehouse that exists and has today's schema, beside its lock file `run.lock`.
  /// - Throws: ``WarehouseError``.
  public init(_ path: String) throws {
    self.path = path
    if RestoreMark.exists(at: path) { throw WarehouseError.restoring(path: path) }
    guard let identity = TreeFile.identity(of: path) else { throw WarehouseError.missing(path: path) }
    self.identity = identity
    turn = WriteTurn(lockFile: URL(fileURLWithPath: path).deletingLastPathComponent().appending(path: "run.lock").path())
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.maximumReaderCount = 4
    configuration.label = "tree"
    do {
      // Opening writes, when the log is empty.
      let open = { [configuration] in try DatabasePool(path: path, configuration: configuration) }
      pool = try turn.map { try $0.take(open) } ?? open()
      // What clients were promised survives a power cut. The log is copied back at a commit, and so in the turn.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      configuration.readonly = true
      watcher = try DatabaseQueue(path: path, configuration: configuration)
      try pool.read { database in
        try Schema.refuseNewer(database, path: path)
        if let error = try Schema.agedness(of: database, path: path) { throw error }
      }
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// Reads one consistent state.
  public func read<R: Sendable>(_ body: @escaping @Sendable (WarehouseReader) throws -> R) async throws -> R {
    do {
      return try await pool.read { try body(WarehouseReader(database: $0)) }
    } catch let error as DatabaseError {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// Writes in one transaction, which is on the disk when this returns; nothing when `body` throws. `body` may run twice.
  public func write<R: Sendable>(_ body: @escaping @Sendable (WarehouseTransaction) throws -> R) async throws -> R {
    let result = Outcome<R>()
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let entry = Entry(
        body: { result.value = try body($0) },
        done: { error in if let error { continuation.resume(throwing: error) } else { continuation.resume() } })
      let mustStart = lock.withLock {
        waiting.append(entry)
        defer { isDraining = true }
        return !isDraining
      }
      if mustStart { drainSoon() }
    }
    return result.value!
  }

  private func drainSoon() {
    pool.asyncWriteWithoutTransaction { [self] database in
      let batch = lock.withLock {
        let batch = Array(waiting.prefix(TreeFile.batchMax))
        waiting.removeFirst(batch.count)
        return batch
      }
      carryOut(batch, database)
      let isEmpty = lock.withLock {
        isDraining = !waiting.isEmpty
        return waiting.isEmpty
      }
      if !isEmpty { drainSoon() }
    }
  }

  /// All in one transaction, each undone by itself when it fails.
  private func carryOut(_ batch: [Entry], _ database: Database) {
    var failures: [(any Error)?] = []
    func transact() throws {
      failures = []
      try database.inTransaction(.immediate) {
        for entry in batch {
          var failure: (any Error)?
          try database.inSavepoint {
            do {
              try entry.body(WarehouseTransaction(database: database))
              return .commit
            } catch {
              failure = error
              return .rollback
            }
          }
          failures.append(failure)
        }
        return .commit
      }
    }
    do {
      if let failure = lock.withLock({ failure }) { throw failure }
      try turn.map { try $0.take(transact) } ?? transact()
      for (entry, failure) in zip(batch, failures) { entry.done(failure) }
    } catch {
      // After a failed sync a later one promises what is not on the disk (see CommitQueue): this process writes nothing more.
      if (error as? DatabaseError)?.resultCode == .SQLITE_IOERR { lock.withLock { failure = failure ?? error } }
      for entry in batch { entry.done(WarehouseError.wrapping(error, path: path)) }
    }
  }

  /// A number that differs when any connection, of whichever process, has committed since.
  public func version() async throws -> Int64 {
    do {
      return try await watcher.read { try Int64.fetchOne($0.cachedStatement(sql: "PRAGMA data_version"))! }
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// The file was replaced, as by a restored backup: what this process reads is no longer what others read.
  public var isReplaced: Bool { TreeFile.identity(of: path) != identity || RestoreMark.exists(at: path) }

  /// Closes the file; what was promised is safe without it.
  /// - Throws: ``WarehouseError``.
  public func close() throws {
    do {
      try watcher.close()
      // The last one to close copies the log back.
      if let turn { try turn.take { try pool.close() } } else { try pool.close() }
    } catch {
      throw WarehouseError(error, path: path)
    }
  }

  private static func identity(of path: String) -> UInt64? {
    (try? FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber]) as? UInt64  // no file: no identity
  }
}

/// A result on its way from the writer's queue; the continuation orders the two.
private final class Outcome<Value: Sendable>: Sendable {
  nonisolated(unsafe) var value: Value?
}
