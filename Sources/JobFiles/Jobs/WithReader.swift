import JobGraph

/// Reads `with`: the parameters of the operation, checked against what it declares.
struct WithReader {
  let findings: Findings
  let references: References

  func read(_ section: Section, operation: OperationDeclaration?, uses: Located<String>?) -> [JobValue.Entry] {
    let with = section.section("with", title: "`with`")
    if let operation, let uses { checkMissing(with, isReadable: section["with"] == nil || with != nil, operation, at: uses.spot) }
    return with?.entries.compactMap { entry in
      let parameter = operation?.parameters.first { $0.name == entry.key }
      if let operation, parameter == nil { refuse(entry, operation) }
      guard let value = references.value(of: entry.value, findings) else { return nil }
      if let parameter { ParameterCheck(findings: findings, name: entry.key).check(value, entry.value, as: parameter.type) }
      return JobValue.Entry(entry.key, value)
    } ?? []
  }

  private func checkMissing(_ with: Section?, isReadable: Bool, _ operation: OperationDeclaration, at spot: Spot) {
    guard isReadable else { return }
    for parameter in operation.parameters where parameter.isRequired && with?[parameter.name] == nil {
      findings.add(
        .missingParameter, at: spot, "`\(operation.name)` needs the parameter `\(parameter.name)`", label: "`with` lacks it",
        expected: "`\(parameter.name)`: \(ParameterCheck.describe(parameter.type))")
    }
  }

  private func refuse(_ entry: Tree.Entry, _ operation: OperationDeclaration) {
    let names = operation.parameters.map(\.name)
    findings.add(
      .unknownParameter, at: entry.keySpot, "`\(operation.name)` has no parameter `\(entry.key)`", label: "unknown parameter",
      expected: names.isEmpty ? "no parameters: it takes none" : "its parameters: \(names.joined(separator: ", "))",
      nearest: findings.nearest("parameter", to: entry.key, in: names))
  }
}

/// Says whether a value is of the type that a parameter has.
struct ParameterCheck {
  let findings: Findings
  let name: String

  /// - Parameter tree: where the value was written; behind a reference only the reference is.
  func check(_ value: JobValue, _ tree: Tree, as type: ParameterType) {
    switch (type, value) {
    case (.text, .string), (.flag, .bool), (.mapping, .map): break
    case (.oneOf(let words), .string(let text)): checkWord(text, tree, words)
    case (.integer(let range), .int(let number)): checkRange(number, range, tree)
    case (.number(let range), .int(let number)): checkRange(Double(number), range, tree)
    case (.number(let range), .double(let number)): checkRange(number, range, tree)
    case (.duration, .string(let text)): checkDuration(text, tree)
    case (.list(let element), .list(let values)): checkElements(values, tree, as: element)
    default: refuse(value, tree, type)
    }
  }

  private func refuse(_ value: JobValue, _ tree: Tree, _ type: ParameterType) {
    guard case .scalar(let scalar) = tree.content, scalar.isIndirect else {
      return findings.wrongType(tree, Self.describe(type), of: "`\(name)`")
    }
    findings.add(
      .wrongType, at: tree.spot, "`\(name)` is `\(scalar.text)`, which is \(value.kindName)", label: "expected \(Self.describe(type))")
  }

  private func checkWord(_ text: String, _ tree: Tree, _ words: [String]) {
    guard !words.contains(text) else { return }
    findings.add(
      .unknownWord, at: tree.spot, "`\(name)` is `\(text)`", label: "expected \(words.joined(separator: ", "))",
      nearest: findings.nearest("word", to: text, in: words))
  }

  private func checkRange<Value: Comparable>(_ value: Value, _ range: ClosedRange<Value>, _ tree: Tree) {
    _ = findings.check(value, in: range, tree, of: "`\(name)`")
  }

  private func checkDuration(_ text: String, _ tree: Tree) {
    guard text != DurationText.all, DurationText.parse(text) == nil else { return }
    findings.add(
      .badDuration, at: tree.spot, "`\(name)` is `\(text)`", label: "not a duration", expected: DurationText.expectation + ", or `all`")
  }

  private func checkElements(_ values: [JobValue], _ tree: Tree, as type: ParameterType) {
    // Behind a reference the elements have no places of their own.
    let places = if case .list(let elements) = tree.content { elements } else { Array(repeating: tree, count: values.count) }
    let check = ParameterCheck(findings: findings, name: name)
    for (value, place) in zip(values, places) { check.check(value, place, as: type) }
  }

  /// `a whole number, 1 to 10`, as a message says what is expected.
  static func describe(_ type: ParameterType) -> String {
    switch type {
    case .text: "a text"
    case .oneOf(let words): "one of \(words.joined(separator: ", "))"
    case .integer(let range): "a whole number, \(Findings.describe(range))"
    case .number(let range): "a number, \(Findings.describe(range))"
    case .flag: "true or false"
    case .duration: "a duration such as `90d`, or `all`"
    case .list(let element): "a list; each element: \(describe(element))"
    case .mapping: "a mapping, such as `$config.NAME`"
    }
  }
}
