import ArgumentParser
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct MigrateRollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Goes back to the state before the last change of the schema.",
    discussion: """
      EXAMPLES
        jobs migrate rollback           refused when runs would be lost
        jobs migrate rollback --yes     also then; their answers are kept in data/raw

      For who goes back to an older version of jobs: install that version first and let it do this, since a newer one changes the schema
      again at its next run. The files of now are moved to data/replaced. What was spent of today's limits stays spent; answers that came
      since are known again: `jobs run JOB --offline --date D` rebuilds those nights without asking anybody.
      Exit status 64: runs would be lost, and --yes is not given; 65: there is no snapshot.
      """)

  @Flag(help: "Also when runs were made since.")
  var yes = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let rollback = SchemaRollback(of: workspace.database, rawStore: workspace.rawStore)
    _ = try rollback.snapshot()
    let lock = try RunLock(at: workspace.lockFile, purpose: "migrate rollback")
    let snapshot = try rollback.snapshot()
    let lost = try rollback.runsSince(snapshot)
    if !yes, lost?.isEmpty != true { throw Failure(.usage, refusal(lost, snapshot, workspace)) }
    let report = try await rollback.run(to: snapshot, lock: lock, at: SystemTime().now())
    for note in notes(report, workspace) { Output.say("note: \(note)") }
    if json { return try Output.json(Document(report, lost ?? [], workspace)) }
    let rows = NumberText.grouped(report.rows.values.reduce(0, +))
    try Output.print("back to the state of \(snapshot.taken), with the schema `\(snapshot.schema)`: \(rows) rows")
  }

  private func refusal(_ lost: [String]?, _ snapshot: SchemaSnapshot, _ workspace: Workspace) -> String {
    guard let lost else {
      return
        "\(workspace.shown(workspace.database)) cannot be read, so what would be lost is not known; --yes goes back to \(snapshot.taken)"
    }
    let names = lost.prefix(3).joined(separator: ", ") + (lost.count > 3 ? ", …" : "")
    let runs = lost.count == 1 ? "one run" : "\(lost.count) runs"
    return "what \(runs) did since the snapshot of \(snapshot.taken) would be gone (\(names)); --yes goes back all the same"
  }

  private func notes(_ report: SchemaRollbackReport, _ workspace: Workspace) -> [String] {
    ["this version changes the schema again at its next run; to stay, run the older one"]
      + ReplacementNotes(
        workspace: workspace, aside: report.aside, areLimitsKept: report.areLimitsKept, recovered: report.recovered
      ).sentences
  }

  private struct Document: Encodable {
    let schema = "jobs.migrate.rollback/1"
    let migration: String
    let taken: String
    let rows: Int
    let lostRuns: [String]
    let aside: String?
    let limitsKept: Bool?
    let recoveredDates: [String]

    init(_ report: SchemaRollbackReport, _ lost: [String], _ workspace: Workspace) {
      (migration, taken) = (report.snapshot.schema, report.snapshot.taken.iso8601)
      (rows, lostRuns, aside) = (report.rows.values.reduce(0, +), lost, report.aside.map(workspace.shown))
      (limitsKept, recoveredDates) = (report.areLimitsKept, report.recovered.map(\.iso8601))
    }
  }
}
