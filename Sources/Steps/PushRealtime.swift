public import JobGraph
public import Mirroring
public import Running
public import Storage

/// `realtime.push` into the tree that lives in the warehouse.
public struct PushRealtime: StepOperation {
  private let warehouse: Warehouse
  /// What the mirror is told of; other changes are forgotten.
  private let places: MirroredPlaces

  /// - Parameter rules: the mapping of realtime.yaml.
  /// - Throws: ``JobGraph/TaskFailure`` when it is none.
  public init(_ warehouse: Warehouse, rules: JobValue?) throws {
    self.warehouse = warehouse
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
  public static func drain(_ warehouse: Warehouse, places: MirroredPlaces) async throws -> RemoteMirror.Outcome {
    try await warehouse.write { try EmbeddedPush(places: places).run(in: $0) }
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let places = places
    return try await context.commit(in: warehouse) { transaction in
      let outcome = try EmbeddedPush(places: places).run(in: transaction)
      let left = outcome.refused == 0 ? "" : ", \(outcome.refused) refused: \(outcome.refusals.joined(separator: "; "))"
      return TaskOutcome(
        note: "\(outcome.paths) paths\(left)", counts: [.init("paths", outcome.paths), .init("refused", outcome.refused)])
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
