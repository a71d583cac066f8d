import JobGraph

/// Reads `parameters:` and puts what the command line says in their place.
struct ParameterReader {
  let configuration: Configuration
  let findings: Findings
  let expressions: ExpressionReader

  /// - Returns: in the order of the file.
  func read(
    _ tree: Tree?, given: [JobValue.Entry], overrides: [(key: String, text: String)], job: String
  ) -> [JobValue.Entry] {
    var (names, values) = written(tree)
    for entry in given where known(entry.key, "the program gives", names, job) { values[entry.key] = entry.value }
    for (key, text) in overrides where known(key, "--set \(key)=\(text):", names, job) {
      guard let standard = values[key] else { continue }
      if let value = Self.value(of: text, like: standard) {
        values[key] = value
      } else {
        findings.add(
          Diagnostic(.wrongType, at: nil, "--set \(key)=\(text): `\(key)` is \(standard.kindName) in the job, `\(text)` is not"))
      }
    }
    return names.compactMap { name in values[name].map { JobValue.Entry(name, $0) } }
  }

  private func written(_ tree: Tree?) -> (names: [String], values: [String: JobValue]) {
    guard let tree, let section = Section(tree, title: "`parameters`", findings: findings) else { return ([], [:]) }
    let references = References(configuration, parameters: nil, expressions: expressions)
    var (names, values) = ([String](), [String: JobValue]())
    for entry in section.entries where Names.check(Located(value: entry.key, spot: entry.keySpot), "parameter", findings) {
      names.append(entry.key)
      // A parameter that cannot be read is still one: what refers to it is not wrong as well.
      values[entry.key] = references.value(of: entry.value, findings) ?? .null
    }
    return (names, values)
  }

  private func known(_ key: String, _ who: String, _ names: [String], _ job: String) -> Bool {
    if names.contains(key) { return true }
    findings.add(
      Diagnostic(
        .unknownOverride, at: nil, "\(who) the job \(job) has no parameter `\(key)`",
        expected: names.isEmpty ? "no parameters: the job declares none" : "parameters of the job: \(names.joined(separator: ", "))",
        nearest: findings.nearest("parameter", to: key, in: names)))
    return false
  }

  /// The text as a value of the kind that the job has there; nil when it is none. Where the job has nothing, the core schema decides.
  static func value(of text: String, like standard: JobValue) -> JobValue? {
    let scalar = CoreSchema.value(of: text)
    switch (standard, scalar) {
    case (.string, _): return .string(text)
    case (.null, _): return scalar
    case (.bool, .bool), (.int, .int), (.double, .double): return scalar
    case (.double, .int(let value)): return .double(Double(value))
    case (.list(let elements), _):
      // One kind of element, separated by commas, with or without brackets.
      let inner = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
      let parts = inner.split(separator: ",").map { $0.drop { $0 == " " } }.map { part in
        String(part.reversed().drop { $0 == " " }.reversed())
      }
      let values = parts.compactMap { value(of: $0, like: elements.first ?? .null) }
      return values.count == parts.count ? .list(values) : nil
    default: return nil
    }
  }
}
