import JobGraph

/// Checks what steps wait for. Linear in steps and edges, and without recursion: a chain may be as long as the file.
struct GraphCheck {
  let findings: Findings

  /// More circles than these are not told apart.
  private static let cyclesMax = 20
  private static let namesShown = 12

  /// - Returns: for each step the numbers of those that it waits for, `finally` last; nil when they are not a graph that could run.
  func check(_ steps: [StepDraft], finally: [StepDraft]) -> [[Int]]? {
    var isSound = true
    let all = steps + finally
    var index: [String: Int] = [:]
    for (number, draft) in all.enumerated() {
      if let first = index[draft.step.id.name] {
        findings.add(
          .duplicateStep, at: draft.spot, "a second step is called `\(draft.step.id)`", label: "`steps` has one already",
          others: [all[first].spot])
        isSound = false
      } else {
        index[draft.step.id.name] = number
      }
    }
    let edges = all.indices.map { targets(of: all[$0], isFinal: $0 >= steps.count, number: $0, all, index, firstFinal: steps.count) }
    isSound = !reportCycles(all, edges) && isSound
    for draft in steps where draft.step.when == .failure && draft.needs.isEmpty {
      findings.add(
        .neverRuns, at: draft.spot, "the step `\(draft.step.id)` never runs", label: "`when: failure`, and it needs no step",
        notes: ["name in `needs` the steps whose failure it waits for, or move it to `finally`"])
    }
    return isSound ? edges.map { $0.map(\.step) } : nil
  }

  /// The numbers of the steps that a step waits for; reports those that are none.
  private func targets(
    of draft: StepDraft, isFinal: Bool, number: Int, _ all: [StepDraft], _ index: [String: Int], firstFinal: Int
  ) -> [(step: Int, spot: Spot)] {
    var seen: [String: Spot] = [:]
    return draft.needs.compactMap { need in
      if let first = seen.updateValue(need.spot, forKey: need.value) {
        findings.add(.duplicateEntry, at: need.spot, "`\(need.value)` stands twice in `needs`", label: "a second time", others: [first])
        return nil
      }
      guard need.value != draft.step.id.name else {
        findings.add(.needsItself, at: need.spot, "the step `\(need.value)` waits for itself", label: "remove it")
        return nil
      }
      guard let target = index[need.value] else {
        findings.add(
          .unknownStep, at: need.spot, "no step is called `\(need.value)`", label: "unknown step",
          nearest: findings.nearest("step", to: need.value, in: all.lazy.map(\.step.id.name)))
        return nil
      }
      guard isFinal || target < firstFinal else {
        findings.add(
          .unknownStep, at: need.spot, "`\(need.value)` is a step of `finally`", label: "it runs after all others",
          notes: ["move it to `steps`, or this step to `finally`"])
        return nil
      }
      return (target, need.spot)
    }
  }

  /// Walks depth first with a stack of its own; an edge to a step that is still on it closes a circle.
  /// - Returns: whether there is one.
  private func reportCycles(_ all: [StepDraft], _ edges: [[(step: Int, spot: Spot)]]) -> Bool {
    enum Mark { case new, open, done }
    var marks = Array(repeating: Mark.new, count: all.count)
    var isReported = Array(repeating: false, count: all.count)
    var found = 0
    for root in all.indices where marks[root] == .new {
      var path = [(step: root, next: 0)]
      marks[root] = .open
      while let (step, next) = path.last {
        guard next < edges[step].count else {
          marks[step] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let target = edges[step][next].step
        if marks[target] == .new {
          marks[target] = .open
          path.append((target, 0))
        } else if marks[target] == .open, !(isReported[target] && isReported[step]), found < Self.cyclesMax {
          found += 1
          let start = path.lastIndex { $0.step == target } ?? 0
          let circle = path[start...].map(\.step)
          for step in circle { isReported[step] = true }
          report(circle, all, edges)
        }
      }
    }
    return found > 0
  }

  private func report(_ circle: [Int], _ all: [StepDraft], _ edges: [[(step: Int, spot: Spot)]]) {
    let first = circle.firstIndex(of: circle.min()!)!
    let turned = Array(circle[first...] + circle[..<first])
    var names = turned.map { all[$0].step.id.name }
    if names.count > Self.namesShown {
      names.replaceSubrange((Self.namesShown - 1)..<(names.count - 1), with: ["… (\(names.count - Self.namesShown) more)"])
    }
    // Each step's place is where it names the next one.
    let spots = turned.enumerated().map { place, step in
      let next = turned[(place + 1) % turned.count]
      return edges[step].first { $0.step == next }?.spot ?? all[step].spot
    }
    findings.add(
      .cycle, at: spots[0], "steps wait for each other: \((names + [names[0]]).joined(separator: " -> "))",
      notes: ["remove one of these from `needs`"], others: Array(spots.dropFirst()))
  }
}
