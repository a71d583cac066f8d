import Foundation
public import JobGraph
public import Running
import Scheduling
public import Storage

/// `data.prune`: forgets on time.
public struct PruneData: StepOperation {
  private let warehouse: Warehouse
  private let rawStore: RawStore
  private let place: ReportPlace
  private let rules: RetentionRules

  public init(_ warehouse: Warehouse, rawStore: RawStore, place: ReportPlace, rules: RetentionRules) {
    (self.warehouse, self.rawStore, self.place, self.rules) = (warehouse, rawStore, place, rules)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (rules, logicalDate) = (rules, context.logicalDate)
    // Bodies go before the transaction that forgets their names: a crash in between leaves names whose bodies are gone, which a
    // second run forgets; the other way round it would leave bodies that nothing names.
    let doomed = try await warehouse.read { try $0.prunable(by: rules, at: logicalDate) }
    for hash in doomed.orphanedBodies { rawStore.remove(hash) }
    for folder in doomed.reportFolders where FileManager.default.fileExists(atPath: "\(place.root)/\(folder)") {
      try FileManager.default.removeItem(atPath: "\(place.root)/\(folder)")
    }
    return try await context.commit(in: warehouse) { transaction in
      let report = try transaction.prune(by: rules, at: logicalDate)
      return TaskOutcome(
        note: report.total == 0 ? "nothing to forget" : "\(report.total) rows, \(doomed.orphanedBodies.count) responses",
        counts: [.init("rows", report.total), .init("responses", doomed.orphanedBodies.count)])
    }
  }
}
