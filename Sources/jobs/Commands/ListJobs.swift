import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Steps
import Storage

struct ListJobs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the jobs, when they run next, and how they ended last.",
    discussion: """
      EXAMPLES
        jobs list
        jobs list --json
      """)

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let names = try workspace.jobNames()
    let (configuration, _) = try workspace.configuration()
    let loader = JobLoader(configuration: configuration, operations: Operations.all)
    let (crontab, _) = try workspace.crontab()
    let warehouse = FileManager.default.fileExists(atPath: workspace.database) ? try workspace.reading() : nil
    var rows: [Row] = []
    for name in names {
      let job = loader.load("Jobs/\(name).yaml", from: workspace.files).job
      let last = try await warehouse?.read { try $0.runs(of: name, limit: 1).first }
      rows.append(
        Row(
          job: name, description: job?.description ?? "has mistakes: `jobs check Jobs/\(name).yaml`", steps: job.map { $0.steps.count },
          tags: tags(of: job), schedule: crontab.schedule(of: name).map { $0.entries.map { "\($0.expression) \($0.zoneName)" } } ?? [],
          next: crontab.schedule(of: name)?.next(after: SystemTime().now())?.occurrence.instant.iso8601,
          lastRun: last?.logicalDate.iso8601, lastState: last?.state.rawValue))
    }
    if json { return try Output.json(Document(jobs: rows)) }
    var table = PlainTable([
      .init("JOB"), .init("STEPS", .right), .init("SCHEDULE"), .init("NEXT"), .init("LAST"), .init("RESULT"), .init("WHAT"),
    ])
    for row in rows {
      table.rows.append([
        row.job, row.steps.map(String.init) ?? "?", row.schedule.joined(separator: "; "), row.next ?? "by hand", row.lastRun ?? "never",
        row.lastState ?? "",
        row.description + (row.tags.isEmpty ? "" : " [\(row.tags.joined(separator: ", "))]"),
      ])
    }
    try Output.print(table.text(width: Output.width))
  }

  private func tags(of job: Job?) -> [String] {
    var seen: Set<String> = []
    return (job?.steps ?? []).flatMap(\.tags).filter { seen.insert($0).inserted }
  }

  private struct Row: Encodable {
    let job: String
    let description: String
    let steps: Int?
    /// Of all its steps, each once.
    let tags: [String]
    /// The lines of the crontab that start it: expression and zone.
    let schedule: [String]
    let next: String?
    let lastRun: String?
    let lastState: String?
  }

  private struct Document: Encodable {
    let schema = "jobs.list/1"
    let jobs: [Row]
  }
}
