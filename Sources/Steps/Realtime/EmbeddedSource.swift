public import Mirroring
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

  public init(_ file: TreeFile) {
    tree = EmbeddedTree(file)
  }

  public var place: String { "the embedded realtime database" }

  public func put(rules: String) async throws { try await tree.write { try $0.setRules(rules) } }

  /// Those that let nobody in when none were set.
  public func rules() async throws -> String { try await tree.read { try $0.rules() } ?? SecurityRules.closed.text }
}
