import ArgumentParser
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Steps
import Storage

struct Prune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Forgets what is older than Jobs/config/retention.yaml keeps.",
    discussion: """
      EXAMPLES
        jobs prune --dry-run       what would be deleted
        jobs prune
        jobs prune --yes           also when more than a fifth of a table goes
      """)

  @Flag(name: .customLong("dry-run"), help: "Show what would be deleted, delete nothing.")
  var dryRun = false

  @Flag(help: "Delete even more than a fifth of a table, and after a leap of the clock.")
  var yes = false

  @Option(help: "Ages count back from here: a day or an instant. Default: now, but never later than the last run's date.")
  var date: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    guard let value = configuration.value(of: "retention") else {
      throw Failure(.configuration, "Jobs/config/retention.yaml is missing; it says how long what is kept")
    }
    let rules = try RetentionRules(value)
    let report = dryRun ? try await look(workspace, rules) : try await prune(workspace, rules)
    if json {
      return try Output.json(
        Document(
          dryRun: dryRun, rows: report.rows.map { Document.Rows(table: $0.table, rows: $0.rows) }, responses: report.orphanedBodies.count,
          reports: report.reportFolders))
    }
    var table = PlainTable([.init("WHAT"), .init(dryRun ? "WOULD GO" : "GONE", .right)])
    for row in report.rows { table.rows.append([row.table, NumberText.grouped(row.rows)]) }
    table.rows.append(["bodies in the raw store", NumberText.grouped(report.orphanedBodies.count)])
    table.rows.append(["folders of reports", NumberText.grouped(report.reportFolders.count)])
    try Output.print(table.text(width: Output.width))
  }

  private func look(_ workspace: Workspace, _ rules: RetentionRules) async throws -> PruneReport {
    let warehouse = try workspace.reading()
    let date = try await logicalDate(warehouse)
    return try await warehouse.read { try $0.prunable(by: rules, at: date) }
  }

  private func prune(_ workspace: Workspace, _ rules: RetentionRules) async throws -> PruneReport {
    // Nothing to prune where nothing was stored; this says so, and makes no file.
    _ = try workspace.reading()
    let lock = try RunLock(at: workspace.lockFile, purpose: "prune")
    let warehouse = try workspace.writing(lock: lock)
    // Folders that a killed one had begun to delete.
    AtomicFile.removeLeftovers(below: workspace.reports, except: workspace.isSandbox ? [] : ["sandbox"])
    let date = try await logicalDate(warehouse)
    return try await Pruning(
      warehouse, rawStore: workspace.rawStore, place: try workspace.reportPlace(), rules: rules, mayDeleteMuch: yes
    ).run(at: date)
  }

  /// A clock that runs ahead must not delete everything: without `--date`, ages count back from the last run at the latest.
  private func logicalDate(_ warehouse: Warehouse) async throws -> Instant {
    if let date {
      guard let instant = Instant(iso8601: date) else { throw Failure(.usage, "--date is `\(date)`; write a day such as 2026-01-15") }
      return instant
    }
    let last = try await warehouse.read { try $0.runs(of: nil, limit: 1).first?.logicalDate }
    return min(SystemTime().now(), last ?? SystemTime().now())
  }

  private struct Document: Encodable {
    let schema = "jobs.prune/1"
    let dryRun: Bool
    let rows: [Rows]
    let responses: Int
    let reports: [String]

    struct Rows: Encodable {
      let table: String
      let rows: Int
    }
  }
}
