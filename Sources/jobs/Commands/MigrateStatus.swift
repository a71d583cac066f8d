import ArgumentParser
import Reporting
import Scheduling
import Storage

struct MigrateStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows which changes of the schema were applied, which are still to come, and what was imported.",
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
    let (status, imports) = try await workspace.reading().read { reader in
      let status = try reader.schemaStatus()
      // An older schema has no table of imports.
      return (status, try status.knowsImports ? reader.importRecords() : [])
    }
    let snapshot = try SchemaSnapshots(of: workspace.database).newest()
    if json { return try Output.json(Document(status, snapshot, imports, workspace)) }
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
    if !imports.isEmpty { try Output.print("\n" + Self.table(of: imports)) }
  }

  private static func table(of imports: [ImportRecord]) -> String {
    var table = PlainTable([.init("IMPORT"), .init("MAPPING"), .init("SOURCE"), .init("STATE"), .init("CANDLES", .right), .init("STARTED")])
    for record in imports {
      table.rows.append([
        record.id, record.mapping, record.source, record.state.rawValue, NumberText.grouped(record.candles), record.startedAt.iso8601,
      ])
    }
    return table.text(width: Output.width)
  }

  private struct Document: Encodable {
    let schema = "jobs.migrate.status/1"
    let upToDate: Bool
    let migrations: [Migration]
    let snapshot: Snapshot?
    let imports: [Import]

    init(_ status: SchemaStatus, _ snapshot: SchemaSnapshot?, _ imports: [ImportRecord], _ workspace: Workspace) {
      self.imports = imports.map {
        Import(
          id: $0.id, mapping: $0.mapping, source: $0.source, state: $0.state, files: $0.files.map(\.name), candles: $0.candles,
          refused: $0.rowsRefused, started: $0.startedAt.iso8601)
      }
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

    struct Import: Encodable {
      let id: String
      let mapping: String
      let source: String
      let state: ImportRecord.State
      let files: [String]
      let candles: Int
      let refused: Int
      let started: String
    }

    struct Snapshot: Encodable {
      let path: String
      let migration: String
      let bytes: Int
      let taken: String
    }
  }
}
