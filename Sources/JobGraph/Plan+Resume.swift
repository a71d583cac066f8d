extension Plan {
  /// What a resumed run need not repeat: the tasks that succeeded, except those of steps that must see what will be done now.
  ///
  /// A step is repeated when a step that it waits for has tasks left to do, unless repeating it would do an outside effect twice.
  ///
  /// - Parameters:
  ///   - recorded: what the run had done.
  ///   - mayRepeat: whether an operation leaves the same when it runs twice.
  public func recordedToKeep(_ recorded: [TaskID: RecordedTask], mayRepeat: (_ operation: String) -> Bool) -> [TaskID: RecordedTask] {
    var kept = recorded
    var unsettled = Set<StepID>()
    let ordinary = steps.filter { !$0.isFinal }
    for step in topologicallySorted {
      let hasOpen = step.skip == nil && step.tasks.contains { recorded[$0.id]?.isSucceeded != true }
      let needs = step.isFinal ? ordinary.map(\.id) + step.needs : step.needs
      let waitsForOpen = needs.contains { unsettled.contains($0) }
      guard hasOpen || waitsForOpen else { continue }
      unsettled.insert(step.id)
      guard waitsForOpen, mayRepeat(step.uses) else { continue }
      for task in step.tasks { kept[task.id]?.isSucceeded = false }
    }
    return kept
  }
}
