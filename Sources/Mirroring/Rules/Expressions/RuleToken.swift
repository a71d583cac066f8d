/// A word of the expression language, and where it begins.
struct RuleToken: Equatable {
  enum Kind: Equatable {
    case number(Double)
    case string(String)
    case pattern(source: String, flags: String)
    case name(String)
    /// `$name`, with the dollar.
    case capture(String)
    case symbol(String)
    case end
  }

  let kind: Kind
  /// Counted in scalars from the beginning of the expression.
  let offset: Int
}

/// A mistake in an expression; the offset counts scalars.
struct ExpressionMistake: Error, Equatable {
  let offset: Int
  let message: String
}

/// Cuts an expression into its words. Source: ECMAScript, as far as the rules know it.
struct RuleLexer {
  private let text: [Unicode.Scalar]
  private var position = 0

  private static let symbols = [
    "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")", "[", "]", ",", ".",
  ]

  static func tokens(of text: String) throws(ExpressionMistake) -> [RuleToken] {
    var lexer = RuleLexer(text: Array(text.unicodeScalars))
    var tokens: [RuleToken] = []
    repeat {
      tokens.append(try lexer.next(after: tokens.last))
    } while tokens.last?.kind != .end
    return tokens
  }

  private mutating func next(after last: RuleToken?) throws(ExpressionMistake) -> RuleToken {
    try skipSpace()
    let start = position
    guard let scalar = peek() else { return RuleToken(kind: .end, offset: start) }
    let kind: RuleToken.Kind
    switch scalar {
    case "0"..."9": kind = try number()
    case "\"", "'": kind = try string(until: scalar)
    case "/" where RuleLexer.expectsOperand(last): kind = try pattern()
    case "$":
      position += 1
      let name = word()
      guard !name.isEmpty else { throw mistake("`$` without a name", at: start) }
      kind = .capture("$" + name)
    case _ where RuleLexer.isWordStart(scalar): kind = .name(word())
    default: kind = try symbol()
    }
    return RuleToken(kind: kind, offset: start)
  }

  /// After an operand a slash divides; anywhere else it begins a pattern.
  private static func expectsOperand(_ last: RuleToken?) -> Bool {
    switch last?.kind {
    case .number, .string, .pattern, .name, .capture, .symbol(")"), .symbol("]"): false
    default: true
    }
  }

  private static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    default: false
    }
  }

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? { position + ahead < text.count ? text[position + ahead] : nil }

  private func mistake(_ message: String, at offset: Int) -> ExpressionMistake { ExpressionMistake(offset: offset, message: message) }

  private mutating func skipSpace() throws(ExpressionMistake) {
    while let scalar = peek() {
      if scalar.properties.isWhitespace {
        position += 1
      } else if scalar == "/", peek(1) == "/" {
        while let next = peek(), next != "\n" { position += 1 }
      } else if scalar == "/", peek(1) == "*" {
        let start = position
        position += 2
        while !(peek() == "*" && peek(1) == "/") {
          guard peek() != nil else { throw mistake("a comment that does not end", at: start) }
          position += 1
        }
        position += 2
      } else {
        return
      }
    }
  }

  private mutating func word() -> String {
    var name = String.UnicodeScalarView()
    while let scalar = peek(), RuleLexer.isWordStart(scalar) || ("0"..."9").contains(scalar) {
      name.append(scalar)
      position += 1
    }
    return String(name)
  }

  private mutating func number() throws(ExpressionMistake) -> RuleToken.Kind {
    let start = position
    digits()
    if peek() == ".", let next = peek(1), ("0"..."9").contains(next) {
      position += 1
      digits()
    }
    if peek() == "e" || peek() == "E" {
      position += 1
      if peek() == "+" || peek() == "-" { position += 1 }
      digits()
    }
    let written = String(String.UnicodeScalarView(text[start..<position]))
    let isOctal = written.count > 1 && written.hasPrefix("0") && !written.hasPrefix("0.") && !written.lowercased().hasPrefix("0e")
    guard !isOctal, let value = Double(written), value.isFinite, peek().map(RuleLexer.isWordStart) != true else {
      throw mistake("this is no number", at: start)
    }
    return .number(value)
  }

  private mutating func digits() {
    while let scalar = peek(), ("0"..."9").contains(scalar) { position += 1 }
  }

  private mutating func string(until quote: Unicode.Scalar) throws(ExpressionMistake) -> RuleToken.Kind {
    let start = position
    position += 1
    var value = String.UnicodeScalarView()
    while let scalar = peek(), scalar != "\n" {
      position += 1
      if scalar == quote { return .string(String(value)) }
      value.append(scalar == "\\" ? try escape() : scalar)
    }
    throw mistake("a text that does not end", at: start)
  }

  private mutating func escape() throws(ExpressionMistake) -> Unicode.Scalar {
    let start = position - 1
    guard let scalar = peek() else { throw mistake("a text that does not end", at: start) }
    position += 1
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "x": return try hexadecimal(2, from: start)
    case "u": return try hexadecimal(4, from: start)
    case "0"..."9": throw mistake("an escape `\\\(scalar)` is not known", at: start)
    default: return scalar
    }
  }

  private mutating func hexadecimal(_ count: Int, from start: Int) throws(ExpressionMistake) -> Unicode.Scalar {
    let written = String(String.UnicodeScalarView(text[position..<min(text.count, position + count)]))
    guard written.utf8.count == count, !written.hasPrefix("+"), let value = UInt32(written, radix: 16), let scalar = Unicode.Scalar(value)
    else {
      throw mistake("an escape needs \(count) hexadecimal digits of a character", at: start)
    }
    position += count
    return scalar
  }

  /// `/…/i`; a slash inside a class or behind a backslash does not end it.
  private mutating func pattern() throws(ExpressionMistake) -> RuleToken.Kind {
    let start = position
    var isInClass = false
    position += 1
    while let scalar = peek(), scalar != "\n" {
      if scalar == "/", !isInClass {
        let source = String(String.UnicodeScalarView(text[(start + 1)..<position]))
        position += 1
        return .pattern(source: source, flags: word())
      }
      if scalar == "[" { isInClass = true }
      if scalar == "]" { isInClass = false }
      position += scalar == "\\" ? 2 : 1
    }
    throw mistake("a pattern that does not end", at: start)
  }

  private mutating func symbol() throws(ExpressionMistake) -> RuleToken.Kind {
    for symbol in RuleLexer.symbols {
      let scalars = Array(symbol.unicodeScalars)
      if position + scalars.count <= text.count, text[position..<(position + scalars.count)].elementsEqual(scalars) {
        position += scalars.count
        return .symbol(symbol)
      }
    }
    throw mistake("`\(text[position].printable)` has no meaning here", at: position)
  }
}

extension Unicode.Scalar {
  /// Itself, or `U+0007` when it cannot be seen.
  var printable: String { properties.generalCategory == .control ? "U+" + String(value, radix: 16, uppercase: true) : String(self) }
}
