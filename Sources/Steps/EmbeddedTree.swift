public import Mirroring
public import Scheduling
public import Storage

/// The tree of a warehouse as the realtime database's rules need it: the two meet here, and know nothing of each other.
public struct EmbeddedTree: TreeStore {
  private let file: TreeFile

  public init(_ file: TreeFile) {
    self.file = file
  }

  public func read<R: Sendable>(_ body: @escaping @Sendable (any TreeReading) throws -> R) async throws -> R {
    try await file.read { try body(TreeRows(reader: $0)) }
  }

  public func write<R: Sendable>(_ body: @escaping @Sendable (any TreeWriting) throws -> R) async throws -> R {
    try await file.write { try body(TreeRowsInTransaction(transaction: $0)) }
  }

  public func version() async throws -> Int64 { try await file.version() }
}

/// One state of the table.
struct TreeRows: TreeReading {
  let reader: WarehouseReader

  func leaves(below path: String, _ body: (String, String) throws -> Void) throws { try reader.treeLeaves(below: path, body) }
  func firstLeaf(from path: String, to end: String?) throws -> (path: String, value: String)? {
    try reader.firstTreeLeaf(from: path, to: end)
  }
  func leaf(at path: String) throws -> String? { try reader.treeLeaf(at: path) }
  func newestChange() throws -> Int64 { try reader.newestTreeChange() }
  func changes(after sequence: Int64, limit: Int) throws -> [TreeChange] {
    try reader.treeChanges(after: sequence, limit: limit).map {
      TreeChange(sequence: $0.sequence, path: $0.path, value: $0.value, isPatch: $0.isPatch)
    }
  }
  func rules() throws -> String? { try reader.treeRules() }
}

extension AuditEntry {
  public init(_ deed: TreeDeed, at now: Instant) {
    self.init(
      at: now, who: deed.who, deed: deed.kind.rawValue, object: deed.object, before: deed.before, after: deed.after, note: deed.note)
  }
}

/// The table while it is changed.
struct TreeRowsInTransaction: TreeWriting {
  let transaction: WarehouseTransaction
  private var rows: TreeRows { TreeRows(reader: transaction.reader) }

  init(transaction: WarehouseTransaction) {
    self.transaction = transaction
  }

  func leaves(below path: String, _ body: (String, String) throws -> Void) throws { try rows.leaves(below: path, body) }
  func firstLeaf(from path: String, to end: String?) throws -> (path: String, value: String)? { try rows.firstLeaf(from: path, to: end) }
  func leaf(at path: String) throws -> String? { try rows.leaf(at: path) }
  func newestChange() throws -> Int64 { try rows.newestChange() }
  func changes(after sequence: Int64, limit: Int) throws -> [TreeChange] { try rows.changes(after: sequence, limit: limit) }
  func rules() throws -> String? { try rows.rules() }
  func deleteLeaf(at path: String) throws { try transaction.deleteTreeLeaf(at: path) }
  func deleteLeaves(below path: String) throws { try transaction.deleteTreeLeaves(below: path) }
  func insertLeaf(at path: String, value: String) throws { try transaction.insertTreeLeaf(at: path, value: value) }
  func note(path: String, value: String?, isPatch: Bool) throws {
    try transaction.noteTreeChange(path: path, value: value, isPatch: isPatch, kept: TreeChange.keptMax)
  }
  func setRules(_ text: String) throws { try transaction.setTreeRules(text) }
  func keep(_ deed: TreeDeed, at now: Double) throws {
    try transaction.audit(AuditEntry(deed, at: Instant(milliseconds: Int64(now))))
  }
}
