public import Scheduling

/// A job as it stands in `Jobs/*.yaml`, with every reference resolved: a graph of steps.
public struct Job: Sendable, Equatable {
  public var name: String
  public var description: String
  /// IANA name of the zone in which dates of this job are meant.
  public var timeZone: String
  /// The deadline of a run, as written: `06:30 America/New_York`.
  public var readyBy: String?
  /// The longest a run may take.
  public var timeout: Duration?
  public var overlap: Overlap
  public var missed: MissedPolicy
  /// Values that `$parameters.name` refers to and `--set name=value` replaces.
  public var parameters: [JobValue.Entry]
  public var steps: [Step]
  /// Steps that run when all others have ended, however they ended.
  public var finally: [Step]
  /// How many tasks run at once in each pool that the job declares.
  public var pools: [String: Int]
  /// The logical date that expressions were computed for; nil when none depends on it.
  public var datedFor: Instant?

  public init(
    name: String, description: String = "", timeZone: String = "UTC", readyBy: String? = nil, timeout: Duration? = nil,
    overlap: Overlap = .skip, missed: MissedPolicy = MissedPolicy(), parameters: [JobValue.Entry] = [], steps: [Step], finally: [Step] = [],
    pools: [String: Int] = [:], datedFor: Instant? = nil
  ) {
    (self.name, self.description, self.timeZone, self.readyBy) = (name, description, timeZone, readyBy)
    (self.timeout, self.overlap, self.missed, self.parameters) = (timeout, overlap, missed, parameters)
    (self.steps, self.finally, self.pools, self.datedFor) = (steps, finally, pools, datedFor)
  }

  /// What a second start does while a run is under way.
  public enum Overlap: String, Sendable, CaseIterable {
    case skip, queue, replace
  }

  /// What is done about schedule instants that passed while nothing ran.
  public enum Missed: String, Sendable, CaseIterable {
    case none, last, all
  }

  /// Which of the schedule instants that passed while nothing ran are made up.
  public struct MissedPolicy: Sendable, Hashable {
    public var policy: Missed
    /// Instants that lie further back than this are not made up; nil: however old.
    public var window: Duration?
    /// The newest so many are made up, at least 1.
    public var cap: Int

    public static let standardCap = 10

    public init(_ policy: Missed = .last, window: Duration? = nil, cap: Int = standardCap) {
      (self.policy, self.window, self.cap) = (policy, window, cap)
    }
  }
}

/// The name of a step within its job.
public struct StepID: Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }
  public init(stringLiteral name: String) { self.name = name }
  public var description: String { name }
  public static func < (a: StepID, b: StepID) -> Bool { a.name < b.name }
}

/// A node of the graph: one kind of work, done once per combination of `each`.
public struct Step: Sendable, Equatable {
  public var id: StepID
  /// The name of the operation: `binance.candles`.
  public var uses: String
  public var needs: [StepID]
  /// The dimensions of the fan-out, in the order of the file; empty for a step of a single task.
  public var each: [Dimension]
  /// The parameters of the operation.
  public var with: [JobValue.Entry]
  public var when: When
  /// What must also hold, beside `when`. With one that names steps, `when` is `always`: it judges their ends itself.
  public var condition: StepCondition?
  /// A market calendar: the step is not due when no session of it has closed since its last success. `XNYS` is known.
  public var calendar: String?
  /// From which moment on a session of the calendar counts as over.
  public var offset: SessionOffset
  public var retry: RetryPolicy
  /// The longest that one attempt of a task may take.
  public var timeout: Duration?
  public var tolerate: Tolerance
  public var pool: String?
  /// Higher runs earlier among the tasks that are ready.
  public var priority: Int
  public var tags: [String]
  public var description: String

  public init(
    id: StepID, uses: String, needs: [StepID] = [], each: [Dimension] = [], with: [JobValue.Entry] = [], when: When = .success,
    condition: StepCondition? = nil, calendar: String? = nil, offset: SessionOffset = .close, retry: RetryPolicy = RetryPolicy(),
    timeout: Duration? = nil, tolerate: Tolerance = .none,
    pool: String? = nil, priority: Int = 0, tags: [String] = [], description: String = ""
  ) {
    (self.id, self.uses, self.needs, self.each, self.with, self.when) = (id, uses, needs, each, with, when)
    (self.condition, self.offset) = (condition, offset)
    (self.calendar, self.retry, self.timeout, self.tolerate) = (calendar, retry, timeout, tolerate)
    (self.pool, self.priority, self.tags, self.description) = (pool, priority, tags, description)
  }

  /// One dimension of `each`: a name and its values, in the order of the file, each value once.
  public struct Dimension: Sendable, Hashable {
    public var name: String
    public var values: [Value]

    public init(_ name: String, _ values: [Value]) {
      (self.name, self.values) = (name, values)
    }

    /// A value and how much it is worth when a quota cannot cover all.
    public struct Value: Sendable, Hashable {
      public var text: String
      /// Above zero; 1 unless the watchlist says otherwise.
      public var weight: Double

      public init(_ text: String, weight: Double = 1) {
        (self.text, self.weight) = (text, weight)
      }
    }
  }

  /// On which end of the steps that it needs a step runs.
  public enum When: String, Sendable, CaseIterable {
    /// All of them succeeded (or were not due). The default.
    case success
    /// At least one of them failed.
    case failure
    /// However they ended.
    case always
  }
}

/// How many tasks of a step may fail before the step does.
public enum Tolerance: Sendable, Hashable {
  /// A number of tasks; `0` is the default.
  case count(Int)
  /// A share of the step's tasks, `0...1`; a number that is not whole is rounded down.
  case share(Double)

  public static let none = Tolerance.count(0)

  /// The number of `tasks` that may fail.
  public func allowed(of tasks: Int) -> Int {
    switch self {
    case .count(let count): count
    case .share(let share): Int((Double(tasks) * share).rounded(.down))
    }
  }
}
