import Foundation
internal import GRDB
import Glibc

/// A warehouse that nobody writes, read without leaving a trace.
///
/// An SQLite reader of a file with a write-ahead log makes two files beside it, and a reader that may not write cannot take them away
/// again. While no log holds anything, all is in the one file, and it can be read as it lies. Should a writer come meanwhile, the file
/// changes or a log appears; then what was read is thrown away and read once more with SQLite's locks.
final class RestingFile: Sendable {
  let queue: DatabaseQueue
  private let path: String
  private let stamp: Stamp
  private let lock = NSLock()
  nonisolated(unsafe) private var lockedQueue: DatabaseQueue?

  /// - Returns: nil when a log holds something, or this SQLite cannot open a file as it lies.
  init?(_ path: String, configuration: Configuration) {
    guard let stamp = Stamp(path) else { return nil }
    (self.path, self.stamp) = (path, stamp)
    let address = "file:" + path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)! + "?mode=ro&immutable=1"
    // The other way of opening says what is wrong.
    guard let queue = try? DatabaseQueue(path: address, configuration: configuration), stamp == Stamp(path) else { return nil }
    self.queue = queue
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    if let queue = lock.withLock({ lockedQueue }) { return try await queue.read(body) }
    do {
      let value = try await queue.read(body)
      if stamp == Stamp(path) { return value }
    } catch  where stamp == Stamp(path) {
      throw error
    } catch {
      // A writer has come: what went wrong may come of a file that changed while it was read.
    }
    return try await openLocked().read(body)
  }

  func close() throws {
    try queue.close()
    try lock.withLock { try lockedQueue?.close() }
  }

  private func openLocked() throws -> DatabaseQueue {
    try lock.withLock {
      if let lockedQueue { return lockedQueue }
      var configuration = queue.configuration
      configuration.readonly = true
      let opened = try DatabaseQueue(path: path, configuration: configuration)
      lockedQueue = opened
      return opened
    }
  }
}

/// What tells whether a file was written since.
private struct Stamp: Equatable {
  let inode: UInt64
  let size: Int64
  let seconds: Int
  let nanoseconds: Int

  /// - Returns: nil when there is no such file, or what was written last may lie beside it.
  init?(_ path: String) {
    var status = stat()
    for log in ["-wal", "-journal"] where stat(path + log, &status) == 0 && status.st_size > 0 { return nil }
    guard stat(path, &status) == 0 else { return nil }
    (inode, size) = (UInt64(status.st_ino), Int64(status.st_size))
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
