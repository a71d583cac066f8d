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
  let budget = RuleBudget()

  init(auth: RealtimeValue, now: Double, root: RuleSnapshot, query: RulesQuery?) {
    (self.auth, self.now, self.root, self.query, data) = (auth, now, root, query, root)
  }

  func at(_ step: RulesWalk) -> RuleScope {
    var scope = self
    (scope.data, scope.newData, scope.captures) = (step.data, step.newData, step.captures)
    return scope
  }
}

/// A place in a tree: the value there, and the way back up. Nothing is copied, and nothing is read that no rule asks for.
final class RuleSnapshot: Sendable {
  let parent: RuleSnapshot?
  private let depth: Int
  let path: [String]
  private let source: RuleData
  private let loaded = LoadedValue()

  /// Deeper than the database can be; a path that a rule makes of data may not be longer.
  static let depthMax = 64

  /// The root of a tree.
  init(_ source: RuleData) {
    (self.source, parent, depth, path) = (source, nil, 0, [])
  }

  private init(_ key: String, below parent: RuleSnapshot) {
    (source, self.parent, depth, path) = (parent.source, parent, parent.depth + 1, parent.path + [key])
    if let value = parent.loaded.value { loaded.value = value[key] }
  }

  /// Read when it is asked for the first time; null when it cannot be read, which the source remembers.
  var value: RealtimeValue {
    if let value = loaded.value { return value }
    let value = source.value(at: path)
    loaded.value = value
    return value
  }

  /// Without reading what is there when its source can tell.
  var exists: Bool { loaded.value.map { !$0.isNull } ?? source.exists(at: path) }

  func child(_ key: String) -> RuleSnapshot { RuleSnapshot(key, below: self) }

  /// - Parameter path: keys with `/` between them; empty ones do not count.
  /// - Returns: nil when it is deeper than any tree.
  func descendant(_ path: String) -> RuleSnapshot? {
    var place = self
    for key in RealtimeKey.keys(of: path) {
      guard place.depth < RuleSnapshot.depthMax else { return nil }
      place = place.child(key)
    }
    return place
  }
}

/// The work of all evaluations for one verdict.
final class RuleBudget: Sendable {
  nonisolated(unsafe) var work = 0

  /// Ten times what one rule may make: whoever writes many places asks many rules.
  static let workMax = 10 * RuleEvaluation.workMax
}

/// One verdict is found by one thread.
private final class LoadedValue: Sendable {
  nonisolated(unsafe) var value: RealtimeValue?
}
