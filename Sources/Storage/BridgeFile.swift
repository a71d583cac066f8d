import Foundation
internal import GRDB

/// The tables of the bridge in a warehouse, for a process that is at work all day and must neither hold up a run nor be locked out by one: it
/// needs no ``RunLock``, and writes nothing else in the file but the realtime tree.
///
/// Each write is one short transaction in the process's ``WriteTurn``. A power cut may take the last ones, a crash nothing: what must not be
/// lost is written down elsewhere until ``makeDurable()``.
public final class BridgeFile: Sendable {
  private let path: String
  private let lockFile: String
  private let lock = NSLock()
  nonisolated(unsafe) private var opened: Opened?

  private struct Opened {
    let queue: DatabaseQueue
    let turn: WriteTurn?
    /// Which file it is: a restore puts another one in its place.
    let identity: UInt64
  }

  /// The log may have so many bytes before it is copied back.
  private static let logBytesMax = 8 << 20

  /// - Parameters:
  ///   - path: of a warehouse; when it is missing or of an older schema, the first write makes it, or brings it up to date, as soon as no
  ///     run is under way.
  ///   - lockFile: of the run lock.
  public init(_ path: String, lockFile: String) { (self.path, self.lockFile) = (path, lockFile) }

  /// Runs `body` in one transaction; waits for others who write. Not for use on the cooperative pool.
  /// - Throws: ``WarehouseError``; `.restoring` when a restore has replaced the file since the last write: then what was written since the
  ///   last ``makeDurable()`` may be missing and must be written again.
  public func write<Value: Sendable>(_ body: @Sendable (WarehouseTransaction) throws -> Value) throws -> Value {
    try carryOut { opened in
      try opened.queue.writeWithoutTransaction { database in try Self.transact(body, opened.turn, database) }
    }
  }

  /// As ``write(_:)``, for asynchronous callers; not before something was written by that.
  public func writeSoon<Value: Sendable>(_ body: @escaping @Sendable (WarehouseTransaction) throws -> Value) async throws -> Value {
    guard let opened = current() else { throw WarehouseError.missing(path: path) }
    do {
      return try await opened.queue.writeWithoutTransaction { database in try Self.transact(body, opened.turn, database) }
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// Reads the state after the last write; nil before the first.
  public func read<Value: Sendable>(_ body: @escaping @Sendable (WarehouseReader) throws -> Value) async throws -> Value? {
    guard let opened = current() else { return nil }
    do {
      return try await opened.queue.read { try body(WarehouseReader(database: $0)) }
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// Makes everything that was written safe against a power cut.
  /// - Throws: as ``write(_:)``.
  public func makeDurable() throws {
    try carryOut { opened in
      try opened.queue.writeWithoutTransaction { database in
        // The log is one file: syncing its end takes all before it along.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        defer { try? database.execute(sql: "PRAGMA synchronous = NORMAL") }  // it stays safer than it needs to be
        try Self.transact({ try $0.setBridgeMark("durable", at: Int64(Date().timeIntervalSince1970 * 1000)) }, opened.turn, database)
      }
    }
  }

  /// Copies the log back when it has grown, and no run does so.
  /// - Throws: as ``write(_:)``.
  public func tidy() throws {
    var status = stat()
    guard stat("\(path)-wal", &status) == 0, status.st_size > Self.logBytesMax, !RunLock.isHeld(at: lockFile) else { return }
    try carryOut { opened in
      try opened.queue.writeWithoutTransaction { database in
        func copy() throws { _ = try database.checkpoint(.passive) }
        if let turn = opened.turn { try turn.take(copy) } else { try copy() }
      }
    }
  }

  public func close() throws {
    guard
      let opened = lock.withLock({ () -> Opened? in
        defer { self.opened = nil }
        return self.opened
      })
    else { return }
    do {
      // The last one to close copies the log back.
      if let turn = opened.turn { try turn.take { try opened.queue.close() } } else { try opened.queue.close() }
    } catch {
      throw WarehouseError(error, path: path)
    }
  }

  private func current() -> Opened? { lock.withLock { opened } }

  private func carryOut<Value>(_ work: (Opened) throws -> Value) throws -> Value {
    do {
      if RestoreMark.exists(at: path) { throw WarehouseError.restoring(path: path) }
      if let opened = current(), opened.identity != Self.identity(of: path) {
        try close()
        throw WarehouseError.restoring(path: path)
      }
      return try work(try opened ?? open())
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  private static func transact<Value>(
    _ body: (WarehouseTransaction) throws -> Value, _ turn: WriteTurn?, _ database: Database
  ) throws -> Value {
    func transact() throws -> Value {
      var result: Value?
      try database.inTransaction(.immediate) {
        result = try body(WarehouseTransaction(database: database))
        return .commit
      }
      return result!
    }
    return try turn.map { try $0.take(transact) } ?? transact()
  }

  private func open() throws -> Opened {
    try prepare()
    let turn = WriteTurn(lockFile: lockFile)
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.label = "bridge"
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
      // Copied back by ``tidy()``, or by a run.
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    let opened = Opened(queue: queue, turn: turn, identity: Self.identity(of: path))
    lock.withLock { self.opened = opened }
    return opened
  }

  /// Makes the warehouse, or brings it up to date: for that, for a moment, it is a run.
  /// - Throws: ``LockError/held(by:)`` while one is under way.
  private func prepare() throws {
    if FileManager.default.fileExists(atPath: path) {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }  // read-only: there is nothing to lose
      try queue.read { try Schema.refuseNewer($0, path: path) }
      if try queue.read({ try Schema.pending(in: $0) }).isEmpty { return }
    }
    try AtomicFile.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path())
    let lock = try RunLock(at: lockFile, purpose: "jobs bridge")
    try Warehouse(writingTo: path, lock: lock).close()
  }

  private static func identity(of path: String) -> UInt64 {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
  }
}
