/// The ways down to a set of changes. What is asked on the way to many of them is asked once.
struct RulesWays {
  private let scope: RuleScope
  private let start: Level
  /// Of what lies above the changes that were asked so far, by path.
  private var known: [ArraySlice<String>: Level] = [:]

  /// What the rules say to a write, from the top down to a place.
  private struct Level {
    var step: RulesWalk
    var isGranted = false
    var asked = Refusing(kind: .write)
    var invalid: RulesRefusal?

    mutating func ask(_ scope: RuleScope, path: ArraySlice<String>) {
      if !isGranted, let rule = step.node.write { isGranted = asked.grants(rule, of: step.node, scope.at(step)) }
      if invalid == nil { invalid = step.defect(scope, path: Array(path)) }
    }
  }

  init(_ scope: RuleScope, _ start: RulesWalk) {
    self.scope = scope
    var level = Level(step: start)
    level.ask(scope, path: [])
    self.start = level
  }

  mutating func refusal(ofWriting path: [String]) -> RulesRefusal? {
    var (level, depth) = (start, 0)
    while depth < path.count {
      let way = path[...depth]
      if depth < path.count - 1, let found = known[way], found.step.isAt(way) {
        level = found
      } else {
        guard level.step.descend(to: path[depth]) else { break }
        level.ask(scope, path: way)
        if depth < path.count - 1 { known[way] = level }
      }
      depth += 1
    }
    guard level.isGranted else { return level.asked.refusal(of: path) }
    return level.invalid ?? (depth == path.count ? level.step.defectBelow(scope, path: path) : nil)
  }
}

/// The rules that were asked in vain.
struct Refusing {
  let kind: RuleKind
  private var last: (place: String, rule: String, failure: String?)?

  init(kind: RuleKind) {
    self.kind = kind
  }

  mutating func grants(_ rule: Rule, of node: RulesNode, _ scope: RuleScope) -> Bool {
    let outcome = rule.outcome(in: scope)
    if outcome != .holds { last = (node.place, rule.text, outcome.failure) }
    return outcome == .holds
  }

  func refusal(of path: [String]) -> RulesRefusal {
    RulesRefusal(path: path, kind: kind, place: last?.place, rule: last?.rule, failure: last?.failure)
  }
}
