internal import CCrypto
internal import CZlib
import Foundation

/// The bodies of all responses, gzipped, each under the SHA-256 of what it says: `raw/ab/abcdef….gz`.
///
/// A body that is stored twice is one file. A file proves itself: what does not match its name is not there.
public struct RawStore: Sendable {
  public let folder: String

  public init(folder: String) {
    self.folder = folder
  }

  /// Stores a body and returns its hash; on the disk before it returns.
  /// - Parameter gzipped: the same body as a gzip member, when it came so; else it is compressed here.
  public func store(_ body: [UInt8], gzipped: [UInt8]? = nil) throws -> String {
    let hash = RawStore.hash(of: body)
    let path = self.path(of: hash)
    // Only a whole body is left alone: a damaged one is written again.
    if access(path, F_OK) == 0, self.body(hash) != nil { return hash }
    try AtomicFile.makeFolder("\(folder)/\(hash.prefix(2))")
    try AtomicFile.write(try gzipped ?? RawStore.gzip(body), to: path)
    return hash
  }

  /// - Returns: nil when there is no such body, or the file is damaged.
  public func body(_ hash: String) -> [UInt8]? {
    guard let data = FileManager.default.contents(atPath: path(of: hash)), let body = RawStore.gunzip([UInt8](data)),
      RawStore.hash(of: body) == hash
    else { return nil }
    return body
  }

  /// Deletes a body; one that is not there is no mistake.
  public func remove(_ hash: String) throws(FileError) {
    let path = path(of: hash)
    if unlink(path) != 0, errno != ENOENT { throw FileError(path: path, errno) }
  }

  /// All hashes that are stored.
  public func hashes() -> [String] {
    let manager = FileManager.default
    let parts = (try? manager.contentsOfDirectory(atPath: folder)) ?? []  // no folder: nothing was stored yet
    return parts.sorted().flatMap { part in
      ((try? manager.contentsOfDirectory(atPath: "\(folder)/\(part)")) ?? [])  // pruned meanwhile: nothing is left of it
        .filter { $0.hasSuffix(".gz") }.map { String($0.dropLast(3)) }.sorted()
    }
  }

  /// Where a body lies, or would.
  public func path(of hash: String) -> String { "\(folder)/\(hash.prefix(2))/\(hash).gz" }

  /// SHA-256 as 64 hexadecimal digits.
  public static func hash(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = bytes.withUnsafeBytes { jo_sha256($0.baseAddress, $0.count, &digest) }
    precondition(status == 1, "SHA-256 is part of every libcrypto")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    guard jz_deflate_init(&stream, 6, 15 + 16) == Z_OK else { throw FileError(path: "zlib", ENOMEM) }
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let count = bytes.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { result in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = result.baseAddress
        stream.avail_out = UInt32(result.count)
        let status = deflate(&stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "the output has deflateBound bytes")
        return Int(stream.total_out)
      }
    }
    output.removeLast(output.count - count)
    return output
  }

  /// Every member, each with its trailer checked by zlib; nil when a byte is wrong or the end is missing.
  private static func gunzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard jz_inflate_init(&stream, 15 + 16) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var isComplete = false
    bytes.withUnsafeBufferPointer { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      var status = Z_OK
      while status == Z_OK {
        status = buffer.withUnsafeMutableBufferPointer { part in
          stream.next_out = part.baseAddress
          stream.avail_out = UInt32(part.count)
          return inflate(&stream, Z_NO_FLUSH)
        }
        output.append(contentsOf: buffer[..<(buffer.count - Int(stream.avail_out))])
        if status == Z_STREAM_END, stream.avail_in > 0 { status = inflateReset(&stream) }
      }
      isComplete = status == Z_STREAM_END
    }
    return isComplete ? output : nil
  }
}
