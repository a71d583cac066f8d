/// Where the embedded tree is kept, as rows: see ``TreeLeaves``.
public protocol TreeStore: Sendable {
  /// Reads one consistent state.
  func read<R: Sendable>(_ body: @escaping @Sendable (any TreeReading) throws -> R) async throws -> R

  /// Changes the tree in one transaction that is durable when this returns: all of it, or nothing when `body` throws.
  ///
  /// `body` may run twice, and must touch nothing but the tree.
  func write<R: Sendable>(_ body: @escaping @Sendable (any TreeWriting) throws -> R) async throws -> R

  /// A number that differs when anyone, in whichever process, has changed something since. Cheap: it is asked many times a second.
  func version() async throws -> Int64
}

/// One consistent state of the tree.
public protocol TreeReading {
  /// Tells the leaves at a stored path and below it, in the order of their paths; the root's path is empty.
  func leaves(below path: String, _ body: (_ path: String, _ value: String) throws -> Void) throws

  /// The first leaf at a stored path or behind it in the order of paths, above `end` (nil: no end).
  func firstLeaf(from path: String, to end: String?) throws -> (path: String, value: String)?

  /// The value of the leaf at exactly this stored path.
  func leaf(at path: String) throws -> String?

  /// The number of the newest change; 0 before the first.
  func newestChange() throws -> Int64

  /// The changes after a number, oldest first.
  func changes(after sequence: Int64, limit: Int) throws -> [TreeChange]

  /// The text of the security rules; nil before they were set.
  func rules() throws -> String?
}

/// A transaction that changes the tree.
public protocol TreeWriting: TreeReading {
  /// Forgets the leaf at exactly this stored path.
  func deleteLeaf(at path: String) throws
  /// Forgets the leaves at a stored path and below it.
  func deleteLeaves(below path: String) throws
  func insertLeaf(at path: String, value: String) throws
  /// Notes a change for those who listen in other processes. Only the newest ones are kept.
  func note(path: String, value: String?, isPatch: Bool) throws
  func setRules(_ text: String) throws
  /// Keeps a deed in the audit log.
  /// - Parameter now: milliseconds since 1970.
  func keep(_ deed: TreeDeed, at now: Double) throws
}

/// A change of the tree, as those who listen are told.
public struct TreeChange: Sendable, Hashable {
  /// Ascending by one; the number of the first that is kept tells whether some were missed.
  public let sequence: Int64
  /// Stored, of the place that was written.
  public let path: String
  /// JSON: what was put there, or what was merged by path; nil when it was too long to be kept: the tree has it.
  public let value: String?
  public let isPatch: Bool

  public init(sequence: Int64, path: String, value: String?, isPatch: Bool) {
    (self.sequence, self.path, self.value, self.isPatch) = (sequence, path, value, isPatch)
  }

  /// A value that is longer than this is not kept with its change.
  public static let bytesMax = 128 << 10
  /// So many changes are kept.
  public static let keptMax: Int64 = 1024
}
