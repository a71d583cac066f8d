import ArgumentParser
import JobGraph
import Storage

struct MigrateVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Reads the whole warehouse and says whether it and its schema are sound.",
    discussion: """
      EXAMPLES
        jobs migrate verify
        jobs migrate verify --json

      Checked are every page and index by SQLite's own check, every reference between rows, the text of each migration that was applied, and that
      tables, indexes and triggers are those that this version makes anew. Exit status 65: something is not.
      """)

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (status, defects) = try await workspace.reading().read { (try $0.schemaStatus(), try $0.schemaDefects()) }
    let last = status.entries.last { $0.isApplied }?.name ?? "none"
    if json {
      try Output.json(Document(good: defects.isEmpty, migration: last, upToDate: status.pending.isEmpty, problems: defects))
    } else {
      for defect in defects { try Output.print("NOT GOOD  \(defect)") }
      if defects.isEmpty { try Output.print("good  \(workspace.shown(workspace.database)), with the schema `\(last)`") }
    }
    if !defects.isEmpty { throw Ended(status: .badData) }
  }

  private struct Document: Encodable {
    let schema = "jobs.migrate.verify/1"
    let good: Bool
    let migration: String
    let upToDate: Bool
    let problems: [String]
  }
}
