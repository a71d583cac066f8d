/// Reads a condition: its words, their order, and what types allow.
///
/// As the real database does, it refuses when the rules are read what can be known to be wrong: unknown names, a comparison of a number
/// with a text, `&&` between what is not true or false. What depends on data fails when it is asked.
struct RuleParser {
  /// A part of the expression and what is known of it.
  struct Part {
    let expression: RuleExpression
    let type: RuleType
    let offset: Int
    /// How deep the expression is; evaluating it recurses as deep.
    let depth: Int
  }

  let kind: RuleKind
  /// The names of the captures on the way, from the top.
  let captures: [String]
  private let tokens: [RuleToken]
  private var position = 0
  private var nesting = 0
  private var partCount = 0

  static let lengthMax = 32_768
  static let nestingMax = 50
  static let depthMax = 200
  static let partsMax = 4_096

  static func parse(_ text: String, kind: RuleKind, captures: [String]) throws(ExpressionMistake) -> RuleExpression {
    guard text.utf8.count <= lengthMax else { throw ExpressionMistake(offset: 0, message: "a rule is longer than \(lengthMax) bytes") }
    var parser = RuleParser(kind: kind, captures: captures, tokens: try RuleLexer.tokens(of: text))
    let rule = try parser.conditional()
    if parser.token.kind != .end { throw parser.unexpected("an operator or the end") }
    guard rule.type == .boolean else {
      throw ExpressionMistake(offset: rule.offset, message: "a rule must be true or false; this is \(rule.type.rawValue)")
    }
    return rule.expression
  }

  private init(kind: RuleKind, captures: [String], tokens: [RuleToken]) {
    (self.kind, self.captures, self.tokens) = (kind, captures, tokens)
  }

  // MARK: Words

  var token: RuleToken { tokens[position] }

  mutating func advance() {
    if position < tokens.count - 1 { position += 1 }
  }

  mutating func take(_ symbol: String) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws(ExpressionMistake) {
    guard take(symbol) else { throw unexpected("`\(symbol)`") }
  }

  func mistake(_ message: String, at offset: Int? = nil) -> ExpressionMistake {
    ExpressionMistake(offset: offset ?? token.offset, message: message)
  }

  func unexpected(_ wanted: String) -> ExpressionMistake {
    let found =
      switch token.kind {
      case .end: "the end"
      case .number: "a number"
      case .string: "a text"
      case .pattern: "a pattern"
      case .name(let name), .capture(let name): "`\(name)`"
      case .symbol(let symbol): "`\(symbol)`"
      }
    return mistake("expected \(wanted), found \(found)")
  }

  /// A part, counted and bounded.
  mutating func part(_ expression: RuleExpression, _ type: RuleType, at offset: Int, over parts: [Part] = []) throws(ExpressionMistake)
    -> Part
  {
    partCount += 1
    let depth = 1 + (parts.map(\.depth).max() ?? 0)
    guard partCount <= RuleParser.partsMax, depth <= RuleParser.depthMax else {
      throw mistake("a rule has too many parts", at: offset)
    }
    return Part(expression: expression, type: type, offset: offset, depth: depth)
  }

  mutating func nested(_ read: (inout RuleParser) throws(ExpressionMistake) -> Part) throws(ExpressionMistake) -> Part {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= RuleParser.nestingMax else { throw mistake("a rule is nested more than \(RuleParser.nestingMax) deep") }
    return try read(&self)
  }

  // MARK: Operators, from the loosest

  mutating func conditional() throws(ExpressionMistake) -> Part {
    let condition = try any()
    guard take("?") else { return condition }
    try require(condition, .boolean, "the condition before `?`")
    let yes = try nested { (parser) throws(ExpressionMistake) in try parser.conditional() }
    try expect(":")
    let no = try nested { (parser) throws(ExpressionMistake) in try parser.conditional() }
    if (yes.type == .snapshot) != (no.type == .snapshot) {
      throw mistake("one side of `:` is a place in the data and the other is none", at: condition.offset)
    }
    return try part(
      .conditional(condition.expression, yes.expression, no.expression), yes.type == no.type ? yes.type : .primitive,
      at: condition.offset, over: [condition, yes, no])
  }

  private mutating func any() throws(ExpressionMistake) -> Part {
    try chain("||", { RuleExpression.any($0) }) { (parser) throws(ExpressionMistake) in
      try parser.chain("&&", { RuleExpression.all($0) }) { (parser) throws(ExpressionMistake) in try parser.binary(above: 0) }
    }
  }

  /// One level for a whole chain, however long it is.
  private mutating func chain(
    _ symbol: String, _ make: ([RuleExpression]) -> RuleExpression,
    _ operand: (inout RuleParser) throws(ExpressionMistake) -> Part
  ) throws(ExpressionMistake) -> Part {
    let first = try operand(&self)
    guard token.kind == .symbol(symbol) else { return first }
    var parts = [first]
    while take(symbol) { parts.append(try operand(&self)) }
    for (index, part) in parts.enumerated() {
      try require(part, .boolean, "the \(index == 0 ? "left" : "right") side of `\(symbol)`")
    }
    return try part(make(parts.map(\.expression)), .boolean, at: first.offset, over: parts)
  }

  private mutating func binary(above precedence: Int) throws(ExpressionMistake) -> Part {
    var left = try unary()
    while case .symbol(let symbol) = token.kind, let sign = RuleOperator(symbol: symbol), sign.precedence > precedence {
      let offset = token.offset
      advance()
      let right = try binary(above: sign.precedence)
      let type = try RuleTypes.result(of: sign, left, right, at: offset)
      left = try part(.binary(sign, left.expression, right.expression), type, at: left.offset, over: [left, right])
    }
    return left
  }

  private mutating func unary() throws(ExpressionMistake) -> Part {
    let offset = token.offset
    if take("!") {
      let operand = try nested { (parser) throws(ExpressionMistake) in try parser.unary() }
      try require(operand, .boolean, "what follows `!`")
      return try part(.not(operand.expression), .boolean, at: offset, over: [operand])
    }
    if take("-") {
      let operand = try nested { (parser) throws(ExpressionMistake) in try parser.unary() }
      guard operand.type.canBe(.number) else { throw mistake("what follows `-` is \(operand.type.rawValue)", at: offset) }
      return try part(.negative(operand.expression), .number, at: offset, over: [operand])
    }
    return try postfix()
  }

  private func require(_ part: Part, _ type: RuleType, _ what: String) throws(ExpressionMistake) {
    guard part.type != type else { return }
    let hint = part.type.canBe(.boolean) ? "; compare it, as in `== true`" : ""
    throw mistake("\(what) must be true or false; this is \(part.type.rawValue)\(hint)", at: part.offset)
  }
}

/// What operators do to types.
enum RuleTypes {
  static func result(of sign: RuleOperator, _ left: RuleParser.Part, _ right: RuleParser.Part, at offset: Int) throws(ExpressionMistake)
    -> RuleType
  {
    switch sign {
    case .add:
      try allow([.string, .number], sign, left, right)
      if left.type == .string || right.type == .string { return .string }
      return left.type == .number && right.type == .number ? .number : .primitive
    case .subtract, .multiply, .divide, .remainder:
      try allow([.number], sign, left, right)
      return .number
    case .equal, .unequal:
      try allow([.string, .number, .boolean, .null], sign, left, right)
      return .boolean
    case .less, .atMost, .greater, .atLeast:
      try allow([.string, .number, .null], sign, left, right)
      let areKnown = ![left.type, right.type].contains { $0 == .any || $0 == .primitive }
      guard !areKnown || left.type == right.type else {
        throw ExpressionMistake(
          offset: offset, message: "`\(sign.rawValue)` between \(left.type.rawValue) and \(right.type.rawValue) is never true")
      }
      return .boolean
    }
  }

  private static func allow(_ types: [RuleType], _ sign: RuleOperator, _ parts: RuleParser.Part...) throws(ExpressionMistake) {
    for part in parts where part.type != .any && part.type != .primitive && !types.contains(part.type) {
      throw ExpressionMistake(offset: part.offset, message: "`\(sign.rawValue)` does not take \(part.type.rawValue)")
    }
  }
}
