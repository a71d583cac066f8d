import Foundation
internal import GRDB
public import Scheduling

/// The ledgers of a warehouse, for a process that sends requests and is not the one that runs jobs: it needs no ``RunLock``, and touches
/// nothing else in the file. Whoever shares an address with a run has to share its limits.
///
/// Each update is one transaction, in the process's ``WriteTurn``: no two ever count from the same state.
public final class LedgerFile: RateLedgerStore {
  private let queue: DatabaseQueue
  private let path: String
  private let turn: WriteTurn?

  /// - Parameter path: of a warehouse that exists and has today's schema (to make one, or to bring it up to date, is for a run), beside its
  ///   lock file `run.lock`.
  /// - Throws: ``WarehouseError``.
  public init(_ path: String) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { throw WarehouseError.missing(path: path) }
    turn = WriteTurn(lockFile: URL(fileURLWithPath: path).deletingLastPathComponent().appending(path: "run.lock").path())
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.label = "ledgers"
    configuration.prepareDatabase { database in
      // A count may be lost in a power cut: by the time that the machine is up again, it no longer matters.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
      // The holder of the run lock copies the log back.
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { database in
        try Schema.refuseNewer(database, path: path)
        guard try database.tableExists("announced_limits") else {
          throw WarehouseError.other(path: path, reason: "it was written by an older version; a run brings it up to date")
        }
      }
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  public func update<R: Sendable>(_ provider: String, _ body: @escaping @Sendable (inout RateLedger) throws -> R) async throws -> R {
    do {
      return try await queue.writeWithoutTransaction { [turn] database in
        func transact() throws -> R {
          var result: R?
          try database.inTransaction(.immediate) {
            result = try LedgerRows(provider, database).update(body)
            return .commit
          }
          return result!
        }
        return try turn.map { try $0.take(transact) } ?? transact()
      }
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// Closes the file.
  /// - Throws: ``WarehouseError``.
  public func close() throws {
    do {
      // The last one to close copies the log back.
      if let turn { try turn.take { try queue.close() } } else { try queue.close() }
    } catch {
      throw WarehouseError(error, path: path)
    }
  }
}
