extension Plan {
  /// What a resumed run need not repeat: the tasks that succeeded, except those of steps that must see what will be done now.
  ///
  /// A step is repeated when a step that it waits for has tasks left to do, unless repeating it would do an outside effect twice.
  ///
  /// A task in doubt whose effect must not happen twice has failed: a person has to look.
  ///
  /// - Parameters:
  ///   - recorded: what the run had done.
  ///   - operations: by name.
  public func recordedToKeep(
    _ recorded: [TaskID: RecordedTask], operations: [String: OperationDeclaration]
  ) -> [TaskID: RecordedTask] {
    var kept = recorded
    for step in steps where operations[step.uses]?.mayRepeat(step.with) == false {
      for task in step.tasks where kept[task.id]?.isInDoubt == true { kept[task.id]!.failure = .inDoubt(task.id, job: job) }
    }
    var unsettled = Set<StepID>()
    let ordinary = steps.filter { !$0.isFinal }
    for step in topologicallySorted {
      let hasOpen = step.skip == nil && step.tasks.contains { recorded[$0.id]?.isSucceeded != true }
      let needs = step.isFinal ? ordinary.map(\.id) + step.needs : step.needs
      let waitsForOpen = needs.contains { unsettled.contains($0) }
      guard hasOpen || waitsForOpen else { continue }
      unsettled.insert(step.id)
      guard waitsForOpen, operations[step.uses]?.isIdempotent == true else { continue }
      for task in step.tasks { kept[task.id]?.isSucceeded = false }
    }
    return kept
  }
}

extension TaskFailure {
  /// It was begun, its end is not known, and it must not happen twice.
  static func inDoubt(_ task: TaskID, job: String) -> TaskFailure {
    TaskFailure(
      .permanent,
      "\(task) was under way when the run died, so nobody knows whether it took effect; it is to happen once and is not repeated: look, and "
        + "when it did not, `jobs run \(job) --only \(task.step)`")
  }
}
