/// The state of a run.
public enum RunResult: String, Sendable, CaseIterable {
  case running
  /// All that was asked for was delivered.
  case succeeded
  /// The job's report was delivered, but something else that was asked for was not.
  case partial
  /// The job's report (or, for a job without one, its last step) was not delivered.
  case failed
  /// Ended by SIGINT or SIGTERM.
  case cancelled
  /// Its process died; found by a later start.
  case interrupted
  case missed
  /// Nothing was due.
  case notDue = "not due"
}

/// The state of a step or task.
public enum TaskState: String, Sendable, CaseIterable {
  case waiting, running, retrying, succeeded, failed, skipped, cancelled

  /// Nothing more will happen to it.
  public var isOver: Bool {
    switch self {
    case .succeeded, .failed, .skipped, .cancelled: true
    case .waiting, .running, .retrying: false
    }
  }
}

/// How a command ends; the table is in the user guide.
public enum CommandStatus: Int32, Sendable, CaseIterable {
  case delivered = 0
  case failed = 1
  case partial = 3
  case usage = 64
  case badData = 65
  case bug = 70
  case storage = 74
  case tryAgainLater = 75
  case credentials = 77
  case configuration = 78
  case interrupted = 130
  case terminated = 143
}
