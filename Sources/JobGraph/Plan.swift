public import Scheduling

/// What a run will do: every step and task, known before the first one starts. It is journaled with the run, so that a resumed run
/// follows the plan it began with.
public struct Plan: Sendable, Equatable {
  public var job: String
  /// The instant that the run is about.
  public var logicalDate: Instant
  /// In the order of the file, the `finally` steps last.
  public var steps: [PlannedStep]
  /// The step whose success is what the job is for: its report, else its last ordinary step.
  public var deliverable: StepID?
  /// The longest the run may take.
  public var timeout: Duration?
  /// How many tasks run at once in each pool that the job declares.
  public var pools: [String: Int]

  public init(
    job: String, logicalDate: Instant, steps: [PlannedStep], deliverable: StepID? = nil, timeout: Duration? = nil,
    pools: [String: Int] = [:]
  ) {
    (self.job, self.logicalDate, self.steps, self.timeout, self.pools) = (job, logicalDate, steps, timeout, pools)
    self.deliverable = deliverable ?? steps.last { !$0.isFinal }?.id
  }

  public func step(_ id: StepID) -> PlannedStep? { steps.first { $0.id == id } }

  public var taskCount: Int { steps.reduce(0) { $0 + ($1.skip == nil ? $1.tasks.count : 0) } }
}

/// A step of a plan, with its tasks.
public struct PlannedStep: Sendable, Equatable {
  public var id: StepID
  public var uses: String
  public var needs: [StepID]
  /// The operation's parameters, defaults filled in.
  public var with: [JobValue.Entry]
  public var when: Step.When
  /// What must also hold, beside `when`.
  public var condition: StepCondition?
  public var retry: RetryPolicy
  public var timeout: Duration?
  public var tolerate: Tolerance
  public var pool: String?
  public var priority: Int
  /// One of the job's `finally` steps.
  public var isFinal: Bool
  /// Why the step will not run, when that is known beforehand.
  public var skip: SkipReason?
  public var tasks: [PlannedTask]

  public init(
    id: StepID, uses: String, needs: [StepID] = [], with: [JobValue.Entry] = [], when: Step.When = .success,
    condition: StepCondition? = nil, retry: RetryPolicy = RetryPolicy(), timeout: Duration? = nil, tolerate: Tolerance = .none,
    pool: String? = nil, priority: Int = 0,
    isFinal: Bool = false, skip: SkipReason? = nil, tasks: [PlannedTask]
  ) {
    (self.id, self.uses, self.needs, self.with, self.when, self.retry) = (id, uses, needs, with, when, retry)
    self.condition = condition
    (self.timeout, self.tolerate, self.pool, self.priority) = (timeout, tolerate, pool, priority)
    (self.isFinal, self.skip, self.tasks) = (isFinal, skip, tasks)
  }
}

extension PlannedStep {
  /// Its condition is decided by the ends of steps: when it was skipped during the run, its condition was not met.
  public var isDecidedLate: Bool { condition.map { $0.decision == nil } ?? false }
}

/// A task's name within its run: the step, and the values of `each` joined with `/` (empty for a step without `each`).
public struct TaskID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let step: StepID
  public let key: String

  public init(_ step: StepID, _ key: String = "") {
    (self.step, self.key) = (step, key)
  }

  /// `crypto BTCUSDT/1d`, or the step alone.
  public var description: String { key.isEmpty ? step.name : "\(step.name) \(key)" }

  public static func < (a: TaskID, b: TaskID) -> Bool { (a.step, a.key) < (b.step, b.key) }
}

/// One element of a step's fan-out: what fails, retries and resumes by itself.
public struct PlannedTask: Sendable, Equatable {
  public var id: TaskID
  /// The values of `each`: `symbol` → `BTCUSDT`.
  public var values: [JobValue.Entry]
  /// What its symbol is worth when a quota cannot cover all.
  public var weight: Double

  public init(id: TaskID, values: [JobValue.Entry] = [], weight: Double = 1) {
    (self.id, self.values, self.weight) = (id, values, weight)
  }
}

/// Why a step does not run.
public enum SkipReason: Sendable, Hashable {
  /// No session of its calendar has closed since its watermark; the text says which.
  case notDue(String)
  /// A secret that its operation needs is not there; the sentence says how to get it.
  case missingSecret(name: String, sentence: String)
  /// Left out by `--only` or `--skip`.
  case deselected
  /// Its `when` was not met.
  case condition(String)
  /// A step that it needs failed, or was skipped for such a reason.
  case needFailed(StepID)

  /// Whether steps that need the skipped one may run all the same.
  public var satisfiesDependents: Bool {
    if case .needFailed = self { false } else { true }
  }

  /// Whether something that was asked for was not delivered.
  public var isShortfall: Bool {
    switch self {
    case .missingSecret, .needFailed: true
    case .notDue, .deselected, .condition: false
    }
  }

  /// As people read it after "skipped:".
  public var sentence: String {
    switch self {
    case .notDue(let why): "not due: \(why)"
    case .missingSecret(_, let sentence): sentence
    case .deselected: "left out by the command line"
    case .condition(let why): why
    case .needFailed(let step): "needs \(step), which did not succeed"
    }
  }
}

extension Plan {
  /// The steps, each after those that it needs; the `finally` steps last.
  /// - Complexity: O(steps + edges).
  public var topologicallySorted: [PlannedStep] {
    var index: [StepID: Int] = [:]
    for (position, step) in steps.enumerated() { index[step.id] = position }
    var open = steps.map { $0.needs.count { index[$0] != nil } }
    var dependents = Array(repeating: [Int](), count: steps.count)
    for (position, step) in steps.enumerated() {
      for need in step.needs { if let place = index[need] { dependents[place].append(position) } }
    }
    var order = steps.indices.filter { open[$0] == 0 }
    var next = 0
    while next < order.count {
      for dependent in dependents[order[next]] {
        open[dependent] -= 1
        if open[dependent] == 0 { order.append(dependent) }
      }
      next += 1
    }
    return order.map { steps[$0] }.filter { !$0.isFinal } + order.map { steps[$0] }.filter(\.isFinal)
  }
}
