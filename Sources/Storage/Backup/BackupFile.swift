internal import CZlib
import Foundation

/// What a backup says about what is in it; sealed as its first chunk.
struct BackupManifest: Codable, Equatable {
  /// Rows by table.
  let rows: [String: Int]
}

/// The file of a backup: header, manifest, and the database in chunks, each compressed and sealed. See docs/decisions/0008-backups.md.
enum BackupFile {
  /// Writes a backup of a database that nobody writes; on the disk when it returns.
  ///
  /// - Returns: SHA-256 of the file.
  /// - Complexity: memory for two chunks, whatever the size.
  static func write(_ header: BackupHeader, _ manifest: BackupManifest, database: String, key: BackupKey?, to path: String) throws
    -> [UInt8]
  {
    let hash = SHA256()
    let (input, output) = (try FileReader(database), try FileWriter(path, hash: hash))
    let head = try header.encoded()
    try output.write(head)
    var seal = BackupSeal(header, key: key, headerHash: Array(head.suffix(32)))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try output.write(seal.seal(Deflate.pack([UInt8](try encoder.encode(manifest))), isLast: false))
    var chunk = try input.read(header.chunkSize)
    repeat {
      let next = try input.read(header.chunkSize)
      try output.write(seal.seal(Deflate.pack(chunk), isLast: next.isEmpty))
      chunk = next
    } while !chunk.isEmpty
    try output.sync()
    return hash.end()
  }

  /// Reads a whole backup and checks every byte of it.
  ///
  /// - Parameters:
  ///   - name: that it must have.
  ///   - keys: called with the header when it is sealed.
  ///   - target: where its database is written; nil only checks.
  /// - Returns: what it is, and SHA-256 of the file.
  /// - Throws: ``BackupDefect``, what `keys` throws, ``FileError``.
  static func read(
    _ path: String, name: String?, keys: (BackupHeader) throws -> BackupKey?, to target: String? = nil
  ) throws -> (header: BackupHeader, manifest: BackupManifest, hash: [UInt8]) {
    let hash = SHA256()
    let input = try FileReader(path, hash: hash)
    let (header, headerHash) = try BackupHeader.read(from: input)
    if let name, header.name != name { throw BackupDefect.otherName(header.name) }
    let output = try target.map { try FileWriter($0) }
    var seal = BackupSeal(header, key: try keys(header), headerHash: headerHash)
    var (manifest, written, isLast) = (BackupManifest?.none, 0, false)
    while !isLast {
      let number = Int(seal.chunks) + 1
      let chunk: [UInt8]
      (chunk, isLast) = try self.chunk(number, from: input, header, &seal)
      guard manifest != nil else {
        // Its seal fits, so it was written so; a manifest that is no manifest was never one of ours.
        guard let read = try? JSONDecoder().decode(BackupManifest.self, from: Data(chunk)), !isLast else {
          throw BackupDefect.chunkDamaged(number)
        }
        manifest = read
        continue
      }
      try output?.write(chunk)
      written += chunk.count
    }
    guard try input.read(1).isEmpty else { throw BackupDefect.bytesBehindTheEnd }
    guard written == header.bytes else { throw BackupDefect.otherSize(written, expected: header.bytes) }
    try output?.sync()
    return (header, manifest!, hash.end())
  }

  private static func chunk(
    _ number: Int, from input: FileReader, _ header: BackupHeader, _ seal: inout BackupSeal
  ) throws -> (content: [UInt8], isLast: Bool) {
    let word = try input.read(4)
    guard word.count == 4 else { throw BackupDefect.truncated(afterChunk: number - 1) }
    let mark = BigEndian.number(word)
    let (count, isLast) = (Int(mark & ~BackupSeal.lastMark), mark & BackupSeal.lastMark != 0)
    // Deflate makes what it cannot compress a little longer.
    guard count <= header.chunkSize + header.chunkSize / 1000 + 64 else { throw BackupDefect.chunkDamaged(number) }
    let (sealed, tag) = (try input.read(count), try input.read(seal.tagSize))
    guard sealed.count == count, tag.count == seal.tagSize else { throw BackupDefect.truncated(afterChunk: number - 1) }
    guard let packed = seal.open(sealed, tag: tag, isLast: isLast), let content = Deflate.unpack(packed, max: header.chunkSize) else {
      throw BackupDefect.chunkDamaged(number)
    }
    return (content, isLast)
  }
}

/// zlib's format, a chunk at a time.
enum Deflate {
  static func pack(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(count))
    // Level 1 takes a quarter of the time of level 6, for a tenth more bytes.
    precondition(compress2(&packed, &count, bytes, UInt(bytes.count), 1) == Z_OK, "the output has compressBound bytes")
    packed.removeLast(packed.count - Int(count))
    return packed
  }

  /// - Returns: nil when it is not what ``pack(_:)`` makes, or would be larger than `max`.
  static func unpack(_ bytes: [UInt8], max: Int) -> [UInt8]? {
    var (count, unpacked) = (UInt(max), [UInt8](repeating: 0, count: max))
    guard uncompress(&unpacked, &count, bytes, UInt(bytes.count)) == Z_OK else { return nil }
    unpacked.removeLast(unpacked.count - Int(count))
    return unpacked
  }
}
