/// Why a rule could not be asked. It is false then, as a whole.
enum RuleFailure: Error, Equatable, CustomStringConvertible {
  /// `\`<\` between a text and null`
  case wrongType(String)
  case noParent
  case tooDeep
  case tooLong
  case tooCostly

  var description: String {
    switch self {
    case .wrongType(let text): text
    case .noParent: "the root has no parent"
    case .tooDeep: "a path deeper than any tree"
    case .tooLong: "a text longer than \(RuleEvaluation.textMax) bytes"
    case .tooCostly: "more work than a rule may make"
    }
  }
}

/// One evaluation of one rule. Its work is counted, so that no rule and no value can hold up the database.
struct RuleEvaluation {
  private let scope: RuleScope
  private var work = 0

  /// Steps of a pattern, bytes of texts, children compared.
  static let workMax = 20_000_000
  /// The longest text that the database stores.
  static let textMax = 10_485_760

  init(_ scope: RuleScope) {
    self.scope = scope
  }

  mutating func isTrue(_ expression: RuleExpression) throws(RuleFailure) -> Bool {
    try spend(4)
    switch try value(expression) {
    case .bool(let value): return value
    case let other: throw .wrongType("\(other.kindName) where true or false must be")
    }
  }

  mutating func spend(_ amount: Int) throws(RuleFailure) {
    work += amount
    scope.budget.work += amount
    if work > RuleEvaluation.workMax || scope.budget.work > RuleBudget.workMax { throw .tooCostly }
  }

  /// What is not a place in the data; a place never gets here, the parser refuses it.
  mutating func value(_ expression: RuleExpression) throws(RuleFailure) -> RealtimeValue {
    switch expression {
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .string(let value): return .string(value)
    case .null: return .null
    case .auth: return scope.auth
    case .now: return .number(scope.now)
    case .capture(let index): return .string(scope.captures[index])
    case .query(let property): return (scope.query ?? RulesQuery()).value(of: property)
    case .member(let object, let key): return try member(object, key)
    case .call(let object, let method, let arguments): return try call(object, method, arguments)
    case .matches(let object, let pattern):
      let text = try text(object, "matches")
      return .bool(try pattern.matches(text, &self))
    case .hasChildren(let object, let keys): return .bool(try hasChildren(object, keys))
    case .not(let operand): return .bool(try !isTrue(operand))
    case .negative(let operand): return .number(try -number(operand, "-"))
    case .binary(let sign, let left, let right): return try binary(sign, left, right)
    case .all(let operands):
      for operand in operands where try !isTrue(operand) { return .bool(false) }
      return .bool(true)
    case .any(let operands):
      for operand in operands where try isTrue(operand) { return .bool(true) }
      return .bool(false)
    case .conditional(let condition, let yes, let no): return try value(isTrue(condition) ? yes : no)
    case .root, .data, .newData: throw .wrongType("a place in the data where a value must be")
    }
  }

  mutating func snapshot(_ expression: RuleExpression) throws(RuleFailure) -> RuleSnapshot {
    switch expression {
    case .root: return scope.root
    case .data: return scope.data
    case .newData:
      guard let newData = scope.newData else { throw .wrongType("no newData") }
      return newData
    case .call(let object, .parent, _):
      guard let parent = try snapshot(object).parent else { throw .noParent }
      return parent
    case .call(let object, .child, let arguments):
      return try descendant(of: snapshot(object), arguments[0], "child")
    case .conditional(let condition, let yes, let no): return try snapshot(isTrue(condition) ? yes : no)
    default: throw .wrongType("a value where a place in the data must be")
    }
  }

  private mutating func descendant(of place: RuleSnapshot, _ path: RuleExpression, _ method: String) throws(RuleFailure) -> RuleSnapshot {
    guard let found = place.descendant(try text(path, method)) else { throw .tooDeep }
    return found
  }

  private mutating func hasChildren(_ object: RuleExpression, _ keys: [RuleExpression]) throws(RuleFailure) -> Bool {
    let place = try snapshot(object)
    if keys.isEmpty { return !place.value.children.isEmpty }
    // All names are looked at, so that a wrong type among them fails the rule whatever the others are.
    var hasAll = true
    for key in keys where try !descendant(of: place, key, "hasChildren").exists { hasAll = false }
    return hasAll
  }

  mutating func text(_ expression: RuleExpression, _ user: String) throws(RuleFailure) -> String {
    let value = try value(expression)
    guard case .string(let text) = value else { throw .wrongType("`\(user)` of \(value.kindName)") }
    return text
  }

  mutating func number(_ expression: RuleExpression, _ user: String) throws(RuleFailure) -> Double {
    let value = try value(expression)
    guard case .number(let number) = value else { throw .wrongType("`\(user)` of \(value.kindName)") }
    return number
  }

  private mutating func member(_ object: RuleExpression, _ key: RuleExpression) throws(RuleFailure) -> RealtimeValue {
    let value = try value(object)
    let name = try text(key, "[ ]")
    switch value {
    case .string(let text):
      guard name == "length" else { return .null }
      try spend(text.utf8.count)
      return .number(Double(text.utf16.count))
    case .object: return value[name]
    case .null where object.isClaim: return .null
    case .null, .bool, .number:
      if name == "length" { throw .wrongType("`length` of \(value.kindName)") }
      return .null
    }
  }

  private mutating func call(_ object: RuleExpression, _ method: RuleMethod, _ arguments: [RuleExpression]) throws(RuleFailure)
    -> RealtimeValue
  {
    guard method.isOfSnapshots else { return try textCall(object, method, arguments) }
    let place = try snapshot(object)
    switch method {
    case .val: return place.value
    case .exists: return .bool(place.exists)
    case .hasChild: return .bool(try descendant(of: place, arguments[0], "hasChild").exists)
    case .isString: return .bool(place.value.kind == .string)
    case .isNumber: return .bool(place.value.kind == .number)
    case .isBoolean: return .bool(place.value.kind == .boolean)
    // Priorities are not kept.
    case .getPriority: return .null
    default: throw .wrongType("a place in the data where a value must be")
    }
  }
}

extension RuleExpression {
  /// Part of `auth`: what is missing there is null, with all its properties.
  var isClaim: Bool {
    switch self {
    case .auth: true
    case .member(let object, _): object.isClaim
    default: false
    }
  }
}

extension RealtimeValue {
  /// Nil for an object.
  var kind: RuleType? {
    switch self {
    case .null: .null
    case .bool: .boolean
    case .number: .number
    case .string: .string
    case .object: nil
    }
  }

  var kindName: String { kind?.rawValue ?? "an object" }
}

extension RulesQuery {
  func value(of property: RuleExpression.QueryProperty) -> RealtimeValue {
    switch property {
    case .orderByKey: .bool(order == .key)
    case .orderByValue: .bool(order == .value)
    case .orderByPriority: .bool(order == .priority)
    case .orderByChild: if case .child(let path) = order { .string(path) } else { .null }
    case .startAt: startAt
    case .endAt: endAt
    case .equalTo: equalTo
    case .limitToFirst: limitToFirst.map { .number(Double($0)) } ?? .null
    case .limitToLast: limitToLast.map { .number(Double($0)) } ?? .null
    }
  }
}
