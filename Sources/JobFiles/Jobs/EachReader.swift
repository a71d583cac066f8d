import JobGraph

/// Reads `each`: the dimensions of a step's fan-out.
struct EachReader {
  let findings: Findings
  let references: References

  func read(_ section: Section, operation: OperationDeclaration?, step: String) -> [Step.Dimension] {
    let each = section.section("each", title: "`each`")
    if let operation, operation.allowsAnyDimensions {
      for entry in each?.entries ?? [] { _ = Names.check(Located(value: entry.key, spot: entry.keySpot), "dimension", findings) }
    } else if let operation {
      check(each, at: section, operation)
    }
    return each?.entries.compactMap { entry in
      let values = values(of: entry, step: step)
      return values.map { Step.Dimension(entry.key, $0) }
    } ?? []
  }

  private func check(_ each: Section?, at step: Section, _ operation: OperationDeclaration) {
    let wanted = operation.dimensions
    let expected =
      wanted.isEmpty
      ? "no `each`: `\(operation.name)` is a single task" : "dimensions of `\(operation.name)`: \(wanted.joined(separator: ", "))"
    for entry in each?.entries ?? [] where !wanted.contains(entry.key) {
      findings.add(
        .wrongDimensions, at: entry.keySpot, "`\(operation.name)` has no dimension `\(entry.key)`", label: "not a dimension of it",
        expected: expected, nearest: findings.nearest("dimension", to: entry.key, in: wanted))
    }
    guard each != nil || step["each"] == nil else { return }
    let missing = wanted.filter { each?[$0] == nil }
    guard !missing.isEmpty else { return }
    let spot = each == nil ? step["uses"]?.spot ?? step.spot : step.keySpot("each")
    findings.add(
      .wrongDimensions, at: spot, "`each` lacks \(missing.map { "`\($0)`" }.joined(separator: ", "))",
      label: "one task for each of what", expected: expected)
  }

  private func values(of entry: Tree.Entry, step: String) -> [Step.Dimension.Value]? {
    var collected = Collected()
    let isGood = collect(entry.value, of: entry.key, into: &collected)
    if isGood, collected.values.isEmpty {
      findings.add(
        .emptyEach, at: entry.value.spot, "`\(entry.key)` of the step `\(step)` is empty", label: "no value, so no task",
        notes: ["the step will be skipped"])
    }
    return isGood ? collected.values : nil
  }

  private struct Collected {
    var values: [Step.Dimension.Value] = []
    var written: [String: Spot] = [:]
    var seen: Set<String> = []

    mutating func add(_ value: Step.Dimension.Value) {
      if seen.insert(value.text).inserted { values.append(value) }
    }
  }

  /// A list, a reference to one, or a list of such references and texts: the values in order, each once.
  private func collect(_ tree: Tree, of name: String, into collected: inout Collected) -> Bool {
    switch tree.content {
    case .list(let elements):
      var isGood = true
      for element in elements {
        if case .scalar = element.content {
          isGood = collect(element, of: name, into: &collected) && isGood
        } else {
          findings.wrongType(element, "a text", of: "an element of `\(name)`")
          isGood = false
        }
      }
      return isGood
    case .scalar(let scalar):
      if scalar.hasExpression {
        return references.expressions.value(of: scalar, at: tree.spot).map { add($0, "the expression", tree.spot, into: &collected) }
          ?? false
      }
      if let path = scalar.reference { return refer(path, tree.spot, of: name, into: &collected) }
      guard let text = findings.text(tree, of: "a value of `\(name)`") else { return false }
      return add(text, of: name, into: &collected)
    case .mapping:
      findings.wrongType(tree, "a list of texts, or a reference to one", of: "`\(name)`")
      return false
    }
  }

  private func add(_ text: Located<String>, of name: String, into collected: inout Collected) -> Bool {
    if let first = collected.written.updateValue(text.spot, forKey: text.value) {
      findings.add(
        .duplicateEntry, at: text.spot, "`\(text.value)` stands twice in `\(name)`", label: "a second time", others: [first])
      return false
    }
    collected.add(Step.Dimension.Value(text.value))
    return true
  }

  private func refer(_ path: Substring, _ spot: Spot, of name: String, into collected: inout Collected) -> Bool {
    if let symbols = references.symbols(path) {
      symbols.forEach { collected.add($0) }
      return true
    }
    guard let value = references.resolve(path, at: spot, findings) else { return false }
    return add(value, "`$\(path)`", spot, into: &collected)
  }

  /// The texts that something stands for.
  private func add(_ value: JobValue, _ who: String, _ spot: Spot, into collected: inout Collected) -> Bool {
    let elements = if case .list(let elements) = value { elements } else { [value] }
    for element in elements {
      guard case .string(let text) = element else {
        findings.add(.wrongType, at: spot, "\(who) holds \(element.kindName)", label: "expected a list of texts")
        return false
      }
      collected.add(Step.Dimension.Value(text))
    }
    return true
  }
}
