public import JobGraph
public import Mirroring
public import Running
import Scheduling
public import Storage

/// `realtime.push`: tells the realtime database what changed, in order, all or nothing for a reader.
public struct PushRealtime: StepOperation {
  private let warehouse: Warehouse
  private let sink: any RealtimeSink
  /// What the mirror is told of; other changes are forgotten.
  private let places: MirroredPlaces

  /// Changes that are told in one step.
  private static let batchMax = 100_000

  /// - Parameter rules: the mapping of realtime.yaml.
  /// - Throws: ``JobGraph/TaskFailure`` when it is none.
  public init(_ warehouse: Warehouse, to sink: any RealtimeSink, rules: JobValue?) throws {
    (self.warehouse, self.sink) = (warehouse, sink)
    places = try PushRealtime.places(rules)
  }

  /// Where the parts that realtime.yaml names begin: the first keys of their places.
  public static func places(_ rules: JobValue?) throws -> MirroredPlaces {
    guard case .map = rules else { throw TaskFailure(.permanent, "`rules` is no mapping; give `$config.realtime`") }
    let projection = rules?["projection"]
    let tops = Parameters([.init("mirror", rules?["mirror"] ?? .list(all))]).texts("mirror").compactMap { part in
      guard case .string(let place)? = projection?[part] else { return part }
      return place.split(separator: "/").first.map(String.init)
    }
    return MirroredPlaces(tops: Set(tops))
  }

  private static let all = ProjectedPart.allCases.map { JobValue.string($0.rawValue) }

  /// Tells everything that waits, without a run.
  /// - Returns: how many paths were told, and how many changes were of other parts.
  public static func drain(
    _ warehouse: Warehouse, to sink: any RealtimeSink, places: MirroredPlaces
  ) async throws -> (told: Int, forgotten: Int) {
    var (told, forgotten) = (0, 0)
    while true {
      let entries = try await warehouse.read { try $0.outbox(limit: batchMax) }
      guard let last = entries.last?.sequence else { return (told, forgotten) }
      let changes = try changes(entries)
      let wanted = changes.filter { places.contains($0.path) }
      let batch = Outbox.coalesced(wanted)
      if !batch.isEmpty { try await sink.apply(batch) }
      try await warehouse.write { try $0.acknowledge(through: last) }
      told += batch.count
      forgotten += changes.count - wanted.count
    }
  }

  private static func changes(_ entries: [OutboxEntry]) throws -> [RealtimeChange] {
    try entries.map { entry in
      guard let path = RealtimePath(escaped: entry.path) else {
        throw TaskFailure(.bug, "the outbox holds the path \(entry.path.debugDescription), which no path writes")
      }
      return RealtimeChange(path: path, value: entry.value)
    }
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let entries = try await warehouse.read { try $0.outbox(limit: PushRealtime.batchMax) }
    let changes = try PushRealtime.changes(entries)
    let told = Outbox.coalesced(changes.filter { places.contains($0.path) })
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
    let merges = try RealtimeWrite.merges(values)
    try await warehouse.write { transaction in
      let rows = TreeRowsInTransaction(transaction: transaction)
      for merge in merges { try rows.apply(merge) }
    }
  }
}
