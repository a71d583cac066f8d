import JobGraph

/// Collects the mistakes of one file.
final class Findings {
  let source: SourceText
  private var mistakes = MistakeList()
  /// Looking for similar names costs names × names in a file where all are wrong; the first mistakes are enough to see why.
  private var searchesLeft = 100

  init(_ source: SourceText, _ diagnostics: [Diagnostic] = []) {
    self.source = source
    mistakes.add(contentsOf: diagnostics)
  }

  func add(
    _ code: DiagnosticCode, at spot: Spot, _ message: String, label: String = "", expected: String? = nil,
    nearest: Diagnostic.Nearest? = nil, notes: [String] = [], others: [Spot] = []
  ) {
    mistakes.add(code) {
      Diagnostic(
        code, at: source.place(spot), message, label: label, expected: expected, nearest: nearest, notes: notes,
        others: others.map(source.place))
    }
  }

  func add(_ diagnostic: Diagnostic) { mistakes.add(diagnostic.code) { diagnostic } }

  func nearest(_ kind: String, to wrong: String, in names: some Sequence<String>) -> Diagnostic.Nearest? {
    guard searchesLeft > 0 else { return nil }
    searchesLeft -= 1
    return NearestName.find(wrong, in: names).map { Diagnostic.Nearest(kind: kind, name: $0) }
  }

  var sorted: [Diagnostic] { mistakes.all }
}

/// A mapping whose keys are known, and the readers of their values. Each reader reports what it refuses and answers nil.
struct Section {
  /// `a step`, `the job`: what the label of an unknown key says.
  let title: String
  let spot: Spot
  let entries: [Tree.Entry]
  let findings: Findings
  private let index: [String: Int]

  /// - Returns: nil, and a diagnostic, when the node is no mapping.
  init?(_ tree: Tree, title: String, findings: Findings) {
    guard case .mapping(let entries) = tree.content else {
      findings.wrongType(tree, "a mapping", of: title)
      return nil
    }
    (self.title, spot, self.entries, self.findings) = (title, tree.spot, entries, findings)
    index = Dictionary(entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A mapping that is not there: none of its keys is.
  init(empty title: String, at spot: Spot, _ findings: Findings) {
    (self.title, self.spot, self.findings, entries, index) = (title, spot, findings, [], [:])
  }

  subscript(key: String) -> Tree? { index[key].map { entries[$0].value } }

  func keySpot(_ key: String) -> Spot { index[key].map { entries[$0].keySpot } ?? spot }

  func refuseKeys(except known: [String]) {
    for entry in entries where !known.contains(entry.key) {
      findings.add(
        .unknownKey, at: entry.keySpot, "unknown key `\(entry.key)`", label: "not a key of \(title)",
        expected: "keys allowed here: \(known.joined(separator: ", "))", nearest: findings.nearest("key", to: entry.key, in: known))
    }
  }

  /// Reports a key that must be there.
  func require(_ key: String, _ what: String) {
    guard self[key] == nil else { return }
    findings.add(.missingKey, at: spot, "\(title) has no `\(key)`", expected: what)
  }

  func text(_ key: String) -> Located<String>? { self[key].flatMap { findings.text($0, of: "`\(key)`") } }

  func flag(_ key: String) -> Bool? {
    guard let tree = self[key] else { return nil }
    if case .scalar(let scalar) = tree.content, case .bool(let value) = scalar.value { return value }
    findings.wrongType(tree, "true or false", of: "`\(key)`")
    return nil
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let tree = self[key] else { return nil }
    guard case .scalar(let scalar) = tree.content, case .int(let value) = scalar.value else {
      findings.wrongType(tree, "a whole number", of: "`\(key)`")
      return nil
    }
    return findings.check(value, in: range, tree, of: "`\(key)`")
  }

  /// A list of whole numbers; nil, and diagnostics, when one of them is none.
  func integers(_ key: String, in range: ClosedRange<Int>) -> [Int]? {
    guard let tree = self[key] else { return nil }
    guard case .list(let elements) = tree.content else {
      findings.wrongType(tree, "a list of whole numbers", of: "`\(key)`")
      return nil
    }
    let numbers = elements.map { element -> Int? in
      guard case .scalar(let scalar) = element.content, case .int(let value) = scalar.value else {
        findings.wrongType(element, "a whole number", of: "an element of `\(key)`")
        return nil
      }
      return findings.check(value, in: range, element, of: "an element of `\(key)`")
    }
    return numbers.contains(nil) ? nil : numbers.compactMap(\.self)
  }

  /// - Parameter expected: the range in words, where its ends say little.
  func number(_ key: String, in range: ClosedRange<Double>, expected: String? = nil) -> Double? {
    guard let tree = self[key] else { return nil }
    return findings.number(tree, of: "`\(key)`").flatMap { findings.check($0, in: range, tree, of: "`\(key)`", expected: expected) }
  }

  func duration(_ key: String) -> Duration? { self[key].flatMap { findings.duration($0, of: "`\(key)`") } }

  /// One of the words of an enumeration.
  func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type = Word.self) -> Word? where Word.RawValue == String {
    guard let tree = self[key], let text = findings.text(tree, of: "`\(key)`", wanted: Word.wordList) else { return nil }
    return findings.word(text, of: "`\(key)`")
  }

  func section(_ key: String, title: String) -> Section? { self[key].flatMap { Section($0, title: title, findings: findings) } }

  /// A list, or one value that stands for a list of one.
  func texts(_ key: String) -> [Located<String>] {
    guard let tree = self[key] else { return [] }
    guard case .list(let elements) = tree.content else {
      findings.wrongType(tree, "a list of texts", of: "`\(key)`")
      return []
    }
    return elements.compactMap { findings.text($0, of: "an element of `\(key)`") }
  }
}

/// A value and where it stands.
struct Located<Value> {
  let value: Value
  let spot: Spot
}
