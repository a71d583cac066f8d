import ArgumentParser
import Reporting
import Running
import Scheduling
import Storage

struct BackupList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the backups, the newest first.",
    discussion: """
      EXAMPLES
        jobs backup list
        jobs backup list --json

      Only their beginnings are read, so no key is needed; `jobs backup verify` reads all of them.
      """)

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (backups, now) = (try workspace.backups.list(), SystemTime().now())
    if json { return try Output.json(Document(backups: backups.map { Row($0, workspace, now) })) }
    if backups.isEmpty { return Output.say("there is no backup; `jobs backup create\(workspace.optionsToType)` makes one") }
    var table = PlainTable([
      .init("NAME", mayShrink: false), .init("AGE", .right), .init("SIZE", .right), .init("SCHEMA"), .init("ENCRYPTED"), .init("VERIFIED"),
    ])
    for backup in backups {
      let verified = backup.verifiedAt.map { Backup.age(of: $0, at: now) + " ago" } ?? "never, or not good"
      switch backup.header {
      case .success(let header):
        table.rows.append([
          backup.name, Backup.age(of: header.created, at: now), FileSizes.text(backup.bytes), header.schemaVersion,
          header.keyID.map { "key \($0)" } ?? "not encrypted", verified,
        ])
      case .failure(let defect): table.rows.append([backup.name, "-", FileSizes.text(backup.bytes), "-", "-", defect.description])
      }
    }
    try Output.print(table.text(width: Output.width))
  }

  private struct Document: Encodable {
    let schema = "jobs.backup.list/1"
    let backups: [Row]
  }

  private struct Row: Encodable {
    let name: String
    let file: String
    let sequence: Int?
    let created: String?
    let ageSeconds: Double?
    let bytes: Int
    let schemaVersion: String?
    let encrypted: Bool?
    let key: String?
    let verifiedAt: String?
    /// Why its beginning cannot be read.
    let problem: String?

    init(_ backup: StoredBackup, _ workspace: Workspace, _ now: Instant) {
      (name, file, bytes) = (backup.name, workspace.shown(backup.path), backup.bytes)
      verifiedAt = backup.verifiedAt?.iso8601
      switch backup.header {
      case .success(let header):
        (sequence, created, ageSeconds) = (header.sequence, header.created.iso8601, (now - header.created).inSeconds)
        (schemaVersion, encrypted, key, problem) = (header.schemaVersion, header.keyID != nil, header.keyID, nil)
      case .failure(let defect):
        (sequence, created, ageSeconds, schemaVersion, encrypted, key) = (nil, nil, nil, nil, nil, nil)
        problem = defect.description
      }
    }
  }
}
