/// Reads a condition: a lexer, and a parser that climbs precedences and looks at the kinds of numbers.
struct ConditionParser {
  private(set) var mentions: [Condition.Mention] = []
  private(set) var usesRegimes = false
  private let tokens: [ConditionToken]
  private var position = 0
  private var depth = 0
  private let end: Int

  private static let lengthMax = 2000
  private static let depthMax = 64
  /// A column can be named this many bars ago.
  private static let shiftMax = 500

  private typealias Measure = Condition.Measure
  private typealias Truth = Condition.Truth

  /// What a part of the text is.
  private enum Part {
    case number(Measure, MeasureKind)
    case truth(Truth)
  }

  init(_ text: String) throws(ConditionDefect) {
    end = text.utf8.count
    guard end <= Self.lengthMax else {
      throw ConditionDefect(fact: .tooLong(limit: Self.lengthMax), range: Self.lengthMax..<end)
    }
    tokens = try ConditionToken.all(of: text)
  }

  mutating func condition() throws(ConditionDefect) -> Condition.Truth {
    let start = position
    let truth = try self.truth(try either(), from: start)
    if position < tokens.count { throw unexpected("`and`, `or` or the end") }
    guard !mentions.isEmpty || usesRegimes else { throw ConditionDefect(fact: .constant, range: 0..<end) }
    return truth
  }

  // MARK: Precedences, the weakest first

  private mutating func either() throws(ConditionDefect) -> Part {
    let start = position
    var left = try both()
    while takes("or") {
      let right = position
      let next = try both()
      left = .truth(.either(try truth(left, from: start), try truth(next, from: right)))
    }
    return left
  }

  private mutating func both() throws(ConditionDefect) -> Part {
    let start = position
    var left = try negation()
    while takes("and") {
      let right = position
      let next = try negation()
      left = .truth(.both(try truth(left, from: start), try truth(next, from: right)))
    }
    return left
  }

  private mutating func negation() throws(ConditionDefect) -> Part {
    guard takes("not") else { return try comparison() }
    try descend()
    defer { depth -= 1 }
    let start = position
    let inner = try negation()
    return .truth(.not(try truth(inner, from: start)))
  }

  private mutating func comparison() throws(ConditionDefect) -> Part {
    if let regime = try regime() { return .truth(regime) }
    let start = position
    let left = try sum()
    guard let relation = try relation() else { return left }
    let (first, firstKind) = try number(left, from: start)
    let middle = position
    let (second, secondKind) = try number(try sum(), from: middle)
    _ = try common(firstKind, secondKind, from: start)
    return .truth(.comparison(first, relation, second))
  }

  private mutating func relation() throws(ConditionDefect) -> Condition.Relation? {
    if takes("crosses") {
      if takes("above") { return .crossesAbove }
      if takes("below") { return .crossesBelow }
      throw unexpected("`above` or `below`")
    }
    let relations: [(String, Condition.Relation)] = [
      ("<=", .lessOrEqual), (">=", .greaterOrEqual), ("==", .equal), ("!=", .unequal), ("<", .less), (">", .greater),
    ]
    for (sign, relation) in relations where takes(sign) { return relation }
    return nil
  }

  /// `trend is [not] WORD`, `volatility is [not] WORD`.
  private mutating func regime() throws(ConditionDefect) -> Truth? {
    guard let subject = tokens.at(position)?.text, subject == "trend" || subject == "volatility" else { return nil }
    position += 1
    guard takes("is") else { throw unexpected("`is`") }
    let isNot = takes("not")
    guard let token = tokens.at(position), token.kind == .name else { throw unexpected("the name of a regime") }
    let truth: Truth?
    let known: [String]
    if subject == "trend" {
      known = RuleRegime.Trend.allCases.map(\.rawValue)
      truth = RuleRegime.Trend(rawValue: token.text).map(Truth.trend)
    } else {
      known = RuleRegime.Volatility.allCases.map(\.rawValue)
      truth = RuleRegime.Volatility(rawValue: token.text).map(Truth.volatility)
    }
    guard let truth else { throw ConditionDefect(fact: .unknownWord(token.text, of: known), range: token.range) }
    position += 1
    usesRegimes = true
    return isNot ? .not(truth) : truth
  }

  private mutating func sum() throws(ConditionDefect) -> Part {
    let start = position
    var left = try product()
    while let operation: Condition.Operation = takes("+") ? .plus : takes("-") ? .minus : nil {
      let (first, firstKind) = try number(left, from: start)
      let right = position
      let (second, secondKind) = try number(try product(), from: right)
      left = .number(.combined(first, operation, second), try common(firstKind, secondKind, from: start))
    }
    return left
  }

  private mutating func product() throws(ConditionDefect) -> Part {
    let start = position
    var left = try factor()
    while let operation: Condition.Operation = takes("*") ? .times : takes("/") ? .over : nil {
      let (first, firstKind) = try number(left, from: start)
      let right = position
      let (second, secondKind) = try number(try factor(), from: right)
      left = .number(.combined(first, operation, second), Self.kind(of: firstKind, operation, secondKind))
    }
    return left
  }

  private mutating func factor() throws(ConditionDefect) -> Part {
    try descend()
    defer { depth -= 1 }
    let start = position
    if takes("-") {
      let (value, kind) = try number(try factor(), from: start)
      return .number(.negated(value), kind)
    }
    if takes("(") {
      let inner = try either()
      guard takes(")") else { throw unexpected("`)`") }
      return inner
    }
    guard let token = tokens.at(position) else { throw unexpected("a column or a number") }
    if case .number(let value) = token.kind {
      position += 1
      return .number(.constant(value), .any)
    }
    guard token.kind == .name, !ConditionToken.words.contains(token.text) else { throw unexpected("a column or a number") }
    position += 1
    if token.text == "abs", takes("(") {
      let inside = position
      let (value, kind) = try number(try sum(), from: inside)
      guard takes(")") else { throw unexpected("`)`") }
      return .number(.absolute(value), kind)
    }
    return try column(token)
  }

  private mutating func column(_ token: ConditionToken) throws(ConditionDefect) -> Part {
    let column: NamedColumn
    do throws(NamedColumn.NameDefect) {
      column = try NamedColumn.named(token.text)
    } catch {
      throw ConditionDefect(fact: error.fact, range: token.range)
    }
    var shift = 0
    if takes("[") {
      guard let number = tokens.at(position), case .number(let value) = number.kind, value == value.rounded(),
        (0...Double(Self.shiftMax)).contains(value)
      else { throw unexpected("how many bars ago, 0 to \(Self.shiftMax),") }
      (shift, position) = (Int(value), position + 1)
      guard takes("]") else { throw unexpected("`]`") }
    }
    let mention = Condition.Mention(column: column, shift: shift)
    if !mentions.contains(where: { $0.label == mention.label }) { mentions.append(mention) }
    return .number(.column(mention), column.kind)
  }

  // MARK: Kinds

  private func truth(_ part: Part, from start: Int) throws(ConditionDefect) -> Truth {
    if case .truth(let truth) = part { return truth }
    throw ConditionDefect(fact: .wrongType(wanted: "something true or false, such as `close > sma_50`"), range: range(from: start))
  }

  private func number(_ part: Part, from start: Int) throws(ConditionDefect) -> (Measure, MeasureKind) {
    if case .number(let measure, let kind) = part { return (measure, kind) }
    throw ConditionDefect(fact: .wrongType(wanted: "a number"), range: range(from: start))
  }

  private func common(_ left: MeasureKind, _ right: MeasureKind, from start: Int) throws(ConditionDefect) -> MeasureKind {
    if left == .any { return right }
    if right == .any || left == right { return left }
    throw ConditionDefect(fact: .kinds(left.words, right.words), range: range(from: start))
  }

  private static func kind(of left: MeasureKind, _ operation: Condition.Operation, _ right: MeasureKind) -> MeasureKind {
    if operation == .over, left == right { return left == .any ? .any : .plain }
    if right == .any || right == .plain { return left }
    if operation == .times, left == .any || left == .plain { return right }
    return .any
  }

  // MARK: Tokens

  /// The place in the text from a token to the last one that was taken.
  private func range(from start: Int) -> Range<Int> {
    let first = tokens.at(start)?.range.lowerBound ?? end
    return first..<max(first, tokens.at(position - 1)?.range.upperBound ?? end)
  }

  private mutating func takes(_ text: String) -> Bool {
    guard let token = tokens.at(position), token.text == text, token.kind == .name || token.kind == .sign else { return false }
    position += 1
    return true
  }

  private mutating func descend() throws(ConditionDefect) {
    depth += 1
    guard depth <= Self.depthMax else {
      throw ConditionDefect(fact: .tooDeep(limit: Self.depthMax), range: tokens.at(position)?.range ?? end..<end)
    }
  }

  private func unexpected(_ wanted: String) -> ConditionDefect {
    guard let token = tokens.at(position) else { return ConditionDefect(fact: .unexpected("", wanted: wanted), range: end..<end) }
    return ConditionDefect(fact: .unexpected(token.text, wanted: wanted), range: token.range)
  }
}

extension [ConditionToken] {
  fileprivate func at(_ index: Int) -> ConditionToken? { indices.contains(index) ? self[index] : nil }
}
