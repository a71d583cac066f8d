import JobGraph
public import Scheduling
public import Storage

/// Forgetting on time: rows, bodies, and folders of reports.
public struct Pruning: Sendable {
  let warehouse: Warehouse
  let rawStore: RawStore
  let place: ReportPlace
  let rules: RetentionRules
  /// Whether somebody has said that even a large part of all candles may go.
  let mayDeleteMuch: Bool

  /// The share of all candles that goes without a question.
  static let shareMax = 0.2
  /// Below this many a share tells nothing.
  static let candlesMin = 10_000

  public init(_ warehouse: Warehouse, rawStore: RawStore, place: ReportPlace, rules: RetentionRules, mayDeleteMuch: Bool = false) {
    (self.warehouse, self.rawStore, self.place, self.rules) = (warehouse, rawStore, place, rules)
    self.mayDeleteMuch = mayDeleteMuch
  }

  /// Deletes what is older than the rules keep, counted back from a logical date.
  public func run(at logicalDate: Instant) async throws -> PruneReport {
    let rules = rules
    try await removeFiles(at: logicalDate)
    return try await warehouse.write { try $0.prune(by: rules, at: logicalDate) }
  }

  /// Why pruning would stop and ask a person first; nil when it would not.
  /// - Parameter all: the number of candles that are stored.
  public static func doubt(about report: PruneReport, ofAll all: Int) -> String? {
    let candles = report.rows.filter { $0.table.hasPrefix("candles") }.reduce(0) { $0 + $1.rows }
    guard all >= candlesMin, Double(candles) > Double(all) * shareMax else { return nil }
    return "\(candles) of \(all) candles would be deleted, which a wrong date or a short retention may ask for by mistake"
  }

  /// Files go before the transaction that forgets their names: a crash in between leaves names whose files are gone, which a second
  /// run forgets; the other way round it would leave files that nothing names.
  func removeFiles(at logicalDate: Instant) async throws {
    let rules = rules
    let (doomed, all) = try await warehouse.read { (try $0.prunable(by: rules, at: logicalDate), try $0.count(of: .candles)) }
    if !mayDeleteMuch, let doubt = Pruning.doubt(about: doomed, ofAll: all) {
      throw TaskFailure(
        .permanent, "\(doubt); nothing was deleted; look with `jobs prune --dry-run`, and delete with `jobs prune --yes`")
    }
    for hash in doomed.orphanedBodies { try rawStore.remove(hash) }
    for folder in doomed.reportFolders { try AtomicFile.removeFolder("\(place.root)/\(folder)") }
    // Gone for good, also after a power cut, before their names are forgotten.
    if !doomed.orphanedBodies.isEmpty { try AtomicFile.syncContents(of: rawStore.folder) }
    if !doomed.reportFolders.isEmpty { try AtomicFile.syncContents(of: place.root) }
  }
}
