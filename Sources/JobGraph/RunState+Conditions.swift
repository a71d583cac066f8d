extension RunState {
  /// Why a step whose needs have ended does not run, as its condition sees them.
  func unmetExpression(of step: PlannedStep) -> SkipReason? {
    guard let condition = step.condition else { return nil }
    var facts: [String: ExpressionFacts.StepFacts] = [:]
    for id in condition.steps {
      guard let progress = self[id] else { continue }
      facts[id.name] = ExpressionFacts.StepFacts(
        state: progress.state, tasks: progress.tasks, succeededTasks: progress.succeeded, failedTasks: progress.failed)
    }
    let decided = condition.decided(by: facts)
    return decided.decision == true ? nil : .condition(decided.refusal)
  }
}
