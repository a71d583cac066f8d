import ArgumentParser
import Foundation
import Reporting
import Running
import Scheduling
import Storage

struct BackupRestore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Puts a backup in the place of the warehouse, or into another folder.",
    discussion: """
      EXAMPLES
        jobs backup restore newest --to drill/data    beside what is there; then: jobs history --root drill
        jobs backup restore newest --force            in its place; the old warehouse is moved to data/replaced

      All of the backup is read and checked before anything is touched. Killed at any moment, the old state is there or the new one, never a
      mixture. An older schema is brought up to date, a newer one refused. What was spent of today's limits stays spent, and answers that came
      after the backup are known again from data/raw: `jobs run JOB --offline --date D` rebuilds those nights without asking anybody.
      """)

  @Argument(help: "Its name as `jobs backup list` shows it, or newest.")
  var name: String

  @Option(help: "A folder that stands for data/; made when missing. It must be empty, or --force.", completion: .directory)
  var to: String?

  @Flag(help: "Move aside what is in the way.")
  var force = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let target = to.map { URL(fileURLWithPath: $0).standardizedFileURL.path } ?? workspace.data
    let keys = try workspace.backupKeys()
    let backup = try workspace.backups.backup(name == "newest" ? nil : name)
    let restore = Restore(from: workspace.backups, keys: keys, into: target, isForced: force)
    try restore.refuseFullTarget(isWorkspace: target == workspace.data)
    try AtomicFile.makeFolder(target)
    let lock = try RunLock(at: "\(target)/run.lock", purpose: "backup restore")
    try restore.refuseFullTarget(isWorkspace: target == workspace.data)
    let report = try await restore.run(backup, lock: lock, at: SystemTime().now())
    for note in notes(report, workspace) { Output.say("note: \(note)") }
    if json { return try Output.json(Document(report, workspace)) }
    let rows = NumberText.grouped(report.rows.values.reduce(0, +))
    try Output.print("restored \(report.header.name) of \(report.header.created) to \(workspace.shown(report.database)): \(rows) rows")
  }

  private func notes(_ report: RestoreReport, _ workspace: Workspace) -> [String] {
    var notes = ReplacementNotes(
      workspace: workspace, aside: report.aside, areLimitsKept: report.areLimitsKept, recovered: report.recovered
    ).sentences
    if report.isMigrated { notes.append("its schema \(report.header.schemaVersion) was brought up to date") }
    if report.bodies.missing > 0 {
      notes.append(
        "\(report.bodies.missing) of \(report.bodies.named) responses that it names are not in \(workspace.shown(workspace.rawStore.folder))"
      )
    }
    return notes
  }

  private struct Document: Encodable {
    let schema = "jobs.backup.restore/1"
    let name: String
    let created: String
    let database: String
    let rows: Int
    let aside: String?
    let migrated: Bool
    let limitsKept: Bool?
    let recoveredDates: [String]
    let bodiesMissing: Int

    init(_ report: RestoreReport, _ workspace: Workspace) {
      (name, created) = (report.header.name, report.header.created.iso8601)
      (database, rows) = (workspace.shown(report.database), report.rows.values.reduce(0, +))
      (aside, migrated) = (report.aside.map(workspace.shown), report.isMigrated)
      (limitsKept, recoveredDates) = (report.areLimitsKept, report.recovered.map(\.iso8601))
      bodiesMissing = report.bodies.missing
    }
  }
}
