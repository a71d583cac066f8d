import Foundation
import Glibc
import JobGraph
import Storage

/// A file that a command reads, or standard input for `-`.
final class InputFile {
  /// The name for messages.
  let shown: String
  private let descriptor: Int32
  private var pending: [UInt8] = []

  /// A line that is longer is no line of data.
  private static let lineMax = 1 << 20
  private static let pieceSize = 1 << 18

  init(path: String) throws {
    guard path != "-" else {
      (shown, descriptor) = ("standard input", STDIN_FILENO)
      return
    }
    shown = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, errno) }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// The first byte that is neither white space nor part of a byte order mark; nil when there is none. Nothing is lost.
  func firstByte() throws -> UInt8? {
    while true {
      let isFull = try readPiece()
      if let byte = pending.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) { return byte }
      guard isFull, pending.count < InputFile.lineMax else { return nil }
    }
  }

  /// Calls `body` with pieces that end at the end of a line, until it returns false.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Bool) throws {
    while true {
      let hasMore = try readPiece()
      let end = hasMore ? pending.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0 : pending.count
      if end == 0, hasMore {
        guard pending.count <= InputFile.lineMax else {
          throw Failure(.badData, "\(shown): a line is longer than \(InputFile.lineMax) bytes, so this is no file of candles")
        }
        continue
      }
      let goesOn = try pending.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
      guard goesOn, hasMore else { return }
      pending.removeFirst(end)
    }
  }

  /// Everything from here on.
  /// - Parameter limit: in bytes; what is larger is refused.
  func rest(limit: Int) throws -> [UInt8] {
    while try readPiece() {
      guard pending.count <= limit else { throw Failure(.badData, "\(shown): larger than \(limit >> 20) MiB") }
    }
    return pending
  }

  /// - Returns: false at the end of the file.
  private func readPiece() throws -> Bool {
    let old = pending.count
    pending.append(contentsOf: repeatElement(0, count: InputFile.pieceSize))
    while true {
      let count = pending.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + old, InputFile.pieceSize) }
      guard count >= 0 || errno == EINTR else { throw FileError(path: shown, errno) }
      if count < 0 { continue }
      pending.removeLast(InputFile.pieceSize - count)
      return count > 0
    }
  }
}
