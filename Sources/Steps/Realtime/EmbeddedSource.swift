public import Mirroring
public import Scheduling
public import Storage

/// The embedded realtime database, read beside whatever writes the warehouse.
public struct EmbeddedSource: RealtimeReading {
  private let warehouse: Warehouse

  public init(_ warehouse: Warehouse) {
    self.warehouse = warehouse
  }

  public var place: String { "the embedded realtime database" }

  public func value(at path: [String]) async throws -> RealtimeValue {
    try await warehouse.read { try TreeRows(reader: $0).value(at: path) }
  }
}

/// The security rules of the embedded realtime database, which `jobs realtime serve` enforces.
public struct EmbeddedRules: RulesDeployment {
  private let tree: EmbeddedTree
  private let who: String
  private let now: Instant

  /// - Parameters:
  ///   - who: for the audit log.
  ///   - now: by the computer's clock.
  public init(_ file: TreeFile, by who: String, at now: Instant) {
    (tree, self.who, self.now) = (EmbeddedTree(file), who, now)
  }

  public var place: String { "the embedded realtime database" }

  public func put(rules: String) async throws {
    let (who, now) = (who, Double(now.milliseconds))
    try await tree.write { try $0.replaceRules(with: rules, by: who, at: now) }
  }

  /// Those that let nobody in when none were set.
  public func rules() async throws -> String { try await tree.read { try $0.rules() } ?? SecurityRules.closed.text }
}
