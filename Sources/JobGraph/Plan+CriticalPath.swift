extension Plan {
  /// The chain of steps that takes longest, in the order in which they run, and how long it takes.
  ///
  /// A step that will not run takes no time, but what waits for it still waits for what it waits for. A step that has never run counts as
  /// no time; it stands on the path only for what waits behind it.
  ///
  /// - Returns: nil when the time of no step that runs is known.
  /// - Complexity: O(steps + edges).
  public func criticalPath(seconds: [StepID: Double]) -> (steps: [StepID], seconds: Double)? {
    var ends: [StepID: (end: Double, before: StepID?)] = [:]
    let running = stepsExpectedToRun
    var (isKnown, lastOrdinary) = (false, StepID?.none)
    func later(_ a: StepID?, _ b: StepID) -> StepID? {
      guard let a else { return ends[b] == nil ? nil : b }
      return (ends[b]?.end ?? -1) > (ends[a]?.end ?? -1) ? b : a
    }
    for step in topologicallySorted {
      var before = step.isFinal ? lastOrdinary : nil
      for need in step.needs { before = later(before, need) }
      let known = running.contains(step.id) ? seconds[step.id] : nil
      isKnown = isKnown || known != nil
      ends[step.id] = ((before.flatMap { ends[$0]?.end } ?? 0) + (known ?? 0), before)
      if !step.isFinal { lastOrdinary = later(lastOrdinary, step.id) }
    }
    guard isKnown, let last = steps.map(\.id).reduce(nil, later) else { return nil }
    var (path, next) = ([StepID](), StepID?.some(last))
    while let id = next {
      path.append(id)
      next = ends[id]?.before
    }
    return (path.reversed().filter { running.contains($0) }, ends[last]!.end)
  }
}
