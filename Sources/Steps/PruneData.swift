public import JobGraph
public import Running
public import Storage
import Scheduling

/// `data.prune`: forgets on time.
public struct PruneData: StepOperation {
  private let warehouse: Warehouse
  private let rawStore: RawStore
  private let rules: RetentionRules

  public init(_ warehouse: Warehouse, rawStore: RawStore, rules: RetentionRules) {
    (self.warehouse, self.rawStore, self.rules) = (warehouse, rawStore, rules)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (rules, logicalDate) = (rules, context.logicalDate)
    // Bodies go before the transaction that forgets their names: a crash in between leaves names whose bodies are gone, which a
    // second run forgets; the other way round it would leave bodies that nothing names.
    let doomed = try await warehouse.read { try $0.prunable(by: rules, at: logicalDate).orphanedBodies }
    for hash in doomed { rawStore.remove(hash) }
    return try await context.commit(in: warehouse) { transaction in
      let report = try transaction.prune(by: rules, at: logicalDate)
      return TaskOutcome(
        note: report.total == 0 ? "nothing to forget" : "\(report.total) rows, \(doomed.count) responses",
        counts: [.init("rows", report.total), .init("responses", doomed.count)])
    }
  }
}
