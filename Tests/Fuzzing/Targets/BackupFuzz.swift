import Foundation

extension FuzzTarget {
  /// The container of backups: bytes as they come; a header of any text with the right sum; chunks of any content with the right sums.
  static let backup = FuzzTarget(name: "backup") { bytes in
    guard let kind = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    switch kind % 3 {
    case 0: read(rest)
    case 1:
      let (text, chunks) = halves(rest)
      read(head(text) + chunks)
    default:
      let header = BackupHeader(
        name: "b", created: .fuzzed, sequence: 1, previous: nil, schemaVersion: "v1", key: nil, chunkSize: 4096, bytes: 100)
      guard let head = try? header.encoded() else { fatalError("a header cannot be written") }
      var seal = BackupSeal(header, key: nil, headerHash: Array(head.suffix(32)))
      let (first, second) = halves(rest)
      let manifest = kind & 64 == 0 ? Deflate.pack(first) : first
      read(head + seal.seal(manifest, isLast: kind & 128 != 0) + seal.seal(second, isLast: true))
    }
  }

  /// The first byte tells how long the first part is.
  private static func halves(_ bytes: [UInt8]) -> ([UInt8], [UInt8]) {
    guard let share = bytes.first else { return ([], []) }
    let count = (bytes.count - 1) * Int(share) / 255
    return (Array(bytes[1..<(count + 1)]), Array(bytes[(count + 1)...]))
  }

  private static func head(_ text: [UInt8]) -> [UInt8] {
    let body = BackupHeader.magic + BigEndian.bytes(UInt32(text.count)) + text
    return body + SHA256.hash(body)
  }

  /// - Precondition: the working folder is the fuzzer's own.
  private static func read(_ bytes: [UInt8]) {
    let path = "backup-\(getpid())"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { fatalError("no room for a backup") }
    do {
      let (header, manifest, hash) = try BackupFile.read(path, name: nil, keys: { _ in key })
      demand(hash == SHA256.hash(bytes), "the hash is of other bytes")
      demand(header.bytes > 0 && manifest.rows.count >= 0, "a backup of nothing")
    } catch is BackupDefect {
    } catch {
      fatalError("not a defect: \(error)")
    }
  }

  private static let key = BackupKey(String(repeating: "0f", count: 32))
}
