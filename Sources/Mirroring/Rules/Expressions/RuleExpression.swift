/// What a rule's condition means. Its types were checked as far as they can be known before there is data.
indirect enum RuleExpression: Sendable {
  case bool(Bool)
  case number(Double)
  case string(String)
  case null
  case auth, now, root, data, newData
  /// The key that the *n*th `$name` on the way stands for.
  case capture(Int)
  case query(QueryProperty)
  /// A claim, or a part of one; null where there is none. `length` of a text is its length.
  case member(RuleExpression, RuleExpression)
  case call(RuleExpression, RuleMethod, [RuleExpression])
  case matches(RuleExpression, TextPattern)
  case hasChildren(RuleExpression, [RuleExpression])
  case not(RuleExpression)
  case negative(RuleExpression)
  case binary(RuleOperator, RuleExpression, RuleExpression)
  /// All of them hold; the first that does not ends it.
  case all([RuleExpression])
  /// One of them holds; the first that does ends it.
  case any([RuleExpression])
  case conditional(RuleExpression, RuleExpression, RuleExpression)

  enum QueryProperty: String, CaseIterable {
    case orderByKey, orderByValue, orderByPriority, orderByChild, startAt, endAt, equalTo, limitToFirst, limitToLast
  }
}

enum RuleOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case atMost = "<="
  case greater = ">"
  case atLeast = ">="

  /// `===` and `!==` mean what `==` and `!=` do.
  init?(symbol: String) {
    switch symbol {
    case "===": self = .equal
    case "!==": self = .unequal
    default:
      guard let known = RuleOperator(rawValue: symbol) else { return nil }
      self = known
    }
  }

  /// A higher one binds closer.
  var precedence: Int {
    switch self {
    case .equal, .unequal: 1
    case .less, .atMost, .greater, .atLeast: 2
    case .add, .subtract: 3
    case .multiply, .divide, .remainder: 4
    }
  }
}

/// The methods with plain arguments. `matches` and `hasChildren` take what is no value.
enum RuleMethod: String, Sendable, CaseIterable {
  case val, child, parent, exists, hasChild, isString, isNumber, isBoolean, getPriority
  case contains, beginsWith, endsWith, replace, toLowerCase, toUpperCase

  var isOfSnapshots: Bool {
    switch self {
    case .val, .child, .parent, .exists, .hasChild, .isString, .isNumber, .isBoolean, .getPriority: true
    default: false
    }
  }

  /// All arguments are texts.
  var argumentCount: Int {
    switch self {
    case .child, .hasChild, .contains, .beginsWith, .endsWith: 1
    case .replace: 2
    default: 0
    }
  }

  var result: RuleType {
    switch self {
    case .val, .getPriority: .primitive
    case .child, .parent: .snapshot
    case .replace, .toLowerCase, .toUpperCase: .string
    default: .boolean
    }
  }
}

/// What is known of a value before there is data.
enum RuleType: String, Sendable {
  case boolean = "a truth value"
  case number = "a number"
  case string = "a text"
  case null = "null"
  case snapshot = "a place in the data"
  /// What a place holds: no property but those of texts.
  case primitive = "a value"
  /// `auth` and what is in it.
  case any = "anything"
  case query = "the query"
  case pattern = "a pattern"
  case list = "a list"

  /// It may turn out to be one of these.
  func canBe(_ types: RuleType...) -> Bool { self == .any || self == .primitive || types.contains(self) }
}
