import Foundation
public import Scheduling
public import Storage

/// Forgetting on time: rows, bodies, and folders of reports.
public struct Pruning: Sendable {
  let warehouse: Warehouse
  let rawStore: RawStore
  let place: ReportPlace
  let rules: RetentionRules

  public init(_ warehouse: Warehouse, rawStore: RawStore, place: ReportPlace, rules: RetentionRules) {
    (self.warehouse, self.rawStore, self.place, self.rules) = (warehouse, rawStore, place, rules)
  }

  /// Deletes what is older than the rules keep, counted back from a logical date.
  public func run(at logicalDate: Instant) async throws -> PruneReport {
    let rules = rules
    try await removeFiles(at: logicalDate)
    return try await warehouse.write { try $0.prune(by: rules, at: logicalDate) }
  }

  /// Files go before the transaction that forgets their names: a crash in between leaves names whose files are gone, which a second
  /// run forgets; the other way round it would leave files that nothing names.
  func removeFiles(at logicalDate: Instant) async throws {
    let rules = rules
    let doomed = try await warehouse.read { try $0.prunable(by: rules, at: logicalDate) }
    for hash in doomed.orphanedBodies { rawStore.remove(hash) }
    for folder in doomed.reportFolders where FileManager.default.fileExists(atPath: "\(place.root)/\(folder)") {
      try FileManager.default.removeItem(atPath: "\(place.root)/\(folder)")
    }
  }
}
