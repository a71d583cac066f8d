public import Scheduling

/// The name of a run: `nightly-20260115T0230Z-1`: its job, its logical date, and which run of that date it is.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }

  /// - Parameter ordinal: 1 for the first run of the job for this date.
  public init(job: String, logicalDate: Instant, ordinal: Int) {
    let compact = logicalDate.iso8601.filter { $0 != "-" && $0 != ":" }
    name = "\(job)-\(compact.replacing("00Z", with: "Z"))-\(ordinal)"
  }

  public var description: String { name }
}

/// What is written down about a run before its first task starts.
public struct RunHeader: Sendable, Equatable {
  public var id: RunID
  public var job: String
  public var logicalDate: Instant
  /// Who started it: `manual`, `cron`, `timer`, `sandbox`.
  public var trigger: String
  public var startedAt: Instant

  public init(id: RunID, job: String, logicalDate: Instant, trigger: String, startedAt: Instant) {
    (self.id, self.job, self.logicalDate, self.trigger, self.startedAt) = (id, job, logicalDate, trigger, startedAt)
  }
}

/// A transaction in which a task leaves its effects; what can be done in it is the business of whoever keeps the log.
public protocol TaskTransaction {}

/// Where a run writes down what happens. History, logs, the status page and a resumed run read it.
///
/// It keeps the order in which it is told. What returns nothing to wait for is written soon: a crash may lose the last moments of it, and
/// nothing that matters after a crash depends on them. When such a line cannot be written, the next call that can throw says so.
public protocol RunLog: Sendable {
  /// Journals the run, its whole plan and what the plan expects, durably, before the first task starts.
  func open(_ run: RunHeader, plan: Plan, forecast: Forecast?) async throws

  func began(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant)

  /// As ``began(_:attempt:of:at:)``, and returns when it is durable: for work that must not be begun twice.
  func beganDurably(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant) async throws

  /// Writes a task's effects and its own "succeeded" in one durable transaction.
  ///
  /// - Parameter effects: changes nothing but the transaction; it may run twice, and what its last run left is kept.
  /// - Returns: the outcome that `effects` made.
  func complete(
    _ task: TaskID, attempt: Int, of run: RunID, at instant: Instant,
    effects: @escaping @Sendable (any TaskTransaction) throws -> TaskOutcome
  ) async throws -> TaskOutcome

  /// What a task of the run said when it succeeded; nil when it has not.
  func outcome(of task: TaskID, in run: RunID) async throws -> TaskOutcome?

  /// - Parameter state: `failed`, `retrying` or `cancelled`.
  func failed(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant, failure: TaskFailure, state: TaskState)

  func ended(_ step: StepProgress, of run: RunID, at instant: Instant)

  /// Adds a line to the log of the run.
  func note(_ line: LogLine, of run: RunID)

  /// Writes how the run ended, durably, with everything before it.
  func close(_ run: RunID, result: RunResult, exitStatus: CommandStatus, at instant: Instant) async throws
}

extension RunLog {
  /// Journals a run of which nothing is expected.
  public func open(_ run: RunHeader, plan: Plan) async throws { try await open(run, plan: plan, forecast: nil) }
}

/// A line of a run's log.
public struct LogLine: Sendable, Equatable {
  public var instant: Instant
  public var level: Level
  /// nil: about the run as a whole.
  public var task: TaskID?
  public var message: String

  public init(instant: Instant, level: Level, task: TaskID?, message: String) {
    (self.instant, self.level, self.task, self.message) = (instant, level, task, message)
  }

  public enum Level: String, Sendable, CaseIterable, Comparable {
    case info, warning, error

    public static func < (a: Level, b: Level) -> Bool {
      allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
    }
  }
}
