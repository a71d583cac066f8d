public import Scheduling

/// What the world says about a job before it runs; asked once, so that planning itself is a function of values.
public struct PlanningFacts: Sendable {
  /// The operations that exist, by name.
  public var operations: [String: OperationDeclaration]
  /// Why a secret cannot be used: by its name, a sentence that says how to get it. Empty when all are there.
  public var missingSecrets: [String: String]
  /// Steps that are not due, and why.
  public var notDue: [StepID: String]
  public var selection: Selection

  public init(
    operations: [String: OperationDeclaration], missingSecrets: [String: String] = [:], notDue: [StepID: String] = [:],
    selection: Selection = Selection()
  ) {
    (self.operations, self.missingSecrets, self.notDue, self.selection) = (operations, missingSecrets, notDue, selection)
  }
}

extension Plan {
  /// The plan of one run of a job.
  ///
  /// - Parameter job: as loaded: its operations exist, its needs are steps, and it has no cycle.
  /// - Throws: ``SelectionError`` when the selection names nothing.
  /// - Complexity: O(steps + edges + tasks).
  public init(of job: Job, logicalDate: Instant, facts: PlanningFacts) throws(SelectionError) {
    let chosen = try facts.selection.steps(of: job)
    func planned(_ step: Step, isFinal: Bool) -> PlannedStep {
      let declaration = facts.operations[step.uses]
      let with = declaration?.completing(step.with) ?? step.with
      return PlannedStep(
        id: step.id, uses: step.uses, needs: step.needs, with: with, when: step.when, condition: step.condition,
        retry: declaration?.mayRepeat(with) == false ? RetryPolicy(attempts: 1) : step.retry, timeout: step.timeout,
        tolerate: step.tolerate, pool: step.pool ?? declaration?.provider,
        priority: step.priority, isFinal: isFinal,
        skip: skipReason(of: step, declaration: declaration, isChosen: isFinal || chosen.contains(step.id), facts: facts),
        tasks: Plan.tasks(of: step))
    }
    let steps = job.steps.map { planned($0, isFinal: false) } + job.finally.map { planned($0, isFinal: true) }
    let deliverable = job.steps.last { facts.operations[$0.uses]?.isDeliverable == true && chosen.contains($0.id) }
    self.init(
      job: job.name, logicalDate: logicalDate, steps: steps,
      deliverable: deliverable?.id ?? job.steps.last { chosen.contains($0.id) }?.id, timeout: job.timeout,
      pools: job.pools)
  }

  /// One task per combination of the step's dimensions, the last dimension varying fastest.
  public static func tasks(of step: Step) -> [PlannedTask] {
    var combinations = [PlannedTask(id: TaskID(step.id))]
    for dimension in step.each {
      combinations = combinations.flatMap { task in
        dimension.values.map { value in
          let key = task.id.key.isEmpty ? value.text : "\(task.id.key)/\(value.text)"
          return PlannedTask(
            id: TaskID(step.id, key), values: task.values + [.init(dimension.name, .string(value.text))],
            weight: task.weight * value.weight)
        }
      }
    }
    return combinations
  }
}

private func skipReason(of step: Step, declaration: OperationDeclaration?, isChosen: Bool, facts: PlanningFacts) -> SkipReason? {
  if !isChosen { return .deselected }
  if let condition = step.condition, condition.decision == false { return .condition(condition.refusal) }
  if let why = facts.notDue[step.id] { return .notDue(why) }
  if let secret = declaration?.secret, let sentence = facts.missingSecrets[secret] {
    return .missingSecret(name: secret, sentence: sentence)
  }
  return nil
}

extension OperationDeclaration {
  /// The given parameters, and the default of each that is missing.
  public func completing(_ given: [JobValue.Entry]) -> [JobValue.Entry] {
    let names = Set(given.map(\.key))
    return given
      + parameters.compactMap { parameter in
        guard !names.contains(parameter.name), let standard = parameter.standard else { return nil }
        return JobValue.Entry(parameter.name, standard)
      }
  }
}
