/// Operands, and what stands behind them: properties, methods, brackets.
extension RuleParser {
  mutating func postfix() throws(ExpressionMistake) -> Part {
    var object = try primary()
    while true {
      let offset = token.offset
      if take(".") {
        guard case .name(let name) = token.kind else { throw unexpected("a name") }
        advance()
        object = try member(name, of: object, at: offset)
      } else if take("[") {
        let key = try nested { (parser) throws(ExpressionMistake) in try parser.conditional() }
        try expect("]")
        object = try element(key, of: object, at: offset)
      } else {
        return object
      }
    }
  }

  private mutating func primary() throws(ExpressionMistake) -> Part {
    let token = token
    switch token.kind {
    case .number(let value):
      advance()
      return try part(.number(value), .number, at: token.offset)
    case .string(let text):
      advance()
      return try part(.string(text), .string, at: token.offset)
    case .capture(let name):
      advance()
      guard let index = captures.lastIndex(of: name) else {
        let known = captures.isEmpty ? "none is captured above" : "captured above: \(captures.joined(separator: ", "))"
        throw mistake("unknown variable `\(name)`; \(known)", at: token.offset)
      }
      return try part(.capture(index), .string, at: token.offset)
    case .name(let name):
      advance()
      let (expression, type) = try variable(name, at: token.offset)
      return try part(expression, type, at: token.offset)
    case .symbol("("):
      advance()
      let inner = try nested { (parser) throws(ExpressionMistake) in try parser.conditional() }
      try expect(")")
      return inner
    case .pattern: throw mistake("a pattern stands only in `matches(…)`")
    case .symbol("["): throw mistake("a list stands only in `hasChildren([…])`")
    case .symbol, .end: throw unexpected("a value")
    }
  }

  private func variable(_ name: String, at offset: Int) throws(ExpressionMistake) -> (RuleExpression, RuleType) {
    switch name {
    case "true": return (.bool(true), .boolean)
    case "false": return (.bool(false), .boolean)
    case "null": return (.null, .null)
    case "auth": return (.auth, .any)
    case "now": return (.now, .number)
    case "root": return (.root, .snapshot)
    case "data": return (.data, .snapshot)
    case "newData" where kind != .read: return (.newData, .snapshot)
    case "query" where kind == .read: return (.null, .query)
    case "newData": throw mistake("`newData` is not known in .read", at: offset)
    case "query": throw mistake("`query` is known only in .read", at: offset)
    default:
      let known = ["auth", "now", "root", "data", kind == .read ? "query" : "newData"] + captures
      throw mistake("unknown variable `\(name)`; known are \(known.joined(separator: ", "))", at: offset)
    }
  }

  /// `object.name`, or `object.name(…)`.
  private mutating func member(_ name: String, of object: Part, at offset: Int) throws(ExpressionMistake) -> Part {
    if token.kind == .symbol("(") { return try call(name, of: object, at: offset) }
    switch object.type {
    case .any:
      let key = RuleExpression.string(name)
      return try part(.member(object.expression, key), .any, at: object.offset, over: [object])
    case .string where name == "length", .primitive where name == "length":
      return try part(.member(object.expression, .string(name)), .number, at: object.offset, over: [object])
    case .query:
      guard let property = RuleExpression.QueryProperty(rawValue: name) else {
        let known = RuleExpression.QueryProperty.allCases.map(\.rawValue).joined(separator: ", ")
        throw mistake("the query has no `\(name)`; it has \(known)", at: offset)
      }
      let type: RuleType =
        switch property {
        case .orderByKey, .orderByValue, .orderByPriority: .boolean
        default: .primitive
        }
      return try part(.query(property), type, at: object.offset, over: [object])
    default:
      let isMethod = RuleMethod(rawValue: name) != nil || name == "matches" || name == "hasChildren"
      throw mistake(
        isMethod ? "`\(name)` is a method: `\(name)(…)`" : "\(object.type.rawValue) has no property `\(name)`", at: offset)
    }
  }

  /// `object[key]`
  private mutating func element(_ key: Part, of object: Part, at offset: Int) throws(ExpressionMistake) -> Part {
    if case .string(let name) = key.expression, object.type != .any || token.kind == .symbol("(") {
      return try member(name, of: object, at: offset)
    }
    guard object.type == .any else { throw mistake("\(object.type.rawValue) has no `[…]`; only claims of `auth` have", at: offset) }
    guard key.type.canBe(.string) else { throw mistake("a key must be a text; this is \(key.type.rawValue)", at: key.offset) }
    return try part(.member(object.expression, key.expression), .any, at: object.offset, over: [object, key])
  }

  private mutating func call(_ name: String, of object: Part, at offset: Int) throws(ExpressionMistake) -> Part {
    let isSnapshot = object.type == .snapshot
    guard isSnapshot || object.type.canBe(.string) else { throw mistake("\(object.type.rawValue) has no method `\(name)`", at: offset) }
    if name == "matches", !isSnapshot { return try matches(object) }
    if name == "hasChildren", isSnapshot { return try hasChildren(object) }
    guard let method = RuleMethod(rawValue: name), method.isOfSnapshots == isSnapshot else {
      throw mistake("\(isSnapshot ? "a place in the data" : "a text") has no method `\(name)`", at: offset)
    }
    let parts = try arguments()
    guard parts.count == method.argumentCount else {
      throw mistake("`\(name)` takes \(method.argumentCount == 0 ? "nothing" : "\(method.argumentCount)"), not \(parts.count)", at: offset)
    }
    for part in parts where !part.type.canBe(.string) {
      throw mistake("`\(name)` takes a text; this is \(part.type.rawValue)", at: part.offset)
    }
    return try part(
      .call(object.expression, method, parts.map(\.expression)), method.result, at: object.offset, over: [object] + parts)
  }

  private mutating func arguments() throws(ExpressionMistake) -> [Part] {
    try expect("(")
    return try list(until: ")")
  }

  private mutating func list(until end: String) throws(ExpressionMistake) -> [Part] {
    var parts: [Part] = []
    if take(end) { return parts }
    repeat {
      parts.append(try nested { (parser) throws(ExpressionMistake) in try parser.conditional() })
    } while take(",")
    guard take(end) else { throw unexpected("`,` or `\(end)`") }
    return parts
  }

  private mutating func matches(_ object: Part) throws(ExpressionMistake) -> Part {
    try expect("(")
    guard case .pattern(let source, let flags) = token.kind else { throw mistake("`matches` takes a pattern: `/^[a-z]+$/`") }
    guard flags.isEmpty || flags == "i" else { throw mistake("a pattern has no flag but `i`; this has `\(flags)`") }
    let pattern: TextPattern
    do {
      pattern = try TextPattern(source, ignoresCase: flags == "i")
    } catch {
      throw mistake(error.message, at: token.offset + 1 + error.offset)
    }
    advance()
    try expect(")")
    return try part(.matches(object.expression, pattern), .boolean, at: object.offset, over: [object])
  }

  private mutating func hasChildren(_ object: Part) throws(ExpressionMistake) -> Part {
    try expect("(")
    if take(")") { return try part(.hasChildren(object.expression, []), .boolean, at: object.offset, over: [object]) }
    guard take("[") else { throw mistake("`hasChildren` takes nothing or a list of texts: `['a', 'b']`") }
    let start = token.offset
    let keys = try list(until: "]")
    guard !keys.isEmpty else { throw mistake("an empty list of children", at: start) }
    for key in keys where !key.type.canBe(.string) {
      throw mistake("a child is named by a text; this is \(key.type.rawValue)", at: key.offset)
    }
    try expect(")")
    return try part(.hasChildren(object.expression, keys.map(\.expression)), .boolean, at: object.offset, over: [object] + keys)
  }
}
