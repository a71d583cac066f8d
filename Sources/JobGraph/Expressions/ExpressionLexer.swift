/// Cuts an expression into words and signs.
struct ExpressionLexer {
  struct Token: Hashable {
    let kind: Kind
    let range: Range<Int>

    enum Kind: Hashable {
      /// A dotted name: `steps.crypto.failed`.
      case name([String])
      case whole(UInt64)
      case number(Double)
      case text(String)
      case sign(String)
      case end
    }
  }

  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  static let signs = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "(", ")", "[", "]", ","]

  mutating func tokens() throws(ExpressionDefect) -> [Token] {
    var tokens: [Token] = []
    while true {
      while position < scalars.count, [" ", "\t", "\n", "\r"].contains(scalars[position]) { position += 1 }
      guard position < scalars.count else { break }
      tokens.append(try token())
    }
    return tokens + [Token(kind: .end, range: scalars.count..<scalars.count)]
  }

  private mutating func token() throws(ExpressionDefect) -> Token {
    let (start, first) = (position, scalars[position])
    if Self.isNameStart(first) { return Token(kind: .name(try path()), range: start..<position) }
    if Self.isDigit(first) { return Token(kind: try number(), range: start..<position) }
    if first == "\"" || first == "'" { return Token(kind: .text(try quoted(first)), range: start..<position) }
    let rest = String(String.UnicodeScalarView(scalars[position..<min(position + 2, scalars.count)]))
    guard let sign = Self.signs.first(where: { rest.hasPrefix($0) }) else {
      throw ExpressionDefect(
        .unreadable, start..<start + 1, first == "=" ? "`=` is not an operator" : "`\(first)` does not belong into an expression",
        label: first == "=" ? "equal is `==`" : "not understood",
        expected: first == "$" ? "a parameter is `parameters.NAME`, without `$`" : nil)
    }
    position += sign.unicodeScalars.count
    return Token(kind: .sign(sign), range: start..<position)
  }

  /// A word, and behind each dot another one; behind a dot a word may hold `-`, as names of steps do.
  private mutating func path() throws(ExpressionDefect) -> [String] {
    var words = [word(allowsDash: false)]
    while position < scalars.count, scalars[position] == "." {
      position += 1
      guard position < scalars.count, Self.isNameStart(scalars[position]) else {
        throw ExpressionDefect(.unreadable, position - 1..<position, "a name is missing after `.`", label: "the name of what")
      }
      words.append(word(allowsDash: true))
    }
    return words
  }

  private mutating func word(allowsDash: Bool) -> String {
    let start = position
    while position < scalars.count {
      let scalar = scalars[position]
      let isDash = allowsDash && scalar == "-" && position + 1 < scalars.count && Self.isNamePart(scalars[position + 1])
      guard Self.isNamePart(scalar) || isDash else { break }
      position += 1
    }
    return String(String.UnicodeScalarView(scalars[start..<position]))
  }

  private mutating func number() throws(ExpressionDefect) -> Token.Kind {
    let start = position
    skipDigits()
    var isWhole = true
    if position + 1 < scalars.count, scalars[position] == ".", Self.isDigit(scalars[position + 1]) {
      isWhole = false
      position += 1
      skipDigits()
      if position < scalars.count, scalars[position] == "e" || scalars[position] == "E" { skipExponent() }
    }
    if position < scalars.count, Self.isNamePart(scalars[position]) || scalars[position] == "." {
      while position < scalars.count, Self.isNamePart(scalars[position]) || scalars[position] == "." { position += 1 }
      throw ExpressionDefect(
        .unreadable, start..<position, "`\(text(start))` is no number", label: "not a number",
        expected: "`12`, `0.5` or `1.0e3`; a duration or a day is a text in quotes")
    }
    let text = text(start)
    if isWhole, text.count == 1 || !text.hasPrefix("0"), let value = UInt64(text), value <= UInt64(Int.max) + 1 { return .whole(value) }
    if !isWhole, let value = Double(text), value.isFinite { return .number(value) }
    throw ExpressionDefect(
      .unreadable, start..<position, "`\(text)` is no number", label: isWhole && text.hasPrefix("0") ? "a leading zero" : "beyond 64 bits")
  }

  private func text(_ start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<position])) }

  private mutating func skipDigits() {
    while position < scalars.count, Self.isDigit(scalars[position]) { position += 1 }
  }

  private mutating func skipExponent() {
    var next = position + 1
    if next < scalars.count, scalars[next] == "-" || scalars[next] == "+" { next += 1 }
    guard next < scalars.count, Self.isDigit(scalars[next]) else { return }
    position = next
    skipDigits()
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(ExpressionDefect) -> String {
    let start = position
    var text = String.UnicodeScalarView()
    position += 1
    while position < scalars.count, scalars[position] != quote {
      if scalars[position] == "\\" {
        position += 1
        guard position < scalars.count, let escaped = Self.escapes[scalars[position]] else {
          throw ExpressionDefect(
            .unreadable, position - 1..<min(position + 1, scalars.count), "an unknown escape", label: "not an escape",
            expected: #"`\\`, `\"`, `\'`, `\n` or `\t`"#)
        }
        text.append(escaped)
      } else {
        text.append(scalars[position])
      }
      position += 1
    }
    guard position < scalars.count else {
      throw ExpressionDefect(.unreadable, start..<scalars.count, "a quote is not closed", label: "begins here")
    }
    position += 1
    return String(text)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = ["\\": "\\", "\"": "\"", "'": "'", "n": "\n", "t": "\t"]

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
  private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }
  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool { isNameStart(scalar) || isDigit(scalar) }
}
