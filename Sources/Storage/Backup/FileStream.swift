import Foundation
import Glibc

/// A file that is read from its beginning to its end.
final class FileReader {
  let path: String
  private let descriptor: Int32
  /// Takes in everything that is read; nil for nothing.
  private let hash: SHA256?

  /// - Parameter hash: takes in everything that is read.
  /// - Throws: ``FileError``.
  init(_ path: String, hash: SHA256? = nil) throws(FileError) {
    (self.path, self.hash) = (path, hash)
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(path: path, errno) }
  }

  deinit { close(descriptor) }

  /// - Returns: `count` bytes; fewer only at the end of the file.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, count - filled) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileError(path: path, errno) }
      if got == 0 { break }
      filled += got
    }
    bytes.removeLast(count - filled)
    hash?.add(bytes)
    return bytes
  }
}

/// A new file of the owner's alone, written from its beginning to its end.
final class FileWriter {
  let path: String
  private let descriptor: Int32
  private let hash: SHA256?

  /// - Parameter hash: takes in everything that is written.
  /// - Throws: ``FileError``; also when there is such a file already.
  init(_ path: String, hash: SHA256? = nil) throws(FileError) {
    (self.path, self.hash) = (path, hash)
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(path: path, errno) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws(FileError) {
    hash?.add(bytes)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, errno) }
      written += count
    }
  }

  /// What was written is on the disk when it returns.
  func sync() throws(FileError) {
    guard fdatasync(descriptor) == 0 else { throw FileError(path: path, errno) }
  }
}
