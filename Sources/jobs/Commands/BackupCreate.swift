import ArgumentParser
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct BackupCreate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Makes a backup, verifies it, and deletes those that are too old.",
    discussion: """
      EXAMPLES
        jobs backup create
        jobs backup create --keep 90d
        jobs backup create --json

      The new one gets its name only when all of it was read back and found good; only then older ones are deleted. The three newest verified
      ones are never deleted, and none is when the one before is from the future or more than 35 days old: then the clock may be wrong.
      """)

  @Option(help: "Delete backups that are older: 30d, 1y. At least 1d.")
  var keep = "30d"

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    guard let age = JobFiles.DurationText.parse(keep), age >= .days(1) else {
      throw Failure(.usage, "--keep is `\(keep)`; write a day or more, such as 30d")
    }
    let workspace = try place.workspace()
    let keys = try workspace.backupKeys()
    let warehouse = try workspace.reading()
    let made = try await workspace.backups.create(from: warehouse, key: keys.current, at: SystemTime().now(), keeping: age)
    for warning in made.warnings { Output.say("warning: \(warning)") }
    if json { return try Output.json(Document(made, workspace)) }
    let rows = NumberText.grouped(made.facts.rows.values.reduce(0, +))
    let sealed = made.facts.header.keyID.map { "encrypted with key \($0)" } ?? "not encrypted"
    try Output.print(
      "made \(workspace.shown(made.path)): \(rows) rows, \(FileSizes.text(made.bytes)), \(sealed), verified"
        + (made.rotated.isEmpty ? "" : "\ndeleted \(made.rotated.joined(separator: ", "))"))
  }

  private struct Document: Encodable {
    let schema = "jobs.backup.create/1"
    let name: String
    let file: String
    let bytes: Int
    let encrypted: Bool
    let key: String?
    let schemaVersion: String
    let sha256: String
    let rows: Int
    let deleted: [String]
    let warnings: [String]

    init(_ made: CreatedBackup, _ workspace: Workspace) {
      (name, file, bytes) = (made.name, workspace.shown(made.path), made.bytes)
      (encrypted, key) = (made.facts.header.keyID != nil, made.facts.header.keyID)
      (schemaVersion, sha256) = (made.facts.header.schemaVersion, made.facts.sha256)
      (rows, deleted, warnings) = (made.facts.rows.values.reduce(0, +), made.rotated, made.warnings)
    }
  }
}
