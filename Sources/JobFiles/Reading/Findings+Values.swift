import JobGraph

extension Findings {
  func wrongType(_ tree: Tree, _ wanted: String, of what: String) {
    add(.wrongType, at: tree.spot, "\(what) is \(tree.kindName)", label: "expected \(wanted)", notes: hint(tree, wanted).map { [$0] } ?? [])
  }

  /// Why a scalar is not what it looks like.
  private func hint(_ tree: Tree, _ wanted: String) -> String? {
    guard case .scalar(let scalar) = tree.content else { return nil }
    switch scalar.value {
    case .bool, .int, .double, .null:
      return wanted.contains("text") || wanted.contains("word") || wanted.contains("symbol")
        ? "a text that looks like something else is written in quotes: \"\(scalar.text)\"" : nil
    case .string(let text) where !scalar.isPlain && CoreSchema.value(of: text) != .string(text):
      return "in quotes it is a text"
    case .string(let text) where wanted.contains("number") && text.first?.isNumber == true:
      return "numbers are written without leading zeros, units and separators; an exponent needs a decimal point (`1.0e3`)"
    case .string(let text) where wanted.hasPrefix("true") && ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased()):
      return "`\(text)` is a text"
    default: return nil
    }
  }

  func text(_ tree: Tree, of what: String, wanted: String = "a text") -> Located<String>? {
    if case .scalar(let scalar) = tree.content, case .string(let text) = scalar.value { return Located(value: text, spot: tree.spot) }
    wrongType(tree, wanted, of: what)
    return nil
  }

  func number(_ tree: Tree, of what: String) -> Double? {
    if case .scalar(let scalar) = tree.content {
      switch scalar.value {
      case .int(let value): return Double(value)
      case .double(let value): return value
      default: break
      }
    }
    wrongType(tree, "a number", of: what)
    return nil
  }

  func check<Value: Comparable>(_ value: Value, in range: ClosedRange<Value>, _ tree: Tree, of what: String, expected: String? = nil)
    -> Value?
  {
    guard !range.contains(value) else { return value }
    var written = "\(value)"
    if case .scalar(let scalar) = tree.content, !scalar.isIndirect { written = scalar.text }
    add(.outOfRange, at: tree.spot, "\(what) is \(written)", label: "expected \(expected ?? Self.describe(range))")
    return nil
  }

  /// `a number from 1 to 10`, `at least 1`.
  static func describe<Value>(_ range: ClosedRange<Value>) -> String {
    let ends = ["\(range.lowerBound)", "\(range.upperBound)"]
    let texts = ends.map { $0.hasSuffix(".0") ? String($0.dropLast(2)) : $0 }
    let isOpen = ends[1] == "\(Int.max)" || ends[1] == "\(Double.greatestFiniteMagnitude)"
    return isOpen ? "at least \(texts[0])" : "\(texts[0]) to \(texts[1])"
  }

  func duration(_ tree: Tree, of what: String) -> Duration? {
    guard let text = text(tree, of: what, wanted: "a duration such as `90s`") else { return nil }
    if let duration = DurationText.parse(text.value) { return duration }
    add(.badDuration, at: text.spot, "\(what) is `\(text.value)`", label: "not a duration", expected: DurationText.expectation)
    return nil
  }

  func word<Word: RawRepresentable & CaseIterable>(_ text: Located<String>, of what: String) -> Word? where Word.RawValue == String {
    if let word = Word(rawValue: text.value) { return word }
    add(
      .unknownWord, at: text.spot, "\(what) is `\(text.value)`", label: "expected \(Word.wordList)",
      nearest: nearest("word", to: text.value, in: Word.allCases.map(\.rawValue)))
    return nil
  }
}

extension RawRepresentable where Self: CaseIterable, RawValue == String {
  /// The words that an enumeration has in files: `skip, queue, replace`.
  static var wordList: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
