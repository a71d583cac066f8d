import ArgumentParser
import Storage

struct MigrateUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Brings the schema of the warehouse up to date, as the next run would.",
    discussion: """
      EXAMPLES
        jobs migrate up --dry-run       what would be applied
        jobs migrate up

      The file as it was is left in data/backups, checked, before anything is changed; that needs as much space again. All changes are one
      transaction: killed anywhere, the file is of the old schema or of the new one.
      """)

  @Flag(name: .customLong("dry-run"), help: "Show what would be applied, change nothing.")
  var dryRun = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    // Where nothing is stored there is nothing to change; this says so, and makes no file.
    let status = try await workspace.reading().read { try $0.schemaStatus() }
    if dryRun {
      return try show(Document(dryRun: true, applied: status.pending.map(\.name), before: nil, snapshot: nil), "would be applied")
    }
    let lock = try RunLock(at: workspace.lockFile, purpose: "migrate up")
    let warehouse = try Warehouse(writingTo: workspace.database, lock: lock)
    let change = warehouse.schemaChange
    try warehouse.close()
    let document = Document(
      dryRun: false, applied: change?.applied ?? [], before: change?.before, snapshot: change?.snapshot.map(workspace.shown))
    try show(document, "applied")
    if let snapshot = document.snapshot, !json {
      try Output.print("as it was it lies in \(snapshot); `jobs migrate rollback\(workspace.optionsToType)` goes back to it")
    }
  }

  private func show(_ document: Document, _ word: String) throws {
    if json { return try Output.json(document) }
    try Output.print(
      document.applied.isEmpty ? "up to date: nothing to do" : document.applied.map { "\(word): \($0)" }.joined(separator: "\n"))
  }

  private struct Document: Encodable {
    let schema = "jobs.migrate.up/1"
    let dryRun: Bool
    let applied: [String]
    let before: String?
    let snapshot: String?
  }
}
