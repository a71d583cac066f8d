public import JobGraph
public import Running
import Scheduling
import Storage

/// `data.prune`: forgets on time.
public struct PruneData: StepOperation {
  private let pruning: Pruning

  public init(_ pruning: Pruning) {
    self.pruning = pruning
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (rules, logicalDate) = (pruning.rules, context.logicalDate)
    try await pruning.removeFiles(at: logicalDate)
    let report = try await pruning.warehouse.prune(by: rules, at: logicalDate)
    return try await context.commit(in: pruning.warehouse) { _ in
      TaskOutcome(
        note: report.total == 0 ? "nothing to forget" : "\(report.total) rows, \(report.orphanedBodies.count) responses",
        counts: [.init("rows", report.total), .init("responses", report.orphanedBodies.count)])
    }
  }
}
