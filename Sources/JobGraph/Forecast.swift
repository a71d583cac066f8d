/// What a plan expects of its run. It is journaled with the run, so that what happened can be compared with what was expected.
public struct Forecast: Sendable, Equatable {
  /// In the order of the plan.
  public var steps: [Step]
  /// The chain of steps that is expected to take longest; empty when no step has run before.
  public var criticalPath: [StepID]
  /// Along the critical path; nil when no step has run before.
  public var seconds: Double?
  /// How many earlier runs the times come from; 0 when there are none.
  public var runs: Int

  public init(steps: [Step], criticalPath: [StepID] = [], seconds: Double? = nil, runs: Int = 0) {
    (self.steps, self.criticalPath, self.seconds, self.runs) = (steps, criticalPath, seconds, runs)
  }

  public subscript(step: StepID) -> Step? { steps.first { $0.id == step } }

  /// What is expected of one step.
  public struct Step: Sendable, Equatable {
    public var id: StepID
    /// Whether it is expected to run.
    public var runs: Bool
    /// Tasks that will run; 0 for a step that will not.
    public var tasks: Int
    /// Whom it asks; nil for a step that asks nobody.
    public var provider: String?
    /// The most that it will ask: what was answered before for the same logical date is not asked again.
    public var requests: Int
    /// In the provider's own unit.
    public var weight: Int
    /// What it took in earlier runs; nil when it has never run.
    public var seconds: Double?

    public init(
      id: StepID, runs: Bool, tasks: Int, provider: String? = nil, requests: Int = 0, weight: Int = 0, seconds: Double? = nil
    ) {
      (self.id, self.runs, self.tasks, self.provider) = (id, runs, tasks, provider)
      (self.requests, self.weight, self.seconds) = (requests, weight, seconds)
    }
  }
}

/// What the steps of a job took in earlier runs.
public struct StepTimes: Sendable, Equatable {
  /// The median of the runs that were looked at, waits for another attempt left out.
  public var seconds: [StepID: Double]
  /// How many runs were looked at.
  public var runs: Int

  public init(seconds: [StepID: Double] = [:], runs: Int = 0) {
    (self.seconds, self.runs) = (seconds, runs)
  }
}

/// When two durations tell of a difference, and not of chance.
public enum DurationNoise {
  /// The longer one is at least so many times the shorter one …
  public static let ratioMin = 1.5
  /// … and at least so many seconds more.
  public static let secondsMin = 1.0

  public static func isExceeded(by a: Double, _ b: Double) -> Bool {
    let (shorter, longer) = (min(a, b), max(a, b))
    return longer - shorter >= secondsMin && longer >= shorter * ratioMin
  }
}

extension Plan {
  /// The steps that run when every one that runs succeeds.
  /// - Complexity: O(steps + edges).
  public var stepsExpectedToRun: Set<StepID> {
    var (expected, facts) = (Set<StepID>(), [String: ExpressionFacts.StepFacts]())
    for step in topologicallySorted {
      let named = step.condition.map { Dictionary($0.steps.compactMap { id in facts[id.name].map { (id.name, $0) } }) { $1 } }
      let isMet = step.condition.map { $0.decided(by: named ?? [:]).decision == true } ?? true
      let runs = step.skip == nil && step.when != .failure && isMet
      if runs { expected.insert(step.id) }
      facts[step.id.name] = ExpressionFacts.StepFacts(
        state: runs ? .succeeded : .skipped, tasks: step.tasks.count, succeededTasks: runs ? step.tasks.count : 0, failedTasks: 0)
    }
    return expected
  }
}
