extension Job {
  /// The graph in lines of text: a step below the last of those that it waits for, with its arrows by name.
  public var textDrawing: String {
    var lines: [String] = []
    for (level, steps) in levels.enumerated() {
      for step in steps {
        let needs = step.needs.isEmpty ? "" : "  <- \(step.needs.map(\.name).joined(separator: ", "))"
        let count = step.each.reduce(1) { $0 * $1.values.count }
        lines.append(
          String(repeating: "   ", count: level) + "\(step.id)  (\(step.uses)\(step.each.isEmpty ? "" : ", \(count) tasks"))" + needs)
      }
    }
    for step in finally { lines.append("finally \(step.id)  (\(step.uses))") }
    return lines.joined(separator: "\n")
  }

  /// For https://mermaid.js.org.
  public var mermaidDrawing: String {
    var lines = ["flowchart LR"]
    for step in steps + finally { lines.append("  \(step.id)[\"\(step.id)<br>\(step.uses)\"]") }
    for (from, to, isDotted) in arrows { lines.append("  \(from) \(isDotted ? "-.->" : "-->") \(to)") }
    return lines.joined(separator: "\n")
  }

  /// For Graphviz.
  public var dotDrawing: String {
    var lines = ["digraph \"\(name)\" {", "  rankdir=LR;", "  node [shape=box];"]
    for step in steps + finally { lines.append("  \"\(step.id)\" [label=\"\(step.id)\\n\(step.uses)\"];") }
    for (from, to, isDotted) in arrows { lines.append("  \"\(from)\" -> \"\(to)\"\(isDotted ? " [style=dashed]" : "");") }
    return (lines + ["}"]).joined(separator: "\n")
  }

  /// The steps by how many others lie before them on the longest way.
  public var levels: [[Step]] {
    var level: [StepID: Int] = [:]
    for step in sorted { level[step.id] = (step.needs.map { (level[$0] ?? 0) + 1 }.max() ?? 0) }
    let count = (level.values.max() ?? -1) + 1
    return (0..<count).map { number in steps.filter { level[$0.id] == number } }
  }

  /// Each arrow of the graph; dashed where the later step runs however the earlier one ended.
  public var arrows: [(from: StepID, to: StepID, isDashed: Bool)] {
    let ends = steps.filter { dependents[$0.id] == nil }.map(\.id)
    return steps.flatMap { step in step.needs.map { ($0, step.id, step.when != .success) } }
      + finally.flatMap { step in ends.map { ($0, step.id, true) } }
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
