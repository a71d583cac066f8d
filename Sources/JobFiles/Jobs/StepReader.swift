import JobGraph

/// A step as read, with the places that the checks of the graph point at.
struct StepDraft {
  var step: Step
  var spot: Spot
  var needs: [Located<String>]
  /// Where `when` names steps whose end it judges.
  var judged: [Located<StepID>] = []
  /// Where the operation is named.
  var usesSpot: Spot?
  var pool: Located<String>?
}

/// Reads one step.
struct StepReader {
  let loader: JobLoader
  let findings: Findings
  let references: References
  let defaults: Defaults
  struct Defaults {
    var retry = RetryPolicy()
    var timeout: Duration?
  }

  private static let keys = [
    "uses", "with", "needs", "each", "when", "calendar", "offset", "retry", "timeout", "tolerate", "pool", "priority", "tags",
    "description",
  ]

  func read(_ entry: Tree.Entry) -> StepDraft? {
    _ = Names.check(Located(value: entry.key, spot: entry.keySpot), "step", findings)
    guard let section = Section(entry.value, title: "a step", findings: findings) else { return StepDraft.unreadable(entry) }
    section.refuseKeys(except: Self.keys)
    let needs = section.texts("needs")
    var step = Step(id: StepID(entry.key), uses: "", needs: needs.map { StepID($0.value) })
    let judged = readWhen(section, into: &step)
    step.calendar = section.text("calendar").flatMap(calendar)
    step.offset = section["offset"].flatMap { OffsetReader(findings: findings).read($0, in: section) } ?? .close
    step.retry = section["retry"].flatMap { RetryReader(findings: findings).read($0, over: defaults.retry) } ?? defaults.retry
    step.timeout = section.duration("timeout") ?? defaults.timeout
    step.tolerate = section["tolerate"].flatMap(tolerance) ?? .none
    let pool = section.text("pool").flatMap { Names.check($0, "pool", findings) ? $0 : nil }
    step.pool = pool?.value
    step.priority = section.integer("priority", in: -1000...1000) ?? 0
    step.tags = section.texts("tags").map(\.value)
    step.description = section.text("description")?.value ?? ""
    readWork(section, entry, into: &step)
    return StepDraft(
      step: step, spot: entry.keySpot, needs: needs, judged: judged, usesSpot: section["uses"]?.spot, pool: pool)
  }

  /// `success`, `failure`, `always`, or a condition. One that names steps judges their ends itself; any other keeps the rule of success.
  /// - Returns: where it names steps.
  private func readWhen(_ section: Section, into step: inout Step) -> [Located<StepID>] {
    guard let tree = section["when"] else { return [] }
    guard case .scalar(let scalar) = tree.content, scalar.hasExpression else {
      step.when = word(section, tree) ?? .success
      return []
    }
    guard let (condition, judged) = references.expressions.condition(of: scalar, at: tree.spot) else { return [] }
    step.condition = condition
    step.when = judged.isEmpty ? .success : .always
    return judged
  }

  private func word(_ section: Section, _ tree: Tree) -> Step.When? {
    let wanted = "\(Step.When.wordList), or a condition in `${{ }}`"
    guard let text = findings.text(tree, of: "`when`", wanted: wanted) else { return nil }
    if let word = Step.When(rawValue: text.value) { return word }
    findings.add(
      .unknownWord, at: text.spot, "`when` is `\(text.value)`", label: "expected \(wanted)",
      nearest: findings.nearest("word", to: text.value, in: Step.When.allCases.map(\.rawValue)))
    return nil
  }

  /// `uses`, `each` and `with`, which belong together.
  private func readWork(_ section: Section, _ entry: Tree.Entry, into step: inout Step) {
    if section["uses"] == nil {
      findings.add(
        .missingKey, at: entry.keySpot, "the step `\(entry.key)` has no `uses`", label: "what does it do", expected: "`uses: OPERATION`")
    }
    let uses = section.text("uses")
    step.uses = uses?.value ?? ""
    let operation = uses.flatMap(operation)
    step.each = EachReader(findings: findings, references: references).read(section, operation: operation, step: entry.key)
    step.with = WithReader(findings: findings, references: references).read(section, operation: operation, uses: uses)
  }

  private func operation(_ name: Located<String>) -> OperationDeclaration? {
    if let operation = loader.operations[name.value] { return operation }
    findings.add(
      .unknownOperation, at: name.spot, "no operation is called `\(name.value)`", label: "unknown operation",
      nearest: findings.nearest("operation", to: name.value, in: loader.operationNames), notes: ["`jobs operations` lists them all"])
    return nil
  }

  private func calendar(_ name: Located<String>) -> String? {
    if loader.calendars[name.value] != nil { return name.value }
    findings.add(
      .badCalendar, at: name.spot, "no market calendar is called `\(name.value)`", label: "unknown calendar",
      expected: "calendars: \(loader.calendarNames.joined(separator: ", "))",
      nearest: findings.nearest("calendar", to: name.value, in: loader.calendarNames))
    return nil
  }

  /// `5%` or a number of tasks.
  private func tolerance(_ tree: Tree) -> Tolerance? {
    guard case .scalar(let scalar) = tree.content else {
      findings.wrongType(tree, "a share such as `5%`, or a number of tasks", of: "`tolerate`")
      return nil
    }
    switch scalar.value {
    case .int(let count): return findings.check(count, in: 0...Int.max, tree, of: "`tolerate`").map(Tolerance.count)
    case .string(let text) where text.hasSuffix("%"):
      switch CoreSchema.value(of: String(text.dropLast())) {
      case .int(let percent) where (0...100).contains(percent): return .share(Double(percent) / 100)
      case .double(let percent) where (0...100).contains(percent): return .share(percent / 100)
      default:
        findings.add(.outOfRange, at: tree.spot, "`tolerate` is `\(text)`", label: "expected 0% to 100%")
        return nil
      }
    default:
      findings.wrongType(tree, "a share such as `5%`, or a number of tasks", of: "`tolerate`")
      return nil
    }
  }
}

extension StepDraft {
  /// A step of which only the name can be read; others may still need it.
  fileprivate static func unreadable(_ entry: Tree.Entry) -> StepDraft {
    StepDraft(step: Step(id: StepID(entry.key), uses: ""), spot: entry.keySpot, needs: [])
  }
}
