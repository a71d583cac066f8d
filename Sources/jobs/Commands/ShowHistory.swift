import ArgumentParser
import Foundation
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct ShowHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Lists runs and missed starts, the newest first.",
    discussion: """
      EXAMPLES
        jobs history
        jobs history nightly --limit 5
        jobs history --since 7d --state failed --state interrupted
        jobs history --sandbox --json

      ROWS are those that a run added and changed. A run whose process died is interrupted, whatever it had written; a start that the
      schedule asked for and that nobody made is missed.
      """)

  @Argument(help: "Only this job.")
  var job: String?

  @Option(help: "How many at most.")
  var limit = 20

  @Option(help: "Only what began then or later: a day, an instant, or a time before now such as 12h or 7d.")
  var since: String?

  @Option(help: "Only those in this state, such as failed, interrupted or missed. May be repeated.")
  var state: [String] = []

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    _ = try states()
  }

  func run() async throws {
    let filter = HistoryFilter(job: job, since: try start(), states: try states(), limit: limit)
    let entries = try await HistoryEntry.read(filter, in: try place.workspace())
    if json { return try Output.json(Document(runs: entries.map(Document.Entry.init))) }
    guard !entries.isEmpty else {
      let isFiltered = since != nil || !state.isEmpty
      return try Output.print(isFiltered ? "nothing of the kind" : job.map { "no run of \($0)" } ?? "no run yet")
    }
    try Output.print(ShowHistory.text(entries, width: Output.width).trimmingCharacters(in: .newlines))
  }

  /// The table; where a terminal is too narrow for the notes, each stands below its run.
  static func text(_ entries: [HistoryEntry], width: Int?) -> String {
    var table = PlainTable([
      .init("RUN", mayShrink: false), .init("TRIGGER"), .init("RESULT", mayShrink: false), .init("TOOK", .right), .init("ROWS +/~", .right),
    ])
    table.rows = entries.map { entry in
      [
        entry.row?.id.name ?? "\(entry.job) \(TimeStyle.moment(entry.instant).replacing(" UTC", with: "Z"))", entry.row?.trigger ?? "",
        entry.state.rawValue, entry.seconds.map { DurationText.short($0) } ?? "", entry.rows,
      ]
    }
    var noted = table
    noted.columns.append(.init("NOTE"))
    noted.rows = zip(table.rows, entries).map { $0 + [$1.note] }
    let whole = noted.text()
    guard let width, whole.split(separator: "\n").contains(where: { DisplayWidth.of(String($0)) > width }) else { return whole }
    let lines = table.text(width: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let notes = [""] + entries.map(\.note)
    return zip(lines, notes).map { line, note in
      note.isEmpty ? line : line + "\n" + HangingText.wrapped("  \(note)", width: width, indent: 2)
    }.joined(separator: "\n") + "\n"
  }

  private func states() throws -> Set<RunResult>? {
    guard !state.isEmpty else { return nil }
    return Set(
      try state.map { word in
        guard let state = RunResult(rawValue: word) ?? RunResult(rawValue: word.replacing("-", with: " ")) else {
          throw ValidationError(
            "--state is `\(word)`; the states are: \(RunResult.allCases.map { $0.rawValue.replacing(" ", with: "-") }.joined(separator: ", "))"
          )
        }
        return state
      })
  }

  private func start() throws -> Instant? {
    guard let since else { return nil }
    if let instant = Instant(iso8601: since) { return instant }
    let units: [Character: Int] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    if let unit = since.last.flatMap({ units[$0] }), let count = Int(since.dropLast()), (1...1_000_000).contains(count) {
      return SystemTime().now() - .seconds(count * unit)
    }
    throw Failure(.usage, "--since is `\(since)`; write a day such as 2026-01-15, an instant, or a time before now such as 12h or 7d")
  }

  private struct Document: Encodable {
    let schema = "jobs.history/1"
    let runs: [Entry]

    struct Entry: Encodable {
      /// nil for a start that nobody made.
      let run: String?
      let job: String
      let logicalDate: String
      let trigger: String?
      let state: String
      let exitStatus: Int?
      let startedAt: String?
      let endedAt: String?
      let seconds: Double?
      let rowsNew: Int
      let rowsChanged: Int
      let note: String
      let due: String?
      let decision: String?
      let reason: String?
      /// The last one of a stretch of starts, and how many they are.
      let dueThrough: String?
      let starts: Int?
      let cutOff: [String]
      let completedBy: String?

      init(_ entry: HistoryEntry) {
        let row = entry.row
        (run, job, trigger, exitStatus) = (row?.id.name, entry.job, row?.trigger, row?.exitStatus)
        (state, note, seconds) = (entry.state.rawValue, entry.note, entry.seconds)
        (logicalDate, startedAt) = ((row?.logicalDate ?? entry.instant).iso8601, row?.startedAt.iso8601)
        (endedAt, cutOff, completedBy) = (row?.endedAt?.iso8601, entry.digest.cutOff, entry.digest.completedBy?.name)
        (rowsNew, rowsChanged) = (entry.digest.newRows, entry.digest.changedRows)
        let decision = entry.decision?.decision
        (due, self.decision, reason) = (decision?.instant.iso8601, decision?.verdict.rawValue, decision?.reason)
        (dueThrough, starts) = (decision?.through.iso8601, decision?.count)
      }
    }
  }
}

extension HistoryEntry {
  /// `+234/~1`; empty for a run that left none.
  fileprivate var rows: String {
    guard digest.newRows + digest.changedRows > 0 else { return "" }
    return "+\(NumberText.grouped(digest.newRows))/~\(NumberText.grouped(digest.changedRows))"
  }
}
