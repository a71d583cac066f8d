public import JobGraph
public import Mirroring
public import Running
import Scheduling
public import Storage

/// `realtime.push`: tells the realtime database what changed, in order, all or nothing for a reader.
public struct PushRealtime: StepOperation {
  private let warehouse: Warehouse
  private let sink: any RealtimeSink
  /// The tops of the trees that the mirror is told of; other changes are forgotten.
  private let parts: Set<String>

  /// Changes that are told in one step.
  private static let batchMax = 100_000

  /// - Parameter rules: the mapping of realtime.yaml.
  /// - Throws: ``JobGraph/TaskFailure`` when it is none.
  public init(_ warehouse: Warehouse, to sink: any RealtimeSink, rules: JobValue?) throws {
    guard case .map = rules else { throw TaskFailure(.permanent, "`rules` is no mapping; give `$config.realtime`") }
    (self.warehouse, self.sink) = (warehouse, sink)
    parts = Set(Parameters([.init("mirror", rules?["mirror"] ?? .list(PushRealtime.all))]).texts("mirror"))
  }

  private static let all = ["quotes", "signals", "reports", "alerts"].map { JobValue.string($0) }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let entries = try await warehouse.read { try $0.outbox(limit: PushRealtime.batchMax) }
    let changes = try entries.map { entry in
      guard let path = RealtimePath(escaped: entry.path) else {
        throw TaskFailure(.bug, "the outbox holds the path \(entry.path.debugDescription), which no path writes")
      }
      return RealtimeChange(path: path, value: entry.value)
    }
    let told = Outbox.coalesced(changes.filter { parts.contains($0.path.keys[0]) })
    if !told.isEmpty { try await sink.apply(told) }
    let last = entries.last?.sequence
    return try await context.commit(in: warehouse) { transaction in
      // Killed between the sink and here, the next run tells the same changes again, which leaves the same tree.
      if let last { try transaction.acknowledge(through: last) }
      return TaskOutcome(note: "\(told.count) paths", counts: [.init("paths", told.count)])
    }
  }
}

/// The embedded tree is a table of the warehouse.
public struct WarehouseTree: TreeStorage {
  private let warehouse: Warehouse

  public init(_ warehouse: Warehouse) {
    self.warehouse = warehouse
  }

  public func replace(_ values: [(path: String, value: String?)]) async throws {
    try await warehouse.write { try $0.applyToTree(values) }
  }
}
