/// The security rules of a realtime database: who may read and write what, and what a value must be like.
///
/// - `.read` and `.write` grant for the whole tree below; nothing below takes a grant back. Nothing granted is denied.
/// - `.validate` is asked at the root, at every level down to what is written and at every level of it, wherever the new value is not
///   null; it does not pass down. A deletion is validated only by the rules of what stays above it.
/// - A rule that fails (a wrong type, a missing parent) is false as a whole.
/// - An admin is not asked anything.
///
/// Keys are compared as they stand in the database: a rule for the symbol `BRK.B` has the key `BRK%2EB`.
///
/// Source: Firebase, Realtime Database security rules; the outcome of expressions is that recorded from the real database by the
/// targaryen project.
public struct SecurityRules: Sendable {
  /// The text they were read from.
  public let text: String
  let root: RulesNode

  /// - Parameter text: JSON, comments allowed: `{"rules": {…}}`.
  /// - Throws: every mistake, with line and column.
  public init(reading text: String) throws(RulesMistakes) {
    self.text = text
    root = try RulesReader.read(text)
  }

  /// Nobody but an admin may do anything.
  public static let closed = SecurityRules(text: "{\n  \"rules\": {}\n}\n", root: RulesNode())

  private init(text: String, root: RulesNode) {
    (self.text, self.root) = (text, root)
  }

  /// - Parameters:
  ///   - path: keys as they stand in the database; empty for the root.
  ///   - now: milliseconds since 1970.
  ///   - root: the whole tree.
  public func allowsRead(
    path: [String], auth identity: RealtimeIdentity, now: Double, root tree: RealtimeValue, query: RulesQuery = .init()
  ) -> RulesVerdict {
    allowsRead(path: path, auth: identity, now: now, root: RuleData(tree), query: query)
  }

  /// As above, of a tree that is read as far as the rules ask.
  public func allowsRead(
    path: [String], auth identity: RealtimeIdentity, now: Double, root tree: RuleData, query: RulesQuery = .init()
  ) -> RulesVerdict {
    if identity == .admin { return .allowed }
    let path = SecurityRules.node(path)
    let top = RuleSnapshot(tree)
    var step = RulesWalk(root, data: top, newData: nil)
    var asked = Refusing(kind: .read)
    let scope = RuleScope(auth: identity.variable, now: now, root: top, query: query)
    for level in 0...path.count {
      if let rule = step.node.read, asked.grants(rule, of: step.node, scope.at(step)) { return .allowed }
      guard level < path.count, step.descend(to: path[level]) else { break }
    }
    return .denied(asked.refusal(of: path))
  }

  /// Whether a set of changes may be made together.
  ///
  /// - Parameters:
  ///   - changes: the paths that are written, keys as they stand in the database. None may lie below another.
  ///   - root: the tree before.
  ///   - newRoot: the tree after all the changes.
  /// - Complexity: linear in the sizes of what is written, times the size of the rules along each path.
  public func allowsWrite(
    changes paths: [[String]], auth identity: RealtimeIdentity, now: Double, root tree: RealtimeValue, newRoot: RealtimeValue
  ) -> RulesVerdict {
    allowsWrite(changes: paths, auth: identity, now: now, root: RuleData(tree), newRoot: RuleData(newRoot))
  }

  /// As above, of trees that are read as far as the rules ask.
  public func allowsWrite(
    changes paths: [[String]], auth identity: RealtimeIdentity, now: Double, root tree: RuleData, newRoot: RuleData
  ) -> RulesVerdict {
    if identity == .admin { return .allowed }
    let (before, after) = (RuleSnapshot(tree), RuleSnapshot(newRoot))
    let scope = RuleScope(auth: identity.variable, now: now, root: before, query: nil)
    var ways = RulesWays(scope, RulesWalk(root, data: before, newData: after))
    for path in paths {
      if let refusal = ways.refusal(ofWriting: SecurityRules.node(path)) { return .denied(refusal) }
    }
    return .allowed
  }

  /// What the children of a path may be ordered by, besides their keys.
  public func index(at path: [String]) -> [RulesIndex] {
    var step = RulesWalk(root, data: RuleSnapshot(RuleData(.null)), newData: nil)
    for key in path where !step.descend(to: key) { return [] }
    return step.node.indexOn
  }

  /// The node that a path is about: a priority is part of its node, and no child that a capture could stand for.
  private static func node(_ path: [String]) -> [String] { path.last == TreeLeaves.priority ? path.dropLast() : path }
}

/// What `.indexOn` names.
public enum RulesIndex: Sendable, Hashable, CustomStringConvertible {
  /// A child of each child, or a path below it: `profile/name`.
  case child(String)
  /// The children themselves: `.value`.
  case value

  public var description: String {
    switch self {
    case .child(let path): path
    case .value: ".value"
    }
  }
}
