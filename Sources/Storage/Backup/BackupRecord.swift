import Foundation
public import Scheduling

/// What a verification found: `NAME.verified`, beside the backup. Without it the backup is not verified.
struct BackupRecord: Codable, Equatable {
  /// SHA-256 of the file, as `sha256sum` shows it.
  let sha256: String
  let verifiedAt: Int64
  /// What a later verification found wrong; then it counts as not verified, and is still known by its hash.
  var defect: String?

  /// - Returns: nil when there is none, or it cannot be read: then the backup counts as not verified.
  init?(ofBackup path: String) {
    guard let data = FileManager.default.contents(atPath: BackupRecord.path(ofBackup: path)),
      let record = try? JSONDecoder().decode(BackupRecord.self, from: data)  // half a record is none
    else { return nil }
    self = record
  }

  init(sha256: [UInt8], verifiedAt: Instant) { (self.sha256, self.verifiedAt) = (Hex.text(sha256), verifiedAt.milliseconds) }

  func write(besideBackup path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try AtomicFile.write([UInt8](try encoder.encode(self)), to: BackupRecord.path(ofBackup: path))
  }

  static func path(ofBackup path: String) -> String { path.dropLast(BackupStore.ending.count) + ".verified" }
}

/// A backup as it lies in its folder.
public struct StoredBackup: Sendable {
  public let name: String
  public let path: String
  /// Of the file.
  public let bytes: Int
  /// Why the header cannot be read, or what it says.
  public let header: Result<BackupHeader, BackupDefect>
  /// When all of it was read and found good; nil: never.
  public let verifiedAt: Instant?
  /// As it was when it was verified.
  let verifiedHash: String?
}

/// What was read when a backup was verified.
public struct BackupFacts: Sendable {
  public let header: BackupHeader
  /// SHA-256 of the file, as `sha256sum` shows it.
  public let sha256: String
  /// Rows by table.
  public let rows: [String: Int]
  /// Bodies of responses that it names, and how many of them are not in the raw store.
  public let bodies: (named: Int, missing: Int)
}
