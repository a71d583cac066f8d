public import Scheduling

/// What happened to a run.
public enum RunEvent: Sendable {
  case started
  /// The work of a task is over, and its completion is on its way to the disk: it has not succeeded yet, but another may work in its place.
  case handedIn(TaskID)
  case succeeded(TaskID)
  /// An attempt failed; `jitter` in `0..<1` is the random share of the backoff to wait.
  case failed(TaskID, TaskFailure, jitter: Double)
  /// The wait before another attempt is over.
  case retryDue(TaskID)
  case stopRequested(StopReason)
}

/// What the shell must do.
public enum RunCommand: Sendable, Equatable {
  case start(TaskID, attempt: Int)
  /// Answer with ``RunEvent/retryDue(_:)`` after this wait.
  case retry(TaskID, after: Duration)
  /// A step is over; its ``StepProgress`` says how.
  case stepEnded(StepID)
  /// Ask the running tasks to finish their write or roll back.
  case stopRunning
  case finish(RunResult)
}

/// Why a run ends before its work does.
public enum StopReason: Sendable, Hashable {
  /// SIGTERM: the machine, or whoever looks after it.
  case signal
  /// SIGINT: a person at the terminal.
  case interrupt
  /// The job's timeout passed.
  case deadline
}

/// What an interrupted part of a run left of a task.
public struct RecordedTask: Sendable, Equatable {
  public var isSucceeded: Bool
  /// Attempts that were begun, whatever became of them.
  public var attempts: Int
  /// Attempts that failed; an interrupted one did not.
  public var failedAttempts: Int
  /// The last attempt was under way when the run died: nobody knows how far it came.
  public var isInDoubt: Bool
  /// Why it is not tried again; nil for a task that is.
  public var failure: TaskFailure?

  public init(
    isSucceeded: Bool = false, attempts: Int = 0, failedAttempts: Int = 0, isInDoubt: Bool = false, failure: TaskFailure? = nil
  ) {
    (self.isSucceeded, self.attempts, self.failedAttempts) = (isSucceeded, attempts, failedAttempts)
    (self.isInDoubt, self.failure) = (isInDoubt, failure)
  }
}

/// How far a task is.
struct TaskProgress: Sendable {
  var state: TaskState
  var attempts: Int
  var failedAttempts = 0
  var failure: TaskFailure?
  /// It runs, and has given its place to another.
  var isHandedIn = false
  /// Its place among the tasks of its step.
  let position: Int

  init(record: RecordedTask, position: Int) {
    self.position = position
    state = record.isSucceeded ? .succeeded : record.failure == nil ? .waiting : .failed
    (attempts, failure) = (record.attempts, record.failure)
  }
}

/// How far a step is.
public struct StepProgress: Sendable {
  public let id: StepID
  public internal(set) var state: TaskState = .waiting
  public internal(set) var skipReason: SkipReason?
  /// All tasks of the step.
  public let tasks: Int
  public internal(set) var succeeded = 0
  public internal(set) var failed = 0
  public internal(set) var cancelled = 0
  /// The tasks that failed for good, and why, in the order in which they did.
  public internal(set) var failures: [(task: TaskID, failure: TaskFailure)] = []
  var rank = 0.0

  init(id: StepID, tasks: Int) {
    (self.id, self.tasks) = (id, tasks)
  }

  /// Tasks that are not over.
  public var open: Int { tasks - succeeded - failed - cancelled }

  /// Whether steps that need this one may run.
  public var satisfiesDependents: Bool {
    switch state {
    case .succeeded: true
    case .skipped: skipReason?.satisfiesDependents ?? false
    default: false
    }
  }

  /// Skipped though it was asked for.
  public var isShortfall: Bool { state == .skipped && skipReason?.isShortfall == true }

  /// Some of its tasks were delivered, and every other one only waits for a quota or the end of a ban: what is there is sound, and what is
  /// not comes another night.
  var isPartlyPutOff: Bool { state == .failed && succeeded > 0 && failures.allSatisfy { $0.failure.putOffUntil != nil } }

  /// Until when the tasks are put off that wait for a quota or the end of a ban, the latest of them, and how many they are; nil for none.
  public var putOff: (tasks: Int, until: Instant)? {
    let moments = failures.compactMap(\.failure.putOffUntil)
    return moments.max().map { (moments.count, $0) }
  }

  /// Skipped because there was nothing to do.
  var isWithoutWork: Bool {
    if state == .skipped, case .notDue = skipReason { true } else { false }
  }

  mutating func end(_ task: TaskState) {
    switch task {
    case .succeeded: succeeded += 1
    case .failed: failed += 1
    default: cancelled += 1
    }
  }
}
