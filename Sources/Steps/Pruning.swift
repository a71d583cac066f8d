import JobGraph
public import Scheduling
public import Storage

/// Forgetting on time: rows, bodies, and folders of reports.
public struct Pruning: Sendable {
  let warehouse: Warehouse
  let rawStore: RawStore
  let place: ReportPlace
  let rules: RetentionRules
  /// Whether somebody has said that even a large part of a table may go.
  let mayDeleteMuch: Bool

  /// The share of a table that goes without a question.
  static let shareMax = 0.2
  /// Below this many rows of a table a share tells nothing, as long as the clock can be believed.
  static let candlesMin = 10_000
  static let rowsMin = 1000
  /// A logical date that lies further behind the run before it may come from a clock that is ahead.
  static let leapMax = 35

  public init(_ warehouse: Warehouse, rawStore: RawStore, place: ReportPlace, rules: RetentionRules, mayDeleteMuch: Bool = false) {
    (self.warehouse, self.rawStore, self.place, self.rules) = (warehouse, rawStore, place, rules)
    self.mayDeleteMuch = mayDeleteMuch
  }

  /// Deletes what is older than the rules keep, counted back from a logical date.
  public func run(at logicalDate: Instant) async throws -> PruneReport {
    try await removeFiles(at: logicalDate)
    return try await warehouse.prune(by: rules, at: logicalDate)
  }

  /// Why pruning would stop and ask a person first; nil when it would not.
  public static func doubt(about report: PruneReport) -> String? {
    let isLeap = report.daysSinceLastRun.map { $0 > leapMax } ?? false
    let candles = report.rows.filter { $0.table.hasPrefix("candles ") }
    var tables = report.rows.filter { !$0.table.hasPrefix("candles ") }
    if let all = candles.first?.all {
      tables.insert(PruneReport.Deleted(table: "candles", rows: candles.reduce(0) { $0 + $1.rows }, all: all), at: 0)
    }
    let large = tables.first { table in
      let minimum = isLeap ? 1 : table.table == "candles" ? candlesMin : rowsMin
      return table.all >= minimum && Double(table.rows) > Double(table.all) * shareMax
    }
    guard let large else { return nil }
    let name = large.table == "candles" ? "candles" : "rows of \(large.table)"
    let days = report.daysSinceLastRun ?? 0
    let reason =
      isLeap
      ? "and the run before is \(days) days older: is the clock right?" : "which a wrong date or a short retention may ask for by mistake"
    return "\(large.rows) of \(large.all) \(name) would be deleted, \(reason)"
  }

  /// Files go before the transaction that forgets their names: a crash in between leaves names whose files are gone, which a second
  /// run forgets; the other way round it would leave files that nothing names.
  func removeFiles(at logicalDate: Instant) async throws {
    let rules = rules
    let doomed = try await warehouse.read { try $0.prunable(by: rules, at: logicalDate) }
    if !mayDeleteMuch, let doubt = Pruning.doubt(about: doomed) {
      throw TaskFailure(
        .permanent, "\(doubt); nothing was deleted; look with `jobs prune --dry-run`, and delete with `jobs prune --yes`")
    }
    for hash in doomed.orphanedBodies { try rawStore.remove(hash) }
    for folder in doomed.reportFolders { try AtomicFile.removeFolder("\(place.root)/\(folder)") }
    if let age = rules.tables[.rawResponses]?.age { _ = try ResponseJournal(folder: rawStore.folder).prune(before: logicalDate - age) }
    // Gone for good, also after a power cut, before their names are forgotten.
    if !doomed.orphanedBodies.isEmpty { try AtomicFile.syncContents(of: rawStore.folder) }
    if !doomed.reportFolders.isEmpty { try AtomicFile.syncContents(of: place.root) }
  }
}
