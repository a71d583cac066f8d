/// Reads an expression by the strength of its operators. Brackets and signs are bounded in depth, so recursion is too.
struct ExpressionParser {
  private let tokens: [ExpressionLexer.Token]
  private var next = 0
  private var depth = 0

  init(_ source: String) throws(ExpressionDefect) {
    let length = source.unicodeScalars.count
    guard length <= Expression.lengthMax else {
      throw ExpressionDefect(
        .unreadable, 0..<1, "the expression has \(length) characters", label: "too long", expected: "at most \(Expression.lengthMax)")
    }
    var lexer = ExpressionLexer(source)
    tokens = try lexer.tokens()
  }

  mutating func parse() throws(ExpressionDefect) -> ExpressionNode {
    guard tokens.count > 1 else {
      throw ExpressionDefect(.unreadable, tokens[0].range, "the expression is empty", label: "what is to be computed")
    }
    let node = try binary(above: 0)
    guard token.kind == .end else {
      throw ExpressionDefect(
        .unreadable, token.range, "\(description) is not expected here", label: "an operator is missing before it, or it is too much")
    }
    return node
  }

  private var token: ExpressionLexer.Token { tokens[next] }

  private var description: String {
    switch token.kind {
    case .end: "the end"
    case .name(let path): "`\(path.joined(separator: "."))`"
    case .sign(let sign): "`\(sign)`"
    case .text: "a text"
    case .whole, .number: "a number"
    }
  }

  private mutating func binary(above strength: Int) throws(ExpressionDefect) -> ExpressionNode {
    var left = try operand()
    var hasCompared = false
    while let sign = operatorHere, sign.strength > strength {
      if sign.isComparison, hasCompared {
        throw ExpressionDefect(.unreadable, token.range, "comparisons cannot be chained", label: "join two comparisons with `and`")
      }
      hasCompared = hasCompared || sign.isComparison
      next += 1
      let right = try binary(above: sign.strength)
      left = ExpressionNode(range: left.range.lowerBound..<right.range.upperBound, kind: .binary(sign, left, right))
      if !sign.isComparison { hasCompared = false }
    }
    return left
  }

  private var operatorHere: ExpressionOperator? {
    switch token.kind {
    case .name(let path) where path.count == 1 && ["and", "or", "in"].contains(path[0]): ExpressionOperator(rawValue: path[0])
    case .sign("&&"): .and
    case .sign("||"): .or
    case .sign(let sign): ExpressionOperator(rawValue: sign)
    default: nil
    }
  }

  private mutating func operand() throws(ExpressionDefect) -> ExpressionNode {
    let start = token
    depth += 1
    defer { depth -= 1 }
    guard depth <= Expression.depthMax else {
      throw ExpressionDefect(
        .unreadable, start.range, "the expression is too deep", label: "one level too many",
        expected: "at most \(Expression.depthMax) levels")
    }
    switch start.kind {
    case .name(["not"]), .sign("!"):
      next += 1
      // `!a == b` would read as `!(a == b)`: like `not`, it takes the whole comparison.
      let node = try binary(above: ExpressionOperator.strengthOfNot)
      return ExpressionNode(range: start.range.lowerBound..<node.range.upperBound, kind: .not(node))
    case .sign("-"):
      next += 1
      return try negative(from: start.range.lowerBound)
    case .sign("("):
      next += 1
      let node = try binary(above: 0)
      let end = try close(")", opened: start.range)
      return ExpressionNode(range: start.range.lowerBound..<end, kind: node.kind)
    case .sign("["):
      next += 1
      let (nodes, end) = try elements(until: "]", opened: start.range)
      return ExpressionNode(range: start.range.lowerBound..<end, kind: .list(nodes))
    default: return try primary()
    }
  }

  private mutating func negative(from start: Int) throws(ExpressionDefect) -> ExpressionNode {
    if case .whole(let magnitude) = token.kind {
      let end = token.range.upperBound
      next += 1
      return ExpressionNode(range: start..<end, kind: .literal(.whole(magnitude > UInt64(Int.max) ? Int.min : -Int(magnitude))))
    }
    let node = try operand()
    if case .literal(.number(let number)) = node.kind {
      return ExpressionNode(range: start..<node.range.upperBound, kind: .literal(.number(-number)))
    }
    return ExpressionNode(range: start..<node.range.upperBound, kind: .negative(node))
  }

  private mutating func primary() throws(ExpressionDefect) -> ExpressionNode {
    let start = token
    next += 1
    switch start.kind {
    case .text(let text): return ExpressionNode(range: start.range, kind: .literal(.text(text)))
    case .number(let number): return ExpressionNode(range: start.range, kind: .literal(.number(number)))
    case .whole(let number):
      guard number <= UInt64(Int.max) else {
        throw ExpressionDefect(.unreadable, start.range, "`\(number)` is no number", label: "beyond 64 bits")
      }
      return ExpressionNode(range: start.range, kind: .literal(.whole(Int(number))))
    case .name(["true"]): return ExpressionNode(range: start.range, kind: .literal(.flag(true)))
    case .name(["false"]): return ExpressionNode(range: start.range, kind: .literal(.flag(false)))
    case .name(let path) where !(path.count == 1 && ["and", "or", "in"].contains(path[0])):
      guard path.count == 1, token.kind == .sign("(") else { return ExpressionNode(range: start.range, kind: .reference(path)) }
      let opened = token.range
      next += 1
      let (nodes, end) = try elements(until: ")", opened: opened)
      return ExpressionNode(range: start.range.lowerBound..<end, kind: .call(path[0], nodes))
    default:
      next -= 1
      throw ExpressionDefect(
        .unreadable, token.range, token.kind == .end ? "the expression ends too early" : "\(description) is not expected here",
        label: "a value is missing")
    }
  }

  private mutating func elements(until end: String, opened: Range<Int>) throws(ExpressionDefect) -> ([ExpressionNode], Int) {
    var nodes: [ExpressionNode] = []
    if token.kind == .sign(end) { return (nodes, try close(end, opened: opened)) }
    while true {
      nodes.append(try binary(above: 0))
      guard token.kind == .sign(",") else { break }
      next += 1
    }
    return (nodes, try close(end, opened: opened))
  }

  private mutating func close(_ sign: String, opened: Range<Int>) throws(ExpressionDefect) -> Int {
    guard token.kind == .sign(sign) else {
      let isEnd = token.kind == .end
      throw ExpressionDefect(
        .unreadable, isEnd ? opened : token.range, isEnd ? "a bracket is not closed" : "\(description) is not expected here",
        label: isEnd ? "opened here" : "`\(sign)` or an operator is missing")
    }
    next += 1
    return tokens[next - 1].range.upperBound
  }
}
