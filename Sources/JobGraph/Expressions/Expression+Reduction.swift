import Scheduling

extension Expression {
  /// The expression with all that is known put in and computed. When everything is known, ``value`` is the result.
  ///
  /// Before the run begins, what has no value is an error. During a run (`isFinal`) nothing may fail: whole numbers stop at the ends of
  /// 64 bits, and days at those of the years 1 to 9999. What else could fail cannot depend on steps; the check sees to that.
  /// - Precondition: checked, without defects.
  /// - Complexity: O(length), times what `+` makes of long texts, which is bounded by ``textMax``.
  public func reduced(in facts: ExpressionFacts, isFinal: Bool = false) throws(ExpressionDefect) -> Expression {
    let reduction = ExpressionReduction(facts: facts, isFinal: isFinal)
    return Expression(source: source, root: try reduction.reduce(root))
  }

  /// The longest text that an expression can come to, in scalars.
  static let textMax = 10_000

  /// The names in it and what they stand for, as `weekday is thu`; those that are not known are left out.
  public func observations(in facts: ExpressionFacts) -> [String] {
    var seen: Set<String> = []
    return observed(root).compactMap { node in
      // What cannot be computed has been said elsewhere.
      guard let value = try? ExpressionReduction(facts: facts, isFinal: true).reduce(node).value else { return nil }
      let text = "\(node.text) is \(value.text)"
      return seen.insert(text).inserted ? text : nil
    }
  }

  /// Names, and calls about days and sessions, which tell more than their arguments.
  private func observed(_ node: ExpressionNode) -> [ExpressionNode] {
    switch node.kind {
    case .reference: return [node]
    case .call(let name, _) where ["weekday", "day", "month", "year", "session", "last_session", "next_session"].contains(name):
      return [node]
    default: return node.children.flatMap(observed)
    }
  }
}

/// Computes what can be computed.
struct ExpressionReduction {
  let facts: ExpressionFacts
  let isFinal: Bool

  func reduce(_ node: ExpressionNode) throws(ExpressionDefect) -> ExpressionNode {
    switch node.kind {
    case .literal: return node
    case .reference(let path): return facts.value(of: path).map { known($0, node) } ?? node
    case .list(let nodes):
      let reduced = try reduce(all: nodes)
      let values = reduced.compactMap(\.value)
      return values.count == nodes.count ? known(.list(values), node) : ExpressionNode(range: node.range, kind: .list(reduced))
    case .not(let inner):
      let reduced = try reduce(inner)
      if case .flag(let flag)? = reduced.value { return known(.flag(!flag), node) }
      return ExpressionNode(range: node.range, kind: .not(reduced))
    case .negative(let inner):
      let reduced = try reduce(inner)
      guard let value = reduced.value else { return ExpressionNode(range: node.range, kind: .negative(reduced)) }
      return known(try arithmetic(.minus, .whole(0), value, node), node)
    case .binary(let sign, let left, let right): return try binary(sign, left, right, node)
    case .call(let name, let arguments): return try call(name, arguments, node)
    }
  }

  private func known(_ value: ExpressionValue, _ node: ExpressionNode) -> ExpressionNode {
    ExpressionNode(range: node.range, kind: .literal(value))
  }

  private func reduce(all nodes: [ExpressionNode]) throws(ExpressionDefect) -> [ExpressionNode] {
    var result: [ExpressionNode] = []
    for node in nodes { result.append(try reduce(node)) }
    return result
  }

  private func binary(
    _ sign: ExpressionOperator, _ left: ExpressionNode, _ right: ExpressionNode, _ node: ExpressionNode
  ) throws(ExpressionDefect) -> ExpressionNode {
    let one = try reduce(left)
    if sign == .and || sign == .or {
      // One side may decide alone; the other is then not computed, so that it may guard it: `n != 0 and 10 / n > 2`.
      let decisive = ExpressionValue.flag(sign == .or)
      if one.value == decisive { return known(decisive, node) }
      let other = try reduce(right)
      if one.value != nil { return ExpressionNode(range: node.range, kind: other.kind) }
      if other.value == decisive { return known(decisive, node) }
      if other.value != nil { return ExpressionNode(range: node.range, kind: one.kind) }
      return ExpressionNode(range: node.range, kind: .binary(sign, one, other))
    }
    let other = try reduce(right)
    // Whatever is divided: at night it would be too late to say so.
    if sign == .divided || sign == .remainder, other.value?.asNumber == 0 { throw Self.divisionByZero(node) }
    guard let a = one.value, let b = other.value else { return ExpressionNode(range: node.range, kind: .binary(sign, one, other)) }
    switch sign {
    case .element:
      guard case .list(let values) = b else { return node }
      return known(.flag(values.contains { Self.order(a, $0) == 0 }), node)
    case .equal, .notEqual, .less, .atMost, .more, .atLeast: return known(.flag(Self.compare(sign, a, b)), node)
    case .plus:
      guard case .text(let head) = a, case .text(let tail) = b else { fallthrough }
      guard head.unicodeScalars.count + tail.unicodeScalars.count <= Expression.textMax else {
        if isFinal { return known(a, node) }
        throw ExpressionDefect(.noValue, node.range, "the text has more than \(Expression.textMax) characters", label: "too long")
      }
      return known(.text(head + tail), node)
    default: return known(try arithmetic(sign, a, b, node), node)
    }
  }

  private static func compare(_ sign: ExpressionOperator, _ a: ExpressionValue, _ b: ExpressionValue) -> Bool {
    guard let order = order(a, b) else { return sign == .notEqual }
    return switch sign {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .atMost: order <= 0
    case .more: order > 0
    default: order >= 0
    }
  }

  /// Below, at or above zero as `a` comes before, with or after `b`; nil when there is no order, or one is no number.
  static func order(_ a: ExpressionValue, _ b: ExpressionValue) -> Int? {
    switch (a, b) {
    case (.whole(let one), .whole(let other)): return one < other ? -1 : one > other ? 1 : 0
    case (.day, _), (_, .day):
      guard let one = a.asDay, let other = b.asDay else { return nil }
      return one < other ? -1 : one > other ? 1 : 0
    case (.text(let one), .text(let other)):
      // By code points, the same in every language.
      if one.unicodeScalars.elementsEqual(other.unicodeScalars) { return 0 }
      return one.unicodeScalars.lexicographicallyPrecedes(other.unicodeScalars) ? -1 : 1
    case (.flag(let one), .flag(let other)): return one == other ? 0 : 1
    case (.list(let one), .list(let other)): return one.count == other.count && zip(one, other).allSatisfy { order($0, $1) == 0 } ? 0 : 1
    default:
      guard let one = a.asNumber, let other = b.asNumber else { return nil }
      return one < other ? -1 : one > other ? 1 : one == other ? 0 : nil
    }
  }
}
