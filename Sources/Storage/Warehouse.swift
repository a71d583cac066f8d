internal import CSQLite
import Foundation
internal import GRDB
public import JobGraph

/// The one file of data: everything `jobs` keeps except the bodies of responses.
///
/// One process writes: the holder of the ``RunLock``. Readers open the file read-only, see the last committed state and leave no trace.
public final class Warehouse: Sendable {
  public let path: String
  let database: any DatabaseWriter & Sendable
  /// The fencing token of the lock under which this process writes; nil for readers.
  let fence: Int64?
  /// Everything that is written goes through it, in order.
  let commits: CommitQueue
  /// Where changes of the realtime database are told; the usual places until somebody says others.
  public let outboxPlaces = OutboxPlaces()
  /// Reads the file as it lies; nil for writers, and while a log is in use.
  private let resting: RestingFile?
  /// What opening the file changed of its schema; nil for nothing, and for readers.
  public let schemaChange: SchemaChange?
  /// Taken for everything that writes or copies the log back; nil for readers, and in memory.
  private let turn: WriteTurn?

  /// Opens for writing: makes the file when there is none, and brings its schema up to date.
  /// - Throws: ``WarehouseError``.
  public convenience init(writingTo path: String, lock: borrowing RunLock) throws {
    try RestoreMark.complete(at: path)
    let turn = lock.turn()
    try Warehouse.beginFile(at: path)
    do {
      func prepare() throws -> (DatabasePool, Int64, SchemaChange?) {
        let pool = try DatabasePool(path: path, configuration: Warehouse.configuration())
        let change = try Schema.migrate(pool, path: path, snapshots: SchemaSnapshots(of: path))
        // It is a database now; the mark only told that it was being made.
        unlink(Warehouse.mark(of: path))
        let fence = try pool.write { database in
          try Int64.fetchOne(
            database,
            sql: """
              INSERT INTO fences (name, token) VALUES ('writer', 1)
              ON CONFLICT (name) DO UPDATE SET token = token + 1 RETURNING token
              """)!
        }
        return (pool, fence, change)
      }
      let (pool, fence, change) = try turn.map { try $0.take(prepare) } ?? prepare()
      // A completion must survive a power cut, so from here on each commit is synced. Notes that may be lost say so themselves. Turning
      // WAL on, GRDB sets NORMAL, which is enough for the schema and the token: the first synced commit takes them along, and a power
      // cut before it leaves nobody who could hold an older token.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      self.init(path: path, database: pool, fence: fence, turn: turn, schemaChange: change)
    } catch {
      throw error is FileError || error is WarehouseError ? error : WarehouseError(error, path: path)
    }
  }

  /// Opens for reading.
  /// - Throws: ``WarehouseError``; `.missing` when nothing was ever stored.
  public convenience init(reading path: String) throws {
    if RestoreMark.exists(at: path) { throw WarehouseError.restoring(path: path) }
    guard FileManager.default.fileExists(atPath: path) else { throw WarehouseError.missing(path: path) }
    try Warehouse.refuseEmptyFile(at: path)
    var configuration = Warehouse.configuration()
    configuration.readonly = true
    do {
      let resting = RestingFile(path, configuration: configuration)
      let queue = try resting?.queue ?? DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try Schema.refuseNewer($0, path: path) }
      self.init(path: path, database: queue, fence: nil, resting: resting)
    } catch let error as WarehouseError {
      throw error
    } catch {
      throw WarehouseError(error, path: path)
    }
  }

  /// A warehouse in memory, for tests and for commands that must leave no file.
  public convenience init(inMemory: Void = ()) throws {
    let queue = try DatabaseQueue(configuration: Warehouse.configuration())
    try Schema.migrate(queue, path: ":memory:")
    try queue.write { try $0.execute(sql: "INSERT INTO fences (name, token) VALUES ('writer', 1)") }
    self.init(path: ":memory:", database: queue, fence: 1)
  }

  /// A warehouse in a file without a name, in the folder for temporary files: for what is too much for memory and leaves no file. It is gone
  /// with the process, however that ends.
  public convenience init(temporary: Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "(a temporary file)").path
    do {
      // SQLite's own: an empty path is a file that has lost its name.
      let queue = try DatabaseQueue(path: "", configuration: Warehouse.configuration())
      try Schema.migrate(queue, path: path)
      try queue.write { try $0.execute(sql: "INSERT INTO fences (name, token) VALUES ('writer', 1)") }
      self.init(path: path, database: queue, fence: 1)
    } catch {
      throw error is WarehouseError ? error : WarehouseError(error, path: path)
    }
  }

  private init(
    path: String, database: any DatabaseWriter & Sendable, fence: Int64?, resting: RestingFile? = nil, turn: WriteTurn? = nil,
    schemaChange: SchemaChange? = nil
  ) {
    (self.path, self.database, self.fence, self.resting, self.turn) = (path, database, fence, resting, turn)
    self.schemaChange = schemaChange
    commits = CommitQueue(database, fence: fence, path: path, turn: turn)
  }

  /// Reads a consistent state, in which all is that this process handed in before.
  public func read<Value: Sendable>(_ body: @escaping @Sendable (WarehouseReader) throws -> Value) async throws -> Value {
    await commits.settle()
    do {
      if let resting { return try await resting.read { try body(WarehouseReader(database: $0)) } }
      return try await database.read { try body(WarehouseReader(database: $0)) }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR && fence == nil {
      // A statement that SQLite does not understand names what an older schema does not have.
      throw try await database.read { try Schema.agedness(of: $0, path: path) } ?? WarehouseError(error, path: path)
    } catch {
      throw WarehouseError.wrapping(error, path: path)
    }
  }

  /// Runs `body` in one transaction of its own and makes it durable. Refused when another process has taken the lock meanwhile.
  public func write<Value: Sendable>(_ body: @escaping @Sendable (WarehouseTransaction) throws -> Value) async throws -> Value {
    let places = outboxPlaces
    return try await commits.write(.powerCutAlone) { try body(WarehouseTransaction(database: $0, places: places)) }
  }

  /// As ``write(_:)``, but a power cut may undo it (a crash of the program cannot): for what can be learned again. `body` may run twice.
  func writeLightly<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await commits.write(.crash, body)
  }

  /// Closes the file; what is written is safe without it.
  ///
  /// The writer leaves one file: the log is copied into it and emptied, unless a reader still needs it. SQLite would do so by itself if
  /// the last connection to be closed were not a reader's.
  public func close() throws {
    if fence != nil, path != ":memory:" {
      do {
        try database.writeWithoutTransaction { database in
          commits.finish(database)
          // Nobody waits for a reader here.
          sqlite3_busy_timeout(database.sqliteConnection, 0)
          if let turn { _ = try turn.take { try database.checkpoint(.truncate) } } else { _ = try database.checkpoint(.truncate) }
        }
      } catch is DatabaseError {
        // A reader is at work, or the disk takes no more. What was committed is safe in the log; the next writer copies it.
      }
    }
    do {
      if let resting { try resting.close() } else { try database.close() }
    } catch {
      throw WarehouseError(error, path: path)
    }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.foreignKeysEnabled = true
    configuration.maximumReaderCount = 4
    configuration.label = "warehouse"
    configuration.prepareDatabase { try SeriesColumns.register(on: $0) }
    return configuration
  }

  private static func mark(of path: String) -> String { path + ".creating" }

  /// Marks a new file as being made, so that one that was left empty by a full disk or a kill can be told from one that lost its bytes.
  private static func beginFile(at path: String) throws {
    let manager = FileManager.default
    if !manager.fileExists(atPath: path) {
      try AtomicFile.write([], to: mark(of: path))
    } else if manager.fileExists(atPath: mark(of: path)) {
      guard let size = try manager.attributesOfItem(atPath: path)[.size] as? Int, size == 0 else { return }
      try manager.removeItem(atPath: path)
    } else {
      try refuseEmptyFile(at: path)
    }
  }

  /// A file of zero bytes is what a full disk or a careless hand leaves; SQLite would take it for a new database.
  private static func refuseEmptyFile(at path: String) throws {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }  // no file: a new one is made
    if (attributes[.size] as? Int) == 0 { throw WarehouseError.empty(path: path) }
  }
}

/// Read access to one consistent state.
public struct WarehouseReader {
  let database: Database
}

/// A transaction of the writer: everything in it happens, or nothing.
public struct WarehouseTransaction: TaskTransaction {
  let database: Database
  /// Where the realtime database is told what is queued.
  let places: OutboxPlaces

  init(database: Database, places: OutboxPlaces = OutboxPlaces()) {
    (self.database, self.places) = (database, places)
  }

  public var reader: WarehouseReader { WarehouseReader(database: database) }
}
