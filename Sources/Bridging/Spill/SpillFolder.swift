import Foundation
import Glibc

/// Where received orders are safe at once: files to which records are added, in the order of receipt. A file goes when all of it is in the
/// warehouse for good.
///
/// What was added survives the end of the process; what was there at the last ``sync()`` survives a power cut. A record that a power cut cut
/// short is known by its checksum, and is none.
final class SpillFolder: Sendable {
  private let folder: String
  /// A file of this size is followed by a new one.
  private let fileBytesMax: Int
  private let lock = NSLock()
  nonisolated(unsafe) private var descriptor: Int32 = -1
  nonisolated(unsafe) private var number = 0
  nonisolated(unsafe) private var size = 0
  /// Files that were ended and not synced yet.
  nonisolated(unsafe) private var ended: [Int32] = []

  /// A place between two records.
  struct Place: Equatable, Comparable {
    var file: Int
    var offset: Int
    static func < (a: Place, b: Place) -> Bool { (a.file, a.offset) < (b.file, b.offset) }
  }

  /// - Parameter folder: made when it is missing, readable by the owner only.
  /// - Throws: ``SpillError``.
  init(_ folder: String, fileBytesMax: Int = 4 << 20) throws(SpillError) {
    (self.folder, self.fileBytesMax) = (folder, fileBytesMax)
    if mkdir(folder, 0o700) != 0, errno != EEXIST { throw SpillError(path: folder, errno) }
    // Behind those that are there: what a killed process left is read, and never added to.
    number = try numbers().last ?? 0
    try beginFile()
  }

  deinit { for file in ended + [descriptor] where file >= 0 { close(file) } }

  /// Adds whole records; on failure nothing of them is there.
  /// - Throws: ``SpillError``.
  func append(_ bytes: [UInt8]) throws(SpillError) {
    try guarded { () throws(SpillError) in
      if size > 0, size + bytes.count > fileBytesMax { try beginFile() }
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, $0.count - written) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          let error = SpillError(path: path(number), count < 0 ? errno : ENOSPC)
          _ = ftruncate(descriptor, off_t(size))
          throw error
        }
        written += count
      }
      size += bytes.count
    }
  }

  /// Makes what was added before safe against a power cut.
  /// - Returns: where that ends.
  /// - Throws: ``SpillError``.
  func sync() throws(SpillError) -> Place {
    // Outside the lock: the reader goes on adding. A copy of the descriptor stays when the file is ended meanwhile.
    let (files, current, place) = try guarded { () throws(SpillError) in
      let copy = dup(descriptor)
      guard copy >= 0 else { throw SpillError(path: path(number), errno) }
      defer { ended = [] }
      return (ended, copy, Place(file: number, offset: size))
    }
    defer { close(current) }
    for (index, file) in files.enumerated() {
      guard fdatasync(file) == 0 else {
        let error = SpillError(path: folder, errno)
        // They are not safe yet.
        lock.withLock { ended = Array(files[index...]) + ended }
        throw error
      }
      close(file)
    }
    guard fdatasync(current) == 0 else { throw SpillError(path: folder, errno) }
    return place
  }

  /// The place of the oldest record.
  func first() throws(SpillError) -> Place { Place(file: try numbers().first ?? 1, offset: 0) }

  /// Whole records from a place on, not beyond `end`, in bounded memory. A folder that is missing is an error, and no end; a file that somebody
  /// has deleted is passed over.
  /// - Returns: the records, and where the next begins.
  func read(from place: Place, to end: Place, bytesMax: Int = 1 << 20) throws(SpillError) -> (records: [SpillRecord], next: Place) {
    var place = place
    while place < end {
      let path = path(place.file)
      let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard file >= 0 else {
        let error = SpillError(path: path, errno)
        guard error.code == ENOENT, let next = try numbers().first(where: { $0 > place.file }) else { throw error }
        place = Place(file: next, offset: 0)
        continue
      }
      defer { close(file) }
      let wanted = place.file == end.file ? min(bytesMax, end.offset - place.offset) : bytesMax
      var bytes = [UInt8](repeating: 0, count: max(wanted, SpillRecord.headerBytes + SpillRecord.bytesMax))
      let count = pread(file, &bytes, bytes.count, off_t(place.offset))
      guard count >= 0 else { throw SpillError(path: path, errno) }
      let limit = place.file == end.file ? min(count, end.offset - place.offset) : count
      var (records, offset) = ([SpillRecord](), 0)
      bytes.withUnsafeBytes { bytes in
        let part = UnsafeRawBufferPointer(rebasing: bytes[..<limit])
        while let (record, next) = SpillRecord.read(part, at: offset) {
          records.append(record)
          offset = next
        }
      }
      if !records.isEmpty { return (records, Place(file: place.file, offset: place.offset + offset)) }
      guard place.file < end.file else { return ([], place) }
      place = Place(file: place.file + 1, offset: 0)
    }
    return ([], place)
  }

  /// Deletes the files before a place: all that is in them is kept elsewhere for good.
  func remove(before place: Place) throws(SpillError) {
    for number in try numbers() where number < place.file {
      guard unlink(path(number)) == 0 || errno == ENOENT else { throw SpillError(path: path(number), errno) }
    }
  }

  /// Begins a new file, so that the present one can go.
  func turnPage() throws(SpillError) {
    try guarded { () throws(SpillError) in
      if size > 0 { try beginFile() }
    }
  }

  /// Deletes the file that is being added to, when it is empty: nothing more comes.
  func finish() {
    lock.withLock { if size == 0 { unlink(path(number)) } }
  }

  /// Bytes that lie in the folder.
  func bytes() -> Int {
    ((try? numbers()) ?? []).reduce(0) { sum, number in  // a folder that cannot be read now is told of by the next append
      var status = stat()
      return sum + (lstat(path(number), &status) == 0 ? Int(status.st_size) : 0)
    }
  }

  private func guarded<Result>(_ body: () throws(SpillError) -> Result) throws(SpillError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body()
  }

  /// The lock is held, or nobody else is there yet. On failure all is as it was: a file that is added to and counted as ended would be closed
  /// while it is in use, and its number be that of another one, such as the warehouse.
  private func beginFile() throws(SpillError) {
    let next = path(number + 1)
    let file = Glibc.open(next, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw SpillError(path: next, errno) }
    // A file that is not in its folder after a power cut is lost with all that was synced in it.
    let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    let isSafe = directory >= 0 && fsync(directory) == 0
    let error = SpillError(path: folder, errno)
    if directory >= 0 { close(directory) }
    guard isSafe else {
      close(file)
      throw error
    }
    if descriptor >= 0 { ended.append(descriptor) }
    (descriptor, number, size) = (file, number + 1, 0)
  }

  private func path(_ number: Int) -> String {
    let digits = String(number)
    return "\(folder)/orders-\(String(repeating: "0", count: max(0, 9 - digits.count)))\(digits).spill"
  }

  private func numbers() throws(SpillError) -> [Int] {
    guard let directory = opendir(folder) else { throw SpillError(path: folder, errno) }
    defer { closedir(directory) }
    var numbers: [Int] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasPrefix("orders-"), name.hasSuffix(".spill"), let number = Int(name.dropFirst(7).dropLast(6)) else { continue }
      numbers.append(number)
    }
    return numbers.sorted()
  }
}

/// The spill cannot be written or read.
public struct SpillError: Error, Sendable, Hashable, CustomStringConvertible {
  public let path: String
  public let code: Int32

  init(path: String, _ code: Int32) { (self.path, self.code) = (path, code) }

  public var description: String { "\(path): \(String(cString: strerror(code)))" }
}
