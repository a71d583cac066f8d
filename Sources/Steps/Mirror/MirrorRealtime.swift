public import JobGraph
public import Mirroring
public import Running
public import Scheduling
public import Storage

/// `realtime.push` into a database elsewhere.
public struct MirrorRealtime: StepOperation {
  private let warehouse: Warehouse
  private let sink: any RemoteSink
  private let places: MirroredPlaces
  private let time: any TimeSource

  /// - Parameters:
  ///   - rules: the mapping of realtime.yaml.
  ///   - time: the computer's clock: a database elsewhere lives by no other.
  /// - Throws: ``JobGraph/TaskFailure`` when the rules are no mapping.
  public init(_ warehouse: Warehouse, to sink: any RemoteSink, rules: JobValue?, time: any TimeSource) throws {
    (self.warehouse, self.sink, self.time) = (warehouse, sink, time)
    places = try PushRealtime.places(rules)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    var sink = sink
    // The sandbox's clock is another one; what is left of the step's time is the same.
    sink.latest = context.latest.map { time.now() + ($0 - context.time.now()) }
    let mirror = RemoteMirror(warehouse, to: sink, places: places, time: time)
    let outcome = try await mirror.push(night: context.logicalDate)
    for refusal in outcome.refusals { context.note(.warning, "not told, because no database takes it: \(refusal)") }
    if outcome.refused > outcome.refusals.count {
      context.note(.warning, "\(outcome.refused - outcome.refusals.count) more changes were not told, for such reasons")
    }
    return try await context.commit(in: warehouse) { _ in outcome.taskOutcome }
  }
}

/// `realtime.push` of a run without network: what a database elsewhere must be told waits for the next one.
public struct HoldRealtime: StepOperation {
  private let warehouse: Warehouse

  public init(_ warehouse: Warehouse) {
    self.warehouse = warehouse
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let waiting = try await warehouse.read { try $0.outboxPaths().values.reduce(0, +) }
    return try await context.commit(in: warehouse) { _ in
      TaskOutcome(note: "offline: \(waiting) changes wait for the next run", counts: [.init("waiting", waiting)])
    }
  }
}

extension RemoteMirror.Outcome {
  /// What the run remembers of it.
  public var taskOutcome: TaskOutcome {
    let left = refused == 0 ? "" : ", \(refused) refused"
    return TaskOutcome(
      note: "\(paths) paths in \(requests) requests\(left)",
      counts: [.init("paths", paths), .init("writes", writes), .init("requests", requests), .init("refused", refused)])
  }
}
