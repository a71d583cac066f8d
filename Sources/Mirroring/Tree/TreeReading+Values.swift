extension TreeReading {
  /// The value at a path.
  ///
  /// - Parameter withPriorities: as `format=export` shows it.
  /// - Throws: ``TreeSizeError`` when it is too large for one answer.
  /// - Complexity: O(*n*) in the size of the value, however large the tree is around it.
  public func value(at path: [String], withPriorities: Bool = false) throws -> RealtimeValue {
    var assembly = try assembly(at: path, withPriorities: withPriorities)
    return assembly.finish()
  }

  /// What a query finds at a path.
  public func result(of query: RealtimeQuery, at path: [String]) throws -> RealtimeValue {
    var assembly = try assembly(at: path, withPriorities: false)
    let value = assembly.finish()
    return query.result(of: value, priorities: assembly.priorities)
  }

  private func assembly(at path: [String], withPriorities: Bool) throws -> TreeAssembly {
    let stored = TreeLeaves.stored(path)
    var assembly = TreeAssembly(at: stored, withPriorities: withPriorities)
    var size = 0
    try leaves(below: stored) { leaf, value in
      // What is printed of a leaf: its last key and its value.
      size += value.utf8.count + 16
      guard size <= TreeSizeError.bytesMax else { throw TreeSizeError() }
      try assembly.add(path: leaf, value: value)
    }
    return assembly
  }

  /// The children as `true`, without looking below them; a leaf is itself.
  /// - Complexity: O(children), each found by its key.
  public func shallow(at path: [String]) throws -> RealtimeValue {
    let stored = TreeLeaves.stored(path)
    if let leaf = try leaf(at: stored) { return try RealtimeJSON.value(of: Array(leaf.utf8)) }
    var children: [String: RealtimeValue] = [:]
    try eachChild(of: stored) { children[$0] = .bool(true) }
    return .node(children)
  }

  /// Whether anything is at a path or below it.
  public func exists(at path: [String]) throws -> Bool {
    let stored = TreeLeaves.stored(path)
    return try firstLeaf(from: stored, to: TreeLeaves.end(of: stored)) != nil
  }

  private func eachChild(of stored: String, _ body: (String) -> Void) throws {
    let begin = stored.isEmpty ? "" : stored + "\u{1}"
    let end = TreeLeaves.end(of: stored)
    var position = begin
    while let (path, _) = try firstLeaf(from: position, to: end) {
      let rest = path.utf8.dropFirst(begin.utf8.count)
      let key = String(Substring(rest.prefix { $0 != 1 }))
      if key != TreeLeaves.priority { body(key) }
      position = begin + key + "\u{2}"
    }
  }
}

extension TreeLeaves {
  /// Behind the last leaf below a stored path; nil for the root, behind which nothing is.
  public static func end(of stored: String) -> String? { stored.isEmpty ? nil : stored + "\u{2}" }
}

/// A value that is too large for one answer.
public struct TreeSizeError: Error, Sendable, CustomStringConvertible {
  /// In bytes as it is printed, about.
  public static let bytesMax = 256 << 20

  public init() {}

  public var description: String { "Data requested exceeds the maximum size that can be accessed with a single request." }
}
