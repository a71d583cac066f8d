import ArgumentParser
import JobGraph
import Reporting
import Scheduling
import Storage

struct ShowHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Lists runs, the newest first.",
    discussion: """
      EXAMPLES
        jobs history
        jobs history nightly --limit 5
        jobs history --sandbox --json
      """)

  @Argument(help: "Only this job.")
  var job: String?

  @Option(help: "How many at most.")
  var limit = 20

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
  }

  func run() async throws {
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let (job, limit) = (job, limit)
    let runs = try await warehouse.read { try $0.runs(of: job, limit: limit) }
    let isBusy = workspace.isBusy
    if json { return try Output.json(Document(runs: runs.map { RunJSON($0, isBusy: isBusy) })) }
    guard !runs.isEmpty else { return try Output.print(job.map { "no run of \($0)" } ?? "no run yet") }
    var table = PlainTable([
      .init("RUN"), .init("FOR"), .init("STARTED"), .init("BY"), .init("RESULT"), .init("TOOK", .right), .init("EXIT", .right),
    ])
    for run in runs {
      let entry = RunJSON(run, isBusy: isBusy)
      table.rows.append([
        run.id.name, entry.logicalDate, entry.startedAt, run.trigger, entry.state, entry.seconds.map { DurationText.short($0) } ?? "",
        run.exitStatus.map(String.init) ?? "",
      ])
    }
    try Output.print(table.text(width: Output.width))
  }

  private struct Document: Encodable {
    let schema = "jobs.history/1"
    let runs: [RunJSON]
  }
}

/// A run as commands show it.
struct RunJSON: Encodable {
  let run: String
  let job: String
  let logicalDate: String
  let trigger: String
  let state: String
  let exitStatus: Int?
  let startedAt: String
  let endedAt: String?
  let seconds: Double?

  /// - Parameter isBusy: whether any process holds the run lock. When none does, a run that is "running" has died.
  init(_ row: RunRow, isBusy: Bool) {
    (run, job, trigger, exitStatus) = (row.id.name, row.job, row.trigger, row.exitStatus)
    state = row.state == .running && !isBusy ? RunResult.interrupted.rawValue : row.state.rawValue
    (logicalDate, startedAt, endedAt) = (row.logicalDate.iso8601, row.startedAt.iso8601, row.endedAt?.iso8601)
    seconds = row.endedAt.map { ($0 - row.startedAt).inSeconds }
  }
}

extension Workspace {
  /// Whether a process holds the run lock now.
  var isBusy: Bool { RunLock.isHeld(at: lockFile) }
}
