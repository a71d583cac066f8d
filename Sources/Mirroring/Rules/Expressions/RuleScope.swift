/// What a rule can see.
struct RuleScope {
  let auth: RealtimeValue
  let now: Double
  let root: RuleSnapshot
  /// Only of reads.
  let query: RulesQuery?
  private(set) var data: RuleSnapshot
  /// Only of writes.
  private(set) var newData: RuleSnapshot?
  private(set) var captures: [String] = []

  init(auth: RealtimeValue, now: Double, root: RuleSnapshot, query: RulesQuery?) {
    (self.auth, self.now, self.root, self.query, data) = (auth, now, root, query, root)
  }

  func at(_ step: RulesWalk) -> RuleScope {
    var scope = self
    (scope.data, scope.newData, scope.captures) = (step.data, step.newData, step.captures)
    return scope
  }
}

/// A place in a tree: the value there, and the way back up. Nothing is copied.
final class RuleSnapshot: Sendable {
  let value: RealtimeValue
  let parent: RuleSnapshot?
  private let depth: Int

  /// Deeper than the database can be; a path that a rule makes of data may not be longer.
  static let depthMax = 64

  init(_ value: RealtimeValue) {
    (self.value, parent, depth) = (value, nil, 0)
  }

  private init(_ value: RealtimeValue, below parent: RuleSnapshot) {
    (self.value, self.parent, depth) = (value, parent, parent.depth + 1)
  }

  func child(_ key: String) -> RuleSnapshot { RuleSnapshot(value[key], below: self) }

  /// - Parameter path: keys with `/` between them; empty ones do not count.
  /// - Returns: nil when it is deeper than any tree.
  func descendant(_ path: String) -> RuleSnapshot? {
    var place = self
    for key in path.split(separator: "/", maxSplits: RuleSnapshot.depthMax) {
      guard place.depth < RuleSnapshot.depthMax else { return nil }
      place = place.child(String(key))
    }
    return place
  }
}
