import Foundation
import Glibc
import JobGraph

/// Where a command writes a long result: standard output, or a file that appears whole or not at all. Memory stays flat.
///
/// A file is written beside its place and renamed at ``finish()``. What is no regular file (a device, a pipe) is written directly.
final class ByteSink {
  /// What is not yet written.
  var bytes: [UInt8] = []
  private let descriptor: Int32
  /// The name for messages, the final path and the one that is written; nil for standard output.
  private let file: (shown: String, path: String, temporary: String?)?
  private var isFinished = false

  /// Enough that system calls cost nothing beside the formatting.
  private static let bufferSize = 1 << 16

  /// - Parameter path: nil or `-` for standard output.
  init(path: String?) throws {
    bytes.reserveCapacity(ByteSink.bufferSize + 4096)
    guard let path, path != "-" else {
      (descriptor, file) = (STDOUT_FILENO, nil)
      return
    }
    // A link keeps its place; what it points to is written.
    let target =
      realpath(path, nil).map { pointer in
        defer { free(pointer) }
        return String(cString: pointer)
      } ?? path
    var status = stat()
    let isOther = stat(target, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    let temporary = isOther ? nil : "\(target).\(getpid()).new"
    descriptor = open(temporary ?? target, temporary == nil ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure(.storage, "\(path): \(String(cString: strerror(errno)))") }
    file = (path, target, temporary)
  }

  deinit {
    guard let file else { return }
    close(descriptor)
    if let temporary = file.temporary, !isFinished { unlink(temporary) }
  }

  /// Writes what has gathered, when that is much.
  func drain() throws {
    if bytes.count >= ByteSink.bufferSize { try flush() }
  }

  /// Writes the rest; the file has its name after this.
  func finish() throws {
    try flush()
    if let file, let temporary = file.temporary {
      guard fdatasync(descriptor) == 0, rename(temporary, file.path) == 0 else { throw failure(file.shown) }
    }
    isFinished = true
  }

  private func flush() throws {
    defer { bytes.removeAll(keepingCapacity: true) }
    guard let file else { return try Output.write(bytes) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw failure(file.shown)
      }
    }
  }

  private func failure(_ path: String) -> Failure {
    Failure(.storage, "\(path) cannot be written: \(String(cString: strerror(errno)))")
  }
}
