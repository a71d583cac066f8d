import CLinux
import Foundation

/// Whose turn it is to write to the warehouse or to copy its log back: one process at a time, between the holder of the run lock and those
/// that only count their requests.
///
/// SQLite lets one connection write at a time by itself; but before 3.51.3 one that copies the log back while another begins it anew can
/// damage the file. The turn is a lock on a byte that the lock file does not have; the kernel frees it when the process dies.
/// - Source: sqlite.org, "Write-Ahead Logging", section "The WAL-reset bug".
final class WriteTurn: Sendable {
  private let descriptor: Int32

  /// - Parameter path: of the lock file, which is made when it is missing.
  init?(lockFile path: String) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Does the work when nobody else does. Threads of this process wait for each other elsewhere.
  func take<Result>(_ work: () throws -> Result) rethrows -> Result {
    set(F_WRLCK)
    defer { set(F_UNLCK) }
    return try work()
  }

  private func set(_ kind: Int32) {
    var range = flock(l_type: Int16(kind), l_whence: Int16(SEEK_SET), l_start: 1 << 30, l_len: 1, l_pid: 0)
    // A signal ends the wait early; anything else, such as a file system without locks, leaves it to SQLite alone.
    while fcntl(descriptor, js_wait_for_range_lock, &range) != 0, errno == EINTR {}
  }
}
