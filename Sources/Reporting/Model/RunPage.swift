public import JobGraph
public import Scheduling

/// The facts of one run: what stands apart from the report, because it differs between two runs over the same data.
public struct RunPage: Sendable {
  public var id: String
  public var job: String
  public var logicalDate: Instant
  /// `schedule`, `person`, `catch-up`.
  public var trigger: String
  /// `succeeded`, `partial`, `failed`, `cancelled`, `interrupted`.
  public var state: String
  public var verdict: Verdict.State
  public var started: Instant
  /// Nil while it runs.
  public var ended: Instant?
  public var steps: [StepFacts]
  public var requests: [RequestFacts]
  /// What went otherwise than planned, one sentence each.
  public var planNotes: [String]
  public var overview: RelativePath?

  public init(
    id: String, job: String, logicalDate: Instant, trigger: String, state: String, verdict: Verdict.State, started: Instant,
    ended: Instant? = nil, steps: [StepFacts] = [], requests: [RequestFacts] = [], planNotes: [String] = [], overview: RelativePath? = nil
  ) {
    (self.id, self.job, self.logicalDate, self.trigger, self.state) = (id, job, logicalDate, trigger, state)
    (self.verdict, self.started, self.ended, self.steps) = (verdict, started, ended, steps)
    (self.requests, self.planNotes, self.overview) = (requests, planNotes, overview)
  }

  public struct StepFacts: Sendable, Equatable {
    public var step: String
    public var uses: String
    public var state: TaskState
    public var tasks: [TaskFacts]
    /// Whether the run could not have ended earlier without this step being shorter.
    public var isCritical: Bool
    /// Why it was skipped, or failed as a whole.
    public var note: String?
    public var plannedDuration: Duration?
    /// Over the network, answered or not.
    public var requests: Int
    /// The most that the plan would make; nil when that is not known.
    public var plannedRequests: Int?

    public init(
      step: String, uses: String, state: TaskState, tasks: [TaskFacts] = [], isCritical: Bool = false, note: String? = nil,
      plannedDuration: Duration? = nil, requests: Int = 0, plannedRequests: Int? = nil
    ) {
      (self.step, self.uses, self.state, self.tasks) = (step, uses, state, tasks)
      (self.isCritical, self.note, self.plannedDuration) = (isCritical, note, plannedDuration)
      (self.requests, self.plannedRequests) = (requests, plannedRequests)
    }

    /// When the first attempt began and the last one ended; nil when there was none.
    var span: (start: Instant, end: Instant)? {
      let attempts = tasks.flatMap(\.attempts)
      guard let start = attempts.map(\.started).min() else { return nil }
      return (start, attempts.map { $0.ended ?? $0.started }.max() ?? start)
    }
  }

  public struct TaskFacts: Sendable, Equatable {
    /// `BTCUSDT 1d`; empty for the single task of a step.
    public var name: String
    public var state: TaskState
    public var attempts: [Attempt]
    /// The time it stood ready but waited for a slot or a quota.
    public var waited: Duration?

    public init(name: String, state: TaskState, attempts: [Attempt] = [], waited: Duration? = nil) {
      (self.name, self.state, self.attempts, self.waited) = (name, state, attempts, waited)
    }
  }

  public struct Attempt: Sendable, Equatable {
    public var started: Instant
    public var ended: Instant?
    /// What went wrong; nil for an attempt that succeeded.
    public var error: String?

    public init(started: Instant, ended: Instant?, error: String? = nil) {
      (self.started, self.ended, self.error) = (started, ended, error)
    }
  }

  /// What was asked of a provider.
  public struct RequestFacts: Sendable, Equatable {
    public var provider: String
    public var requests: Int
    public var failed: Int
    public var retried: Int
    public var bytes: Int?
    public var waited: Duration?

    public init(provider: String, requests: Int, failed: Int = 0, retried: Int = 0, bytes: Int? = nil, waited: Duration? = nil) {
      (self.provider, self.requests, self.failed, self.retried) = (provider, requests, failed, retried)
      (self.bytes, self.waited) = (bytes, waited)
    }
  }
}
