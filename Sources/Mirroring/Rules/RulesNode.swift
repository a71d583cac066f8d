/// The rules of one level: of a key, or of all keys that have none of their own.
final class RulesNode: Sendable {
  /// `/users/$uid`
  let place: String
  let read: Rule?
  let write: Rule?
  let validate: Rule?
  let indexOn: [RulesIndex]
  let children: [String: RulesNode]
  /// The rules of `$name`.
  let capture: RulesNode?
  /// Somewhere here or below stands a `.validate`.
  let validates: Bool

  init(
    place: String = "/", read: Rule? = nil, write: Rule? = nil, validate: Rule? = nil, indexOn: [RulesIndex] = [],
    children: [String: RulesNode] = [:], capture: RulesNode? = nil
  ) {
    (self.place, self.read, self.write, self.validate, self.indexOn) = (place, read, write, validate, indexOn)
    (self.children, self.capture) = (children, capture)
    validates = validate != nil || capture?.validates == true || children.values.contains(where: \.validates)
  }
}

/// A condition: its text, and what it means.
struct Rule: Sendable {
  let text: String
  let expression: RuleExpression

  enum Outcome: Equatable {
    case holds, isFalse
    case failed(String)

    var failure: String? {
      if case .failed(let text) = self { text } else { nil }
    }
  }

  func outcome(in scope: RuleScope) -> Outcome {
    var evaluation = RuleEvaluation(scope)
    do {
      return try evaluation.isTrue(expression) ? .holds : .isFalse
    } catch {
      return .failed(error.description)
    }
  }
}

/// A place in the rules and the same place in the data, on the way down a path.
struct RulesWalk {
  private(set) var node: RulesNode
  private(set) var data: RuleSnapshot
  private(set) var newData: RuleSnapshot?
  /// The keys that `$name`s stand for, from the top.
  private(set) var captures: [String] = []

  init(_ node: RulesNode, data: RuleSnapshot, newData: RuleSnapshot?) {
    (self.node, self.data, self.newData) = (node, data, newData)
  }

  /// - Returns: false, and nothing is changed, when no rule says anything about the key.
  mutating func descend(to key: String) -> Bool {
    if let child = node.children[exactly: key] {
      node = child
    } else if let child = node.capture {
      node = child
      captures.append(key)
    } else {
      return false
    }
    data = data.child(key)
    newData = newData?.child(key)
    return true
  }

  /// Whether it is at a path, byte by byte.
  func isAt(_ path: ArraySlice<String>) -> Bool {
    data.path.count == path.count && zip(data.path, path).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
  }

  /// What the `.validate` of this level finds wrong.
  func defect(_ scope: RuleScope, path: [String]) -> RulesRefusal? {
    guard let rule = node.validate, let newData, newData.exists else { return nil }
    let outcome = rule.outcome(in: scope.at(self))
    guard outcome != .holds else { return nil }
    return RulesRefusal(path: path, kind: .validate, place: node.place, rule: rule.text, failure: outcome.failure)
  }

  /// What the rules below this level find wrong with the new value; of several defects that of the first key. No deeper than the rules.
  func defectBelow(_ scope: RuleScope, path: [String]) -> RulesRefusal? {
    guard node.validates, let newData, case .object(let children) = newData.value else { return nil }
    let keys = node.capture?.validates == true ? Array(children.keys) : node.children.keys.filter { children[$0] != nil }
    // The least key of those that are refused, so that the same write always names the same one. Nothing is asked twice.
    var least: (key: String, refusal: RulesRefusal)?
    for key in keys {
      if let least, least.key < key { continue }
      var step = self
      guard step.descend(to: key), step.node.validates else { continue }
      let below = path + [key]
      if let refusal = step.defect(scope, path: below) ?? step.defectBelow(scope, path: below) { least = (key, refusal) }
    }
    return least?.refusal
  }
}
