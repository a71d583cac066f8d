import ArgumentParser
import Reporting
import Scheduling
import Storage

struct MigrateStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows which changes of the schema were applied, and which are still to come.",
    discussion: """
      EXAMPLES
        jobs migrate status
        jobs migrate status --json
      """)

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let status = try await workspace.reading().read { try $0.schemaStatus() }
    let snapshot = try SchemaSnapshots(of: workspace.database).newest()
    if json { return try Output.json(Document(status, snapshot, workspace)) }
    var table = PlainTable([.init("MIGRATION"), .init("APPLIED"), .init("BY"), .init("TEXT")])
    for entry in status.entries {
      let applied = entry.isApplied ? entry.appliedAt?.iso8601 ?? "yes" : "not yet"
      table.rows.append([entry.name, applied, entry.program.map { "jobs \($0)" } ?? "", entry.isUnchanged ? "as released" : "CHANGED"])
    }
    try Output.print(table.text(width: Output.width))
    let pending = status.pending.count
    try Output.print(
      pending == 0 ? "up to date" : "\(pending) to come: `jobs migrate up\(workspace.optionsToType)`, or the next run, applies them")
    if let snapshot {
      try Output.print("\(workspace.shown(snapshot.path)) holds the state of \(snapshot.taken), with the schema `\(snapshot.schema)`")
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.migrate.status/1"
    let upToDate: Bool
    let migrations: [Migration]
    let snapshot: Snapshot?

    init(_ status: SchemaStatus, _ snapshot: SchemaSnapshot?, _ workspace: Workspace) {
      upToDate = status.pending.isEmpty
      migrations = status.entries.map {
        Migration(name: $0.name, applied: $0.isApplied, appliedAt: $0.appliedAt?.iso8601, program: $0.program, unchanged: $0.isUnchanged)
      }
      self.snapshot = snapshot.map {
        Snapshot(path: workspace.shown($0.path), migration: $0.schema, bytes: $0.bytes, taken: $0.taken.iso8601)
      }
    }

    struct Migration: Encodable {
      let name: String
      let applied: Bool
      let appliedAt: String?
      let program: String?
      let unchanged: Bool
    }

    struct Snapshot: Encodable {
      let path: String
      let migration: String
      let bytes: Int
      let taken: String
    }
  }
}
