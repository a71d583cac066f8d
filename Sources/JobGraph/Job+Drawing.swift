extension Job {
  /// Beyond these a line of text is not indented further, and names are counted.
  private static let indentMax = 12
  private static let namesShown = 12

  /// The graph in lines of text: a step below the last of those that it waits for, with its arrows by name.
  public var textDrawing: String {
    var lines: [String] = []
    for (level, steps) in levels.enumerated() {
      for step in steps { lines.append(indentation(level) + line(of: step)) }
    }
    for step in finally { lines.append("finally " + line(of: step)) }
    return lines.joined(separator: "\n")
  }

  /// A chain of a thousand steps must not be a triangle a thousand wide.
  private func indentation(_ level: Int) -> String {
    level <= Self.indentMax
      ? String(repeating: "   ", count: level) : String(repeating: "   ", count: Self.indentMax) + "(level \(level + 1)) "
  }

  private func line(of step: Step) -> String {
    let names = step.needs.prefix(Self.namesShown).map(\.name).joined(separator: ", ")
    let more = step.needs.count > Self.namesShown ? " and \(step.needs.count - Self.namesShown) more" : ""
    let rule = step.conditionText.map { "  \($0)" } ?? ""
    return "\(step.id)  (\(step.uses)\(step.each.isEmpty ? "" : ", \(step.taskCount) tasks"))"
      + (names.isEmpty ? "" : "  <- \(names)\(more)") + rule
  }

  /// For https://mermaid.js.org. Steps are numbered, since a step may be called as a word of the language: `end`.
  public var mermaidDrawing: String {
    let all = steps + finally
    let number = Dictionary(all.enumerated().map { ($1.id, "s\($0)") }, uniquingKeysWith: { first, _ in first })
    var lines = ["flowchart LR"]
    for (index, step) in all.enumerated() {
      let text = "\"\(escaped(step.id.name))<br>\(escaped(step.uses))\""
      lines.append("  s\(index)" + (index < steps.count ? "[\(text)]" : "([\(text)])"))
    }
    for (from, to, isDotted) in arrows { lines.append("  \(number[from] ?? "") \(isDotted ? "-.->" : "-->") \(number[to] ?? "")") }
    return lines.joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "#amp;").replacing("\"", with: "#quot;").replacing("<", with: "#lt;").replacing(">", with: "#gt;")
  }

  /// For Graphviz.
  public var dotDrawing: String {
    var lines = ["digraph \(quoted(name)) {", "  rankdir=LR;", "  node [shape=box];"]
    for (index, step) in (steps + finally).enumerated() {
      let label = quoted(step.id.name).dropLast() + "\\n" + quoted(step.uses).dropFirst()
      lines.append("  \(quoted(step.id.name)) [label=\(label)\(index < steps.count ? "" : ", style=rounded")];")
    }
    for (from, to, isDotted) in arrows { lines.append("  \(quoted(from.name)) -> \(quoted(to.name))\(isDotted ? " [style=dashed]" : "");") }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private func quoted(_ text: String) -> String { "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }

  /// The steps by how many others lie before them on the longest way; in each level in the order of the file.
  /// - Complexity: O(steps + edges).
  public var levels: [[Step]] {
    var level: [StepID: Int] = [:]
    for step in sorted { level[step.id] = (step.needs.map { (level[$0] ?? 0) + 1 }.max() ?? 0) }
    var result: [[Step]] = Array(repeating: [], count: (level.values.max() ?? -1) + 1)
    for step in steps { if let number = level[step.id] { result[number].append(step) } }
    return result
  }

  /// Each arrow of the graph; dashed where the later step runs however the earlier one ended.
  ///
  /// A `finally` step waits for all others; it has an arrow from each that no other waits for, or from the `finally` steps it names.
  public var arrows: [(from: StepID, to: StepID, isDashed: Bool)] {
    let dependents = dependents
    let ends = steps.filter { dependents[$0.id] == nil }.map(\.id)
    let last = Set(finally.map(\.id))
    return steps.flatMap { step in step.needs.map { ($0, step.id, step.when != .success) } }
      + finally.flatMap { step in
        let named = step.needs.filter(last.contains)
        return named.isEmpty ? ends.map { ($0, step.id, true) } : named.map { ($0, step.id, step.when != .success) }
      }
  }

  /// Each step after those that it needs.
  private var sorted: [Step] {
    var open = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0.needs.count) })
    let byID = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0) })
    let dependents = dependents
    var order = steps.filter { $0.needs.isEmpty }
    var next = 0
    while next < order.count {
      for id in dependents[order[next].id] ?? [] {
        open[id]! -= 1
        if open[id] == 0, let step = byID[id] { order.append(step) }
      }
      next += 1
    }
    return order
  }
}

extension Step {
  /// How many tasks its `each` makes.
  public var taskCount: Int { each.reduce(1) { $0 * $1.values.count } }

  /// On what it runs, where that is not the success of what it needs: `when failure`, `if weekday == "sun"`.
  public var conditionText: String? {
    if let condition { return "if \(condition.source)" }
    return when == .success ? nil : "when \(when.rawValue)"
  }
}
