public import JobGraph
public import Running
import Scheduling
public import Storage

/// A step that tells the realtime database, which first queues what has a state rather than events: how the runs went, and the health.
///
/// Only what changed since it was last told is queued, with what the database was told kept beside it.
public struct TellStates: StepOperation {
  private let warehouse: Warehouse
  private let providers: [String]
  private let push: any StepOperation

  /// - Parameter providers: the names of those whose limits are kept.
  public init(_ warehouse: Warehouse, providers: [String], then push: any StepOperation) {
    (self.warehouse, self.providers, self.push) = (warehouse, providers, push)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (run, step, logicalDate, now) = (context.run, context.task.id.step, context.logicalDate, context.time.now())
    let job = context.job
    let (runs, health) = try await warehouse.read { [providers] reader in
      let isEnding = try reader.plan(of: run).step(step)?.isFinal ?? false
      // A night that is made again says nothing of this morning.
      let isOld = try reader.hasLaterRun(of: job, than: logicalDate)
      return (
        try reader.runStates(current: run, isEnding: isEnding),
        isOld ? nil : try ToldHealth(reader, logicalDate: logicalDate, now: now).states(providers: providers)
      )
    }
    try await warehouse.write { transaction in
      try transaction.tell("runs", runs, vanished: .stays, logicalDate: logicalDate)
      if let health { try transaction.tell("health", health, vanished: .isDeleted, logicalDate: logicalDate) }
    }
    return try await push.run(in: context)
  }
}
