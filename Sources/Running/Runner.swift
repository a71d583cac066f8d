public import JobGraph
public import Scheduling

/// Carries out what a ``JobGraph/RunState`` decides: starts tasks, waits for retries and deadlines, writes the log.
public struct Runner: Sendable {
  public var registry: StepRegistry
  public var log: any RunLog
  /// Waits of retries and limits go by this clock.
  public var time: any TimeSource
  /// What the log shows as the time of day.
  public var wallClock: any TimeSource
  /// A random number in `0..<1`: the jitter of a backoff.
  public var jitter: @Sendable () -> Double
  /// Explains an error that is no `TaskFailure`.
  public var classify: @Sendable (any Error) -> TaskFailure
  /// Told of every step on the way, in order; must not wait.
  public var observe: @Sendable (RunProgress) -> Void

  public init(
    registry: StepRegistry, log: any RunLog, time: any TimeSource, wallClock: any TimeSource,
    jitter: @escaping @Sendable () -> Double, classify: @escaping @Sendable (any Error) -> TaskFailure,
    observe: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) {
    (self.registry, self.log, self.time, self.wallClock) = (registry, log, time, wallClock)
    (self.jitter, self.classify, self.observe) = (jitter, classify, observe)
  }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - run: already opened in the log.
  ///   - stops: each element asks the run to stop; the first one counts.
  /// - Returns: the state after its last event.
  /// - Throws: what the log throws: without a log nothing may run.
  public func run(_ initial: RunState, run: RunHeader, stops: AsyncStream<StopReason>) async throws -> RunState {
    var state = initial
    let (events, inbox) = AsyncStream<TaskEvent>.makeStream()
    var inboxEvents = events.makeAsyncIterator()
    var attempts: [TaskID: Task<Void, Never>] = [:]
    defer { for attempt in attempts.values { attempt.cancel() } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { for await reason in stops { inbox.yield(.stop(reason)) } }
      if let timeout = state.plan.timeout {
        group.addTask {
          // Cancelled when the run ends in time; then there is nobody to tell.
          guard (try? await Task.sleep(for: timeout)) != nil else { return }  // cancelled: the run has ended
          inbox.yield(.stop(.deadline))
        }
      }
      var commands = state.apply(.started)
      while true {
        for command in commands {
          switch command {
          case .start(let task, let attempt):
            attempts[task] = try await start(task, attempt, state, run, inbox)
          case .retry(let task, let wait):
            let time = time
            group.addTask {
              guard (try? await time.sleep(until: time.now() + wait)) != nil else { return }  // cancelled: the run has ended
              inbox.yield(.retryDue(task))
            }
          case .stepEnded(let step):
            try await log.ended(state[step]!, of: run.id, at: wallClock.now())
            observe(.stepEnded(state[step]!))
          case .stopRunning:
            for attempt in attempts.values { attempt.cancel() }
          case .finish(let result):
            try await log.close(run.id, result: result, exitStatus: state.exitStatus, at: wallClock.now())
            return
          }
        }
        guard let event = await inboxEvents.next() else { return }
        commands = try await take(event, &state, &attempts, run)
      }
    }
    return state
  }

  private func start(
    _ id: TaskID, _ attempt: Int, _ state: RunState, _ run: RunHeader, _ inbox: AsyncStream<TaskEvent>.Continuation
  ) async throws -> Task<Void, Never> {
    let (step, task) = state.planned(id)!
    try await log.began(id, attempt: attempt, of: run.id, at: wallClock.now())
    observe(.taskBegan(id, attempt: attempt))
    let (clock, gate) = (wallClock, CommitGate())
    let context = StepContext(
      run: run.id, job: run.job, logicalDate: run.logicalDate, task: task, attempt: attempt, parameters: Parameters(step.with),
      time: time, latest: step.timeout.map { time.now() + $0 }, log: log, gate: gate, now: { clock.now() })
    let (registry, classify, log) = (registry, classify, log)
    return Task {
      do {
        let operation = try registry.operation(step.uses, context.parameters)
        var outcome = try await within(step.timeout) { try await operation.run(in: context) }
        if !gate.hasPassed {
          let made = outcome
          outcome = try await context.commit { _ in made }
        }
        inbox.yield(.succeeded(id, attempt, outcome))
      } catch {
        // The timeout may pass while the commit is under way; what is in the warehouse decides. When that cannot be asked, it failed.
        if gate.hasPassed, let outcome = try? await log.outcome(of: id, in: run.id) {
          return _ = inbox.yield(.succeeded(id, attempt, outcome))
        }
        inbox.yield(.failed(id, attempt, error as? TaskFailure ?? classify(error)))
      }
    }
  }

  private func take(
    _ event: TaskEvent, _ state: inout RunState, _ attempts: inout [TaskID: Task<Void, Never>], _ run: RunHeader
  ) async throws -> [RunCommand] {
    switch event {
    case .stop(let reason):
      observe(.stopping(reason))
      return state.apply(.stopRequested(reason))
    case .retryDue(let task):
      return state.apply(.retryDue(task))
    case .succeeded(let task, _, let outcome):
      attempts[task] = nil
      observe(.taskSucceeded(task, outcome))
      return state.apply(.succeeded(task))
    case .failed(let task, let attempt, let failure):
      attempts[task] = nil
      let commands = state.apply(.failed(task, failure, jitter: jitter()))
      let now = wallClock.now()
      try await log.failed(task, attempt: attempt, of: run.id, at: now, failure: failure, state: state.state(of: task))
      observe(.taskFailed(task, failure, state.state(of: task), attempt: attempt))
      return commands
    }
  }
}

/// What the parts of a run tell its loop.
private enum TaskEvent: Sendable {
  case succeeded(TaskID, Int, TaskOutcome)
  case failed(TaskID, Int, TaskFailure)
  case retryDue(TaskID)
  case stop(StopReason)
}

/// What a watcher of a run is told.
public enum RunProgress: Sendable {
  case taskBegan(TaskID, attempt: Int)
  case taskSucceeded(TaskID, TaskOutcome)
  /// `state` is `retrying`, `failed` or `cancelled`.
  case taskFailed(TaskID, TaskFailure, TaskState, attempt: Int)
  case stepEnded(StepProgress)
  case stopping(StopReason)
}

/// Runs `work`, and fails it as timed out when it takes longer than `limit`.
private func within<Result: Sendable>(_ limit: Duration?, _ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
  guard let limit else { return try await work() }
  return try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await work() }
    group.addTask {
      try await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let result = first else {
      throw TaskFailure(.timeout, "the attempt took longer than \(limit.inSeconds) s, its step's timeout")
    }
    return result
  }
}
