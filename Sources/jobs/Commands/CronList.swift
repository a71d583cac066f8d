import ArgumentParser
import Foundation
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct CronList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Shows what crontab starts next, and when it ran last.",
    discussion: """
      EXAMPLES
        jobs cron list               every line of crontab, the soonest first
        jobs cron list --count 3     with its next three times
        jobs cron list --json        for programs
      """)

  @Option(help: "How many times of each line.")
  var count = 1

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    guard (1...1000).contains(count) else { throw Failure(.usage, "--count takes 1 to 1000, not \(count)") }
    let workspace = try place.workspace()
    guard let crontab = try workspace.soundCrontab() else {
      throw Failure(.configuration, "\(workspace.root) has no crontab; write one, as in `30 2 * * * jobs run nightly`")
    }
    for entry in try workspace.lostEntries(of: crontab) {
      Output.say("crontab:\(entry.line): warning: Jobs/\(entry.job!).yaml does not exist, so this line starts nothing")
    }
    let runs = try await lastRuns(of: Set(crontab.entries.compactMap(\.job)), workspace)
    let now = SystemTime().now()
    let lines = crontab.entries.map { ScheduledLine($0, after: now, count: count, lastRun: $0.job.flatMap { runs[$0] }) }
      .sorted { ($0.soonest, $0.entry.line) < ($1.soonest, $1.entry.line) }
    if json { return try Output.json(CronListDocument(entries: lines)) }
    try print(lines)
  }

  private func print(_ lines: [ScheduledLine]) throws {
    guard !lines.isEmpty else { return Output.say("crontab has no line that starts anything") }
    var table = PlainTable([
      .init("JOB"), .init("NEXT, LOCAL", mayShrink: false), .init("UTC", mayShrink: false), .init("ZONE"), .init("ARGUMENTS"),
      .init("LAST RUN"), .init("NOTE"),
    ])
    for line in lines {
      let last = line.lastRun.map { "\($0.state.rawValue) \($0.startedAt.floored(to: .seconds(1)))" } ?? "-"
      for (index, next) in line.next.enumerated() {
        let isFirst = index == 0
        table.rows.append([
          isFirst ? line.entry.job ?? line.entry.command : "", next.instant.iso8601(in: line.entry.zone), next.instant.iso8601,
          isFirst ? line.entry.zoneName : "", isFirst ? line.entry.arguments.joined(separator: " ") : "", isFirst ? last : "",
          next.note ?? "",
        ])
      }
    }
    try Output.write(Array(table.text(width: Output.width).utf8))
  }

  private func lastRuns(of jobs: Set<String>, _ workspace: Workspace) async throws -> [String: RunRow] {
    let warehouse: Warehouse
    do {
      warehouse = try Warehouse(reading: workspace.database)
    } catch WarehouseError.missing {
      return [:]
    }
    return try await warehouse.read { reader in
      var found: [String: RunRow] = [:]
      for job in jobs { found[job] = try reader.runs(of: job, limit: 1).first }
      return found
    }
  }
}

/// A line of crontab with its times.
private struct ScheduledLine: Encodable {
  let entry: Crontab.Entry
  let next: [CronExpression.Occurrence]
  let lastRun: RunRow?

  init(_ entry: Crontab.Entry, after now: Instant, count: Int, lastRun: RunRow?) {
    (self.entry, self.lastRun) = (entry, lastRun)
    var (found, last): ([CronExpression.Occurrence], Instant) = ([], now)
    while found.count < count, let occurrence = entry.next(after: last) {
      found.append(occurrence)
      last = occurrence.instant
    }
    next = found
  }

  var soonest: Instant { next.first?.instant ?? Instant(milliseconds: .max) }

  private enum Key: String, CodingKey {
    case line, expression, zone, command, job, arguments, next
    case lastRun = "last_run"
  }

  private struct Run: Encodable {
    let id: String
    let state: String
    let logicalDate: String
    let startedAt: String
    let endedAt: String?

    init(_ row: RunRow) {
      (id, state) = (row.id.name, row.state.rawValue)
      (logicalDate, startedAt, endedAt) = (row.logicalDate.iso8601, row.startedAt.iso8601, row.endedAt?.iso8601)
    }

    private enum Key: String, CodingKey {
      case id, state
      case logicalDate = "logical_date"
      case startedAt = "started_at"
      case endedAt = "ended_at"
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(id, forKey: .id)
      try values.encode(state, forKey: .state)
      try values.encode(logicalDate, forKey: .logicalDate)
      try values.encode(startedAt, forKey: .startedAt)
      try values.encode(endedAt, forKey: .endedAt)
    }
  }

  /// Every key is always there; what is not known is null.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(entry.line, forKey: .line)
    try values.encode(entry.expression.text, forKey: .expression)
    try values.encode(entry.zoneName, forKey: .zone)
    try values.encode(entry.command, forKey: .command)
    try values.encode(entry.job, forKey: .job)
    try values.encode(entry.arguments, forKey: .arguments)
    try values.encode(next.map { DueTime($0, in: entry.zone) }, forKey: .next)
    try values.encode(lastRun.map(Run.init), forKey: .lastRun)
  }
}

private struct CronListDocument: Encodable {
  let schema = "jobs.cron.list/1"
  let entries: [ScheduledLine]
}
