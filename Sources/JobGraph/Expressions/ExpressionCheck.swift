import Scheduling

/// What is known when an expression is checked: names and types, no values of the run.
public struct ExpressionScope: Sendable {
  /// The job's parameters.
  public var parameters: [String: JobValue]
  /// The names of market calendars.
  public var calendars: [String]
  /// Every step of the job. Nil where the end of a step cannot be asked for.
  public let steps: [String]?
  /// The same, to look one up.
  let stepSet: Set<String>

  /// Whether parameters can be named: not within a parameter.
  public var allowsParameters: Bool

  public init(parameters: [String: JobValue] = [:], calendars: [String] = [], steps: [String]? = nil, allowsParameters: Bool = true) {
    (self.parameters, self.calendars, self.steps, self.allowsParameters) = (parameters, calendars, steps, allowsParameters)
    stepSet = Set(steps ?? [])
  }
}

extension Expression {
  /// The type of the expression, and everything that is wrong with it.
  /// - Complexity: O(length), and the names that are known for each that is not.
  public func checked(in scope: ExpressionScope) -> (type: ExpressionType, defects: [ExpressionDefect]) {
    var check = ExpressionCheck(scope: scope)
    let type = check.type(of: root)
    return (type, check.defects)
  }
}

/// Finds the type of each part. A part that is wrong fits everywhere, so that one mistake is told once.
struct ExpressionCheck {
  let scope: ExpressionScope
  var defects: [ExpressionDefect] = []

  init(scope: ExpressionScope) { self.scope = scope }

  mutating func type(of node: ExpressionNode) -> ExpressionType {
    switch node.kind {
    case .literal(let value): return literal(value)
    case .reference(let path): return reference(path, node.range)
    case .list(let nodes): return list(nodes)
    case .not(let inner): return expect(inner, .flag, "`not` takes", then: .flag)
    case .negative(let inner): return numeric(inner, "`-` takes")
    case .binary(let sign, let left, let right): return binary(sign, left, right)
    case .call(let name, let arguments): return call(name, arguments, node.range)
    }
  }

  private func literal(_ value: ExpressionValue) -> ExpressionType {
    switch value {
    case .flag: .flag
    case .whole: .whole
    case .number: .number
    case .text: .text
    case .day: .day
    case .list(let values): .list(values.first.map(literal) ?? .anything)
    }
  }

  private mutating func list(_ nodes: [ExpressionNode]) -> ExpressionType {
    var element = ExpressionType.anything
    for node in nodes {
      let next = type(of: node)
      refuseOpaque(node, next)
      if case .opaque = next { continue }
      guard let common = ExpressionType.common(element, next) else {
        add(.wrongType, node, "this element is \(next.name)", "the others are \(element.name)")
        return .list(.anything)
      }
      element = common
    }
    return .list(element)
  }

  // MARK: - Operators

  private mutating func binary(_ sign: ExpressionOperator, _ left: ExpressionNode, _ right: ExpressionNode) -> ExpressionType {
    let who = "`\(sign.rawValue)` takes"
    switch sign {
    case .and, .or:
      _ = expect(left, .flag, who, then: .flag)
      return expect(right, .flag, who, then: .flag)
    case .equal, .notEqual, .less, .atMost, .more, .atLeast: return comparison(sign, left, right)
    case .element: return membership(left, right)
    case .plus: return sum(left, right)
    case .minus, .times:
      let types = [numeric(left, who), numeric(right, who)]
      return types.contains(.number) ? .number : .whole
    case .divided, .remainder:
      refuseSteps(in: right, "a divisor")
      let wanted: ExpressionType = sign == .remainder ? .whole : .number
      _ = expect(left, wanted, who, then: wanted)
      return expect(right, wanted, who, then: wanted)
    }
  }

  private mutating func sum(_ left: ExpressionNode, _ right: ExpressionNode) -> ExpressionType {
    let (one, other) = (type(of: left), type(of: right))
    if one.isText, other.isText, one != .anything || other != .anything { return .text }
    if one.isNumeric, other.isNumeric { return one == .number || other == .number ? .number : .whole }
    if one.isText || other.isText {
      let stranger = one.isText ? (right, other) : (left, one)
      add(.wrongType, stranger.0, "`+` joins two texts, this is \(stranger.1.name)", "`text(...)` makes a text of it")
    } else if one == .day || other == .day {
      add(.wrongType, one == .day ? left : right, "`+` does not take a day", "`add_days(day, count)` moves a day")
    } else {
      let stranger = one.isNumeric ? (right, other) : (left, one)
      add(.wrongType, stranger.0, "`+` takes numbers or texts, this is \(stranger.1.name)", "expected a number")
    }
    return .anything
  }

  private mutating func comparison(_ sign: ExpressionOperator, _ left: ExpressionNode, _ right: ExpressionNode) -> ExpressionType {
    let (one, other) = (type(of: left), type(of: right))
    refuseOpaque(left, one)
    refuseOpaque(right, other)
    if case .opaque = one { return .flag }
    if case .opaque = other { return .flag }
    guard areComparable(left, one, right, other) else { return .flag }
    let common = ExpressionType.common(one, other) ?? .day
    let isEquality = sign == .equal || sign == .notEqual
    if !isEquality, !common.isOrdered, common != .anything {
      add(.wrongType, left, "`\(sign.rawValue)` compares numbers, days and texts, this is \(one.name)", "without an order")
    }
    return .flag
  }

  private mutating func membership(_ left: ExpressionNode, _ right: ExpressionNode) -> ExpressionType {
    let (one, other) = (type(of: left), type(of: right))
    refuseOpaque(left, one)
    guard case .list(let element) = other else {
      if other != .anything { add(.wrongType, right, "`in` looks into a list, this is \(other.name)", "expected a list") }
      return .flag
    }
    if case .list(let nodes) = right.kind {
      for node in nodes {
        var quiet = ExpressionCheck(scope: scope)
        guard areComparable(left, one, node, quiet.type(of: node)) else { break }
      }
    } else if ExpressionType.common(one, element) == nil {
      add(.wrongType, right, "`in` compares \(one.name) with the elements of \(other.name)", "never equal")
    }
    return .flag
  }

  /// Two of one type, or a day or word and a text that is written out and is one.
  private mutating func areComparable(
    _ left: ExpressionNode, _ one: ExpressionType, _ right: ExpressionNode, _ other: ExpressionType
  ) -> Bool {
    for (node, type, written) in [(left, one, right), (right, other, left)] {
      guard case .literal(.text(let text)) = written.kind else { continue }
      switch type {
      case .word(let name, let words) where !words.contains(text):
        add(
          .unknownName, written, "`\(text)` is not \(name)", "never equal", expected: "\(name): \(words.joined(separator: ", "))",
          name: .init(kind: "word", name: text, known: words))
        return false
      case .day:
        guard CivilDate(text) == nil else { return true }
        add(.wrongType, written, "`\(text)` is not a day", "expected a day such as `2026-01-15`")
        return false
      default: _ = node
      }
    }
    if case .word(_, let words) = one, case .word(_, let others) = other, words != others {
      add(.wrongType, right, "\(one.name) is compared with \(other.name)", "never equal")
      return false
    }
    guard ExpressionType.common(one, other) == nil else { return true }
    let hint = (one == .day || other == .day) && (one.isText || other.isText) ? "`date(text)` makes a day of a text" : nil
    add(.wrongType, right, "\(one.name) is compared with \(other.name)", hint ?? "expected \(one.name)")
    return false
  }

  private mutating func numeric(_ node: ExpressionNode, _ who: String) -> ExpressionType {
    let type = type(of: node)
    guard !type.isNumeric else { return type == .number ? .number : .whole }
    add(.wrongType, node, "\(who) numbers, this is \(type.name)", "expected a number")
    return .anything
  }

  // MARK: - Helpers

  mutating func expect(_ node: ExpressionNode, _ wanted: ExpressionType, _ who: String, then result: ExpressionType) -> ExpressionType {
    let type = type(of: node)
    if case .opaque = type {
      refuseOpaque(node, type)
      return result
    }
    guard !type.fits(wanted) else { return result }
    if wanted == .day, case .literal(.text(let text)) = node.kind, CivilDate(text) != nil { return result }
    let hint = wanted == .day && type.isText ? "; `date(text)` makes a day of a text" : ""
    add(.wrongType, node, "\(who) \(wanted.name), this is \(type.name)", "expected \(wanted.name)\(hint)")
    return result
  }

  mutating func refuseOpaque(_ node: ExpressionNode, _ type: ExpressionType) {
    guard case .opaque(let name) = type else { return }
    add(.wrongType, node, "this is \(name)", "nothing can be computed with it")
  }

  /// What has no value for some input must be known when the plan is made: at night it is too late to say so.
  mutating func refuseSteps(in node: ExpressionNode, _ what: String) {
    for part in node.all {
      guard case .reference(let path) = part.kind, path.first == ExpressionName.steps else { continue }
      add(
        .tooEarly, part, "\(what) must be known when the plan is made", "known only when the step has ended",
        expected: what == "a divisor" ? "a product instead: `steps.a.failed_tasks * 10 > steps.a.tasks`" : nil)
      return
    }
  }

  mutating func add(
    _ kind: ExpressionDefect.Kind, _ node: ExpressionNode, _ message: String, _ label: String, expected: String? = nil,
    name: ExpressionDefect.WrongName? = nil
  ) {
    defects.append(ExpressionDefect(kind, node.range, message, label: label, expected: expected, wrongName: name))
  }
}
