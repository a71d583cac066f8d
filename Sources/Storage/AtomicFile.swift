internal import CLinux
import Foundation
import Glibc

/// Writes files that appear whole or not at all: a new file, synced, renamed over the old one, and the folder synced.
public enum AtomicFile {
  /// - Parameters:
  ///   - mode: the file's permissions, whatever an older file at the path had.
  ///   - synced: false for what a rerun makes again; the rename still never shows a part.
  /// - Throws: ``FileError``.
  public static func write(_ bytes: some Collection<UInt8>, to path: String, mode: UInt32 = 0o600, synced: Bool = true) throws(FileError) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw FileError(path: path, errno) }
    do throws(FileError) {
      // The process's umask takes bits away; what others shall read is given to them by name.
      if mode != 0o600, fchmod(descriptor, mode) != 0 { throw FileError(path: path, errno) }
      try writeAll(ContiguousArray(bytes), to: descriptor, path: path)
      if synced, fdatasync(descriptor) != 0 { throw FileError(path: path, errno) }
      guard close(descriptor) == 0 else { throw FileError(path: path, errno) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let failure = FileError(path: path, errno)
      unlink(temporary)
      throw failure
    }
    if synced { try syncFolder(of: path) }
  }

  /// Makes a folder and its parents, readable by the owner only.
  public static func makeFolder(_ path: String) throws(FileError) {
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += partial.isEmpty || partial == "/" ? String(part) : "/" + part
      if mkdir(partial, 0o700) != 0, errno != EEXIST { throw FileError(path: partial, errno) }
    }
  }

  /// Puts a finished folder in the place of another in one step; what was there before is deleted afterwards.
  /// - Parameter path: may be missing.
  public static func replaceFolder(at path: String, with fresh: String) throws(FileError) {
    try syncContents(of: fresh)
    if rename(fresh, path) != 0 {
      guard errno == ENOTEMPTY || errno == EEXIST else { throw FileError(path: path, errno) }
      guard js_exchange(fresh, path) == 0 else { throw FileError(path: path, errno) }
      // What is left over is the old content under the fresh name; what a crash leaves is deleted by the next run.
      try? FileManager.default.removeItem(atPath: fresh)
    }
    try syncFolder(of: path)
  }

  /// Deletes a folder and all below it; one that is not there is no mistake. It is renamed first, so that no reader meets a part of it.
  public static func removeFolder(_ path: String) throws(FileError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let doomed = (parts.dropLast() + [".\(parts.last!).\(UInt32.random(in: 0...UInt32.max))"]).joined(separator: "/")
    guard rename(path, doomed) == 0 else {
      if errno == ENOENT { return }
      throw FileError(path: path, errno)
    }
    do {
      try FileManager.default.removeItem(atPath: doomed)
    } catch {
      throw FileError(path: path, FileError.number(in: error))
    }
  }

  /// Everything that was written, renamed or deleted below a folder is on the disk when it returns: one call for all of it. In a folder that
  /// is not there nothing was.
  public static func syncContents(of folder: String) throws(FileError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return }
    guard descriptor >= 0 else { throw FileError(path: folder, errno) }
    defer { close(descriptor) }
    guard js_sync_filesystem(descriptor) == 0 else { throw FileError(path: folder, errno) }
  }

  private static func writeAll(_ bytes: ContiguousArray<UInt8>, to descriptor: Int32, path: String) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, errno) }
      written += count
    }
  }

  private static func syncFolder(of path: String) throws(FileError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try sync(folder: folder.isEmpty ? "/" : folder)
  }

  /// What was renamed, made or deleted in a folder is on the disk when it returns.
  static func sync(folder: String) throws(FileError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: folder, errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(path: folder, errno) }
  }
}

/// A file cannot be written or read.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  public let path: String
  /// The system's number: `ENOSPC`, `EACCES`, ...
  public let code: Int32

  public init(path: String, _ code: Int32) {
    (self.path, self.code) = (path, code)
  }

  /// The system's number behind an error of Foundation.
  static func number(in error: any Error) -> Int32 {
    guard let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error else { return EIO }
    let number = underlying as NSError
    return number.domain == NSPOSIXErrorDomain ? Int32(number.code) : EIO
  }

  public var description: String {
    code == ENOSPC
      ? "\(path): no space left on the disk; free some and repeat the command; a run goes on with --resume"
      : "\(path): \(String(cString: strerror(code)))"
  }
}
