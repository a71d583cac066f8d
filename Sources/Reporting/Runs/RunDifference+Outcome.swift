public import JobGraph

extension RunDifference {
  /// What became of a step in the second run and not in the first, or the other way round.
  static func outcome(_ a: RunAccount.Step?, _ b: RunAccount.Step?) -> [Change] {
    // That one of them has no such step is said of the plan.
    guard let a, let b else { return [] }
    var changes: [Change] = []
    func add(_ kind: Kind, _ sentence: String?) {
      if let sentence { changes.append(Change(kind: kind, step: b.id, sentence: "\(b.id) \(sentence)")) }
    }
    add(.state, state(a, b))
    add(.tasks, tasks(a, b))
    let (failed, mended) = (failures(of: b, butNotOf: a), failures(of: a, butNotOf: b))
    add(.failures, failed.isEmpty ? nil : "failed only in the second run: \(listed(failed))")
    add(.failures, mended.isEmpty ? nil : "failed only in the first run: \(listed(mended))")
    let (warned, quiet) = (warnings(of: b, butNotOf: a), warnings(of: a, butNotOf: b))
    add(.warnings, warned.isEmpty ? nil : "warned only in the second run: \(listed(warned))")
    add(.warnings, quiet.isEmpty ? nil : "warned only in the first run: \(listed(quiet))")
    if a.newRows != b.newRows || a.changedRows != b.changedRows {
      add(.rows, "left +\(b.newRows) ~\(b.changedRows) rows instead of +\(a.newRows) ~\(a.changedRows)")
    }
    if a.requestsMade != b.requestsMade || a.weightSpent != b.weightSpent {
      let requests = "\(b.requestsMade) request\(b.requestsMade == 1 ? "" : "s") (weight \(b.weightSpent))"
      add(.requests, "made \(requests) instead of \(a.requestsMade) (weight \(a.weightSpent))")
    }
    if let x = a.seconds, let y = b.seconds, DurationNoise.isExceeded(by: x, y) { add(.duration, "took \(times(x, y))") }
    return changes
  }

  private static func state(_ a: RunAccount.Step, _ b: RunAccount.Step) -> String? {
    guard a.state != b.state else {
      guard a.state == .skipped, a.reason != b.reason else { return nil }
      return "was skipped for another reason: \(b.reason ?? "none is recorded"); before: \(a.reason ?? "none is recorded")"
    }
    func word(_ step: RunAccount.Step) -> String {
      (step.state?.rawValue ?? "open") + (step.reason.map { " (\($0))" } ?? "")
    }
    return "is \(word(b)) and was \(word(a))"
  }

  private static func tasks(_ a: RunAccount.Step, _ b: RunAccount.Step) -> String? {
    func counts(_ step: RunAccount.Step) -> String {
      let byState = Dictionary(grouping: step.tasks, by: \.state).mapValues(\.count)
      return TaskState.allCases.compactMap { state in byState[state].map { "\($0) \(state.rawValue)" } }.joined(separator: ", ")
    }
    let (before, after) = (counts(a), counts(b))
    // A single task says no more than its step.
    guard before != after, max(a.tasks.count, b.tasks.count) > 1 else { return nil }
    return "has \(after) of its tasks instead of \(before)"
  }

  private static func failures(of step: RunAccount.Step, butNotOf other: RunAccount.Step) -> [String] {
    let failed = Set(other.tasks.filter { $0.state == .failed }.map(\.key))
    return step.tasks.filter { $0.state == .failed && !failed.contains($0.key) }.map { task in
      [task.key, task.failure ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    }
  }

  private static func warnings(of step: RunAccount.Step, butNotOf other: RunAccount.Step) -> [String] {
    let known = Set(other.tasks.flatMap { task in task.warnings.map { [task.key, $0] } })
    return step.tasks.flatMap { task in
      task.warnings.filter { !known.contains([task.key, $0]) }.map { VisibleText.shown(task.key.isEmpty ? $0 : "\(task.key): \($0)") }
    }
  }

  /// So many of a kind are named; of the others the number.
  private static let namedMax = 5

  private static func listed(_ items: [String]) -> String {
    let more = items.count - namedMax
    return items.prefix(namedMax).joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
  }
}

extension RunAccount.Step {
  /// Rows that its tasks added.
  public var newRows: Int { sum(of: "new") ?? 0 }
  /// Rows that its tasks changed.
  public var changedRows: Int { (sum(of: "restated") ?? 0) + (sum(of: "changed") ?? 0) }
}
