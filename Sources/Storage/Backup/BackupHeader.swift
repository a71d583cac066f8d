internal import CCrypto
import Foundation
public import Scheduling

/// What stands in clear at the beginning of a backup: enough to list it, and to know which key opens it.
///
/// On the disk: 8 bytes `JOBSBAK1`, the length of the text (4 bytes, the highest first), the text (JSON), its SHA-256 with all before it.
/// That hash is bound into every chunk that follows, so a header that was changed opens nothing.
public struct BackupHeader: Sendable, Equatable {
  /// The name of the file without its ending: a backup that was put under another name does not open.
  public let name: String
  public let created: Instant
  /// Counts the backups of a folder from 1.
  public let sequence: Int
  /// SHA-256 of the file of the backup before, 64 hexadecimal digits; nil for the first.
  public let previous: String?
  /// The newest migration of the warehouse in it.
  public let schemaVersion: String
  /// The id of the key that it is sealed with; nil when it is not sealed.
  public let keyID: String?
  /// 16 random bytes that make its own key out of the key; empty when it is not sealed.
  let salt: [UInt8]
  /// So many bytes of the database are sealed at a time.
  let chunkSize: Int
  /// The size of the database in bytes.
  public let bytes: Int

  static let magic = Array("JOBSBAK1".utf8)
  static let chunkSize = 1 << 20
  /// A header or chunk that claims to be larger is refused before memory is taken for it.
  private static let textMax = 4096
  private static let chunkSizeMax = 16 << 20

  init(
    name: String, created: Instant, sequence: Int, previous: String?, schemaVersion: String, key: BackupKey?, chunkSize: Int, bytes: Int
  ) {
    (self.name, self.created, self.sequence, self.previous) = (name, created, sequence, previous)
    (self.schemaVersion, keyID, self.chunkSize, self.bytes) = (schemaVersion, key?.id, chunkSize, bytes)
    var salt = [UInt8](repeating: 0, count: key == nil ? 0 : 16)
    precondition(jo_random(&salt, Int32(salt.count)) == 1, "the kernel gives random bytes")
    self.salt = salt
  }

  /// As it stands in the file.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = [UInt8](
      try encoder.encode(
        Text(
          chunk: chunkSize, created: created.iso8601, database: bytes, format: 1, key: keyID, name: name, previous: previous,
          salt: Hex.text(salt), schema: schemaVersion, sequence: sequence)))
    let body = BackupHeader.magic + BigEndian.bytes(UInt32(text.count)) + text
    return body + SHA256.hash(body)
  }

  /// Reads it from the beginning of a file.
  /// - Throws: ``BackupDefect``.
  static func read(from file: FileReader) throws -> (header: BackupHeader, hash: [UInt8]) {
    let start = try file.read(12)
    guard start.prefix(8).elementsEqual(magic) else { throw BackupDefect.noBackup }
    let count = Int(BigEndian.number(start.suffix(4)))
    guard start.count == 12, count <= textMax else { throw BackupDefect.headerDamaged }
    let (text, hash) = (try file.read(count), try file.read(32))
    guard text.count == count, SHA256.hash(start + text) == hash else { throw BackupDefect.headerDamaged }
    guard let fields = try? JSONDecoder().decode(Text.self, from: Data(text)),  // not JSON: not ours, whatever the hash says
      let header = BackupHeader(fields)
    else { throw BackupDefect.headerDamaged }
    guard fields.format == 1 else { throw BackupDefect.newerFormat(fields.format) }
    return (header, hash)
  }

  private init?(_ text: Text) {
    guard let created = Instant(iso8601: text.created), let salt = Hex.bytes(text.salt), salt.count == (text.key == nil ? 0 : 16),
      (1...BackupHeader.chunkSizeMax).contains(text.chunk), text.database > 0
    else { return nil }
    (name, self.created, sequence, previous) = (text.name, created, text.sequence, text.previous)
    (schemaVersion, keyID, self.salt, chunkSize, bytes) = (text.schema, text.key, salt, text.chunk, text.database)
  }

  private struct Text: Codable {
    let chunk: Int
    let created: String
    let database: Int
    let format: Int
    let key: String?
    let name: String
    let previous: String?
    let salt: String
    let schema: String
    let sequence: Int
  }
}

/// Numbers as they stand in a file: the highest byte first.
enum BigEndian {
  static func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
  static func number(_ bytes: some Sequence<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
