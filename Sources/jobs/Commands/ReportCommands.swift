import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Scheduling
import Steps
import Storage

struct ReportCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Lists, finds and rebuilds the reports.",
    discussion: """
      EXAMPLES
        jobs report list
        jobs report open nightly --sandbox
        jobs report build nightly --date 2026-01-15
      """, subcommands: [List.self, Open.self, Build.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the reports, the newest first.",
      discussion: """
        EXAMPLES
          jobs report list
          jobs report list --json
        """)

    @Option(help: "How many at most.")
    var limit = 20

    @Flag(help: "One JSON document on standard output.")
    var json = false

    @OptionGroup var place: PlaceOptions

    func run() async throws {
      let workspace = try place.workspace()
      let limit = limit
      let reports = try await workspace.reading().read { try $0.reports(limit: limit) }
      let rows = reports.map { Row($0, folder: workspace.shown(workspace.reports)) }
      if json { return try Output.json(Document(reports: rows)) }
      guard !rows.isEmpty else { return try Output.print("no report yet") }
      var table = PlainTable([.init("JOB"), .init("FOR"), .init("VERDICT"), .init("FILE")])
      for row in rows { table.rows.append([row.job, row.logicalDate, row.verdict, row.file]) }
      try Output.print(table.text(width: Output.width))
    }

    private struct Row: Encodable {
      let job: String
      let logicalDate: String
      let verdict: String
      let file: String

      init(_ report: PublishedReport, folder: String) {
        (job, logicalDate, verdict) = (report.job, report.logicalDate.iso8601, report.verdict)
        file = "\(folder)/\(report.path)/index.html"
      }
    }

    private struct Document: Encodable {
      let schema = "jobs.report.list/1"
      let reports: [Row]
    }
  }

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the path of the newest report, and shows it when there is a screen.",
      discussion: """
        EXAMPLES
          jobs report open
          jobs report open nightly --sandbox
        """)

    @Argument(help: "Only of this job.")
    var job: String?

    @OptionGroup var place: PlaceOptions

    func run() async throws {
      let workspace = try place.workspace()
      let reports = try await workspace.reading().read { try $0.reports(limit: 1000) }
      guard let report = reports.first(where: { $0.job == job ?? $0.job }) else {
        throw Failure(.badData, "there is no report\(job.map { " of \($0)" } ?? "") yet; `jobs run nightly` writes one")
      }
      let path = "\(workspace.reports)/\(report.path)/index.html"
      guard FileManager.default.fileExists(atPath: path) else {
        throw Failure(
          .badData, "\(workspace.shown(path)) is gone; `jobs report build \(report.job) --date \(report.logicalDate)` makes it again")
      }
      try Output.print(path)
      let environment = ProcessInfo.processInfo.environment
      guard environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil else { return }
      let viewer = Foundation.Process()
      viewer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      viewer.arguments = ["xdg-open", path]
      do {
        try viewer.run()
      } catch {
        Output.say("note: xdg-open cannot be started (\(error.localizedDescription)); open the path above")
      }
    }
  }

  struct Build: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a report again from the warehouse; the same rows give the same bytes.",
      discussion: """
        EXAMPLES
          jobs report build nightly
          jobs report build nightly --date 2026-01-15
        """)

    @Argument(help: "The job.")
    var job: String

    @Option(help: "Which night: a day or an instant. Default: the newest report of the job.")
    var date: String?

    @OptionGroup var place: PlaceOptions

    func run() async throws {
      let workspace = try place.workspace()
      _ = try workspace.reading()
      let lock = try RunLock(at: workspace.lockFile, purpose: "report build \(job)")
      let warehouse = try workspace.writing(lock: lock)
      // One that was killed here before has left no run that tells of it.
      AtomicFile.removeLeftovers(below: "\(workspace.reports)/\(job)")
      let (job, wanted) = (job, try date.map(ReportCommands.instant))
      let runs = try await warehouse.read { try $0.runs(of: job, limit: 10_000) }
      guard let run = runs.first(where: { $0.logicalDate == wanted ?? $0.logicalDate }) else {
        throw Failure(.usage, "no run of `\(job)`\(wanted.map { " for \($0)" } ?? "") is recorded; `jobs history` lists them")
      }
      let (configuration, _) = try workspace.configuration()
      let path = try await WriteReport(
        warehouse, to: try workspace.reportPlace(), markets: MarketRules(exchange: configuration.calendars.xnys),
        alerts: configuration.alerts
      ).rebuild(run: run.id, job: job, logicalDate: run.logicalDate)
      try Output.print(workspace.shown(path))
    }
  }

  private static func instant(_ text: String) throws -> Instant {
    guard let instant = Instant(iso8601: text) else { throw Failure(.usage, "--date is `\(text)`; write a day such as 2026-01-15") }
    return instant
  }
}
