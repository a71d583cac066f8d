public import Scheduling

/// What is known of a run: its plan, what was expected of it, and what became of it.
public struct RunAccount: Sendable, Equatable {
  public var id: RunID
  public var plan: Plan
  /// nil for runs of versions that wrote none.
  public var forecast: Forecast?
  public var state: RunResult
  public var exitStatus: Int?
  public var startedAt: Instant
  /// nil while it runs, and when nobody saw it end.
  public var endedAt: Instant?
  /// In the order of the plan.
  public var steps: [Step]

  public init(
    id: RunID, plan: Plan, forecast: Forecast? = nil, state: RunResult, exitStatus: Int? = nil, startedAt: Instant, endedAt: Instant? = nil,
    steps: [Step]
  ) {
    (self.id, self.plan, self.forecast, self.state, self.exitStatus) = (id, plan, forecast, state, exitStatus)
    (self.startedAt, self.endedAt, self.steps) = (startedAt, endedAt, steps)
  }

  public subscript(step: StepID) -> Step? { steps.first { $0.id == step } }

  /// What became of a step.
  public struct Step: Sendable, Equatable {
    public var id: StepID
    /// nil: it has not ended.
    public var state: TaskState?
    /// Why it was skipped.
    public var reason: String?
    /// In the order of the plan.
    public var tasks: [Task]
    public var requests: [RequestCount]

    public init(id: StepID, state: TaskState? = nil, reason: String? = nil, tasks: [Task] = [], requests: [RequestCount] = []) {
      (self.id, self.state, self.reason, self.tasks, self.requests) = (id, state, reason, tasks, requests)
    }
  }

  public struct Task: Sendable, Equatable {
    public var key: String
    public var state: TaskState
    public var note: String
    public var counts: [TaskOutcome.Count]
    public var warnings: [String]
    /// In order.
    public var attempts: [Attempt]

    public init(
      key: String, state: TaskState, note: String = "", counts: [TaskOutcome.Count] = [], warnings: [String] = [], attempts: [Attempt] = []
    ) {
      (self.key, self.state, self.note, self.counts) = (key, state, note, counts)
      (self.warnings, self.attempts) = (warnings, attempts)
    }
  }

  public struct Attempt: Sendable, Equatable {
    public var number: Int
    /// `running`, `succeeded`, `failed`, `cancelled`, `interrupted`.
    public var state: String
    public var startedAt: Instant
    /// nil while it runs, and when its process died.
    public var endedAt: Instant?
    public var failure: String?
    public var message: String?

    public init(number: Int, state: String, startedAt: Instant, endedAt: Instant? = nil, failure: String? = nil, message: String? = nil) {
      (self.number, self.state, self.startedAt, self.endedAt) = (number, state, startedAt, endedAt)
      (self.failure, self.message) = (failure, message)
    }
  }
}

/// What was asked of a provider over the network, answered or not.
public struct RequestCount: Sendable, Equatable {
  public var provider: String
  public var requests: Int
  /// In the provider's own unit.
  public var weight: Int

  public init(provider: String, requests: Int, weight: Int) {
    (self.provider, self.requests, self.weight) = (provider, requests, weight)
  }
}

extension RunAccount {
  /// What its steps took, by step; without those that did not run.
  public var stepSeconds: [StepID: Double] {
    Dictionary(uniqueKeysWithValues: steps.compactMap { step in step.seconds.map { (step.id, $0) } })
  }

  /// From its beginning to its end; nil while that is not known.
  public var seconds: Double? { endedAt.map { ($0 - startedAt).inSeconds } }
}

extension RunAccount.Step {
  /// The time in which at least one attempt was at work: waits for another attempt, and the time between a kill and the resumption, do not
  /// count. nil when no attempt has ended.
  public var seconds: Double? { BusyTime.seconds(of: tasks.flatMap(\.attempts).map { ($0.startedAt, $0.endedAt) }) }

  /// Tasks that were begun.
  public var begun: Int { tasks.count { !$0.attempts.isEmpty } }

  /// Attempts after the first one of a task, which failed before.
  public var repeated: Int { tasks.reduce(0) { $0 + max(0, $1.attempts.count { $0.state == "failed" } - ($1.state == .failed ? 1 : 0)) } }

  public var requestsMade: Int { requests.reduce(0) { $0 + $1.requests } }
  public var weightSpent: Int { requests.reduce(0) { $0 + $1.weight } }

  /// Named numbers of its tasks, summed.
  public func sum(of name: String) -> Int? {
    let found = tasks.flatMap(\.counts).filter { $0.name == name }
    return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
  }
}

/// How long something was at work.
public enum BusyTime {
  /// The length of the union of the stretches in seconds; those without an end do not count.
  /// - Returns: nil when none has an end.
  /// - Complexity: O(*n* log *n*).
  public static func seconds(of stretches: [(start: Instant, end: Instant?)]) -> Double? {
    let ended = stretches.compactMap { stretch in stretch.end.map { (stretch.start, max(stretch.start, $0)) } }.sorted { $0.0 < $1.0 }
    guard let first = ended.first else { return nil }
    var (total, open) = (Duration.zero, first)
    for stretch in ended.dropFirst() {
      if stretch.0 <= open.1 {
        open.1 = max(open.1, stretch.1)
      } else {
        total += open.1 - open.0
        open = stretch
      }
    }
    return (total + (open.1 - open.0)).inSeconds
  }
}
