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
  @concurrent
  public func run(_ initial: RunState, run: RunHeader, stops: AsyncStream<StopReason>) async throws -> RunState {
    // Where attempts have a thread of their own, the loop that starts them is there too: nothing is handed from thread to thread.
    let executor = initial.plan.steps.lazy.compactMap { registry.executor(of: $0.uses) }.first
    return try await withTaskExecutorPreference(executor) { try await loop(initial, run: run, stops: stops) }
  }

  @concurrent
  private func loop(_ initial: RunState, run: RunHeader, stops: AsyncStream<StopReason>) async throws -> RunState {
    let (events, inbox) = AsyncStream<RunnerEvent>.makeStream()
    var shift = Shift(state: initial, run: run, inbox: inbox, latest: initial.plan.timeout.map { time.now() + $0 })
    defer { for attempt in shift.attempts.values { attempt.cancel() } }
    var incoming = events.makeAsyncIterator()
    try await withThrowingDiscardingTaskGroup { group in
      defer { group.cancelAll() }
      group.addTask { for await reason in stops { inbox.yield(.stop(reason)) } }
      if let timeout = initial.plan.timeout {
        group.addTask {
          guard (try? await Task.sleep(for: timeout)) != nil else { return }  // cancelled: the run has ended
          inbox.yield(.stop(.deadline))
        }
      }
      var commands = shift.state.apply(.started)
      while true {
        for command in commands {
          switch command {
          case .start(let task, let attempt):
            start(task, attempt, &shift)
          case .retry(let task, let wait):
            let time = time
            group.addTask {
              guard (try? await time.sleep(until: time.now() + wait)) != nil else { return }  // cancelled: the run has ended
              inbox.yield(.retryDue(task))
            }
          case .stepEnded(let step):
            log.ended(shift.state[step]!, of: run.id, at: wallClock.now())
            observe(.stepEnded(shift.state[step]!))
          case .stopRunning:
            for attempt in shift.attempts.values { attempt.cancel() }
          case .finish(let result):
            return try await log.close(run.id, result: result, exitStatus: shift.state.exitStatus, at: wallClock.now())
          }
        }
        if let moment = shift.deadlines.momentToWaitFor() {
          group.addTask {
            guard (try? await Task.sleep(until: moment, clock: .continuous)) != nil else { return }  // cancelled: the run has ended
            inbox.yield(.alarm)
          }
        }
        guard let event = await incoming.next() else { return }
        commands = take(event, &shift)
      }
    }
    return shift.state
  }

  private func start(_ id: TaskID, _ number: Int, _ shift: inout Shift) {
    let (step, task) = shift.state.planned(id)!
    let (run, inbox) = (shift.run, shift.inbox)
    let isRepeatable = registry.mayRepeat(step.uses, step.with)
    // In the order of the loop; what must not be begun twice waits until it is durable, below.
    if isRepeatable { log.began(id, attempt: number, of: run.id, at: wallClock.now()) }
    observe(.taskBegan(id, attempt: number))
    let (clock, gate) = (wallClock, CommitGate { inbox.yield(.handedIn(id)) })
    let context = StepContext(
      run: run.id, job: run.job, logicalDate: run.logicalDate, task: task, attempt: number, parameters: Parameters(step.with),
      time: time, latest: [step.timeout.map { time.now() + $0 }, shift.latest].compactMap(\.self).min(), log: log, gate: gate,
      now: { clock.now() })
    let (registry, classify, log) = (registry, classify, log)
    let attempt = Attempt(limit: step.timeout)
    attempt.begin(on: registry.executor(of: step.uses)) {
      do {
        if !isRepeatable { try await log.beganDurably(id, attempt: number, of: run.id, at: clock.now()) }
        let operation = try registry.operation(step.uses, context.parameters)
        var outcome = try await operation.run(in: context)
        if !gate.hasPassed {
          let made = outcome
          outcome = try await context.commit { _ in made }
        }
        inbox.yield(.succeeded(id, outcome))
      } catch {
        // The timeout may pass while the commit is under way; what is in the warehouse decides. When that cannot be asked, it failed.
        if gate.hasPassed, let outcome = try? await log.outcome(of: id, in: run.id) {
          return _ = inbox.yield(.succeeded(id, outcome))
        }
        inbox.yield(.failed(id, attempt: number, attempt.timeoutFailure ?? error as? TaskFailure ?? classify(error)))
      }
    }
    shift.attempts[id] = attempt
    if let limit = step.timeout { shift.deadlines.add(attempt, at: .now + limit) }
  }

  private func take(_ event: RunnerEvent, _ shift: inout Shift) -> [RunCommand] {
    switch event {
    case .stop(let reason):
      observe(.stopping(reason))
      return shift.state.apply(.stopRequested(reason))
    case .retryDue(let task):
      return shift.state.apply(.retryDue(task))
    case .alarm:
      shift.deadlines.expire(at: .now)
      return []
    case .handedIn(let task):
      return shift.state.apply(.handedIn(task))
    case .succeeded(let task, let outcome):
      shift.attempts.removeValue(forKey: task)?.end()
      observe(.taskSucceeded(task, outcome))
      return shift.state.apply(.succeeded(task))
    case .failed(let task, let attempt, let failure):
      shift.attempts.removeValue(forKey: task)?.end()
      let commands = shift.state.apply(.failed(task, failure, jitter: jitter()))
      let state = shift.state.state(of: task)
      log.failed(task, attempt: attempt, of: shift.run.id, at: wallClock.now(), failure: failure, state: state)
      observe(.taskFailed(task, failure, state, attempt: attempt))
      return commands
    }
  }
}

/// What the loop of a run has in its hands.
private struct Shift {
  var state: RunState
  let run: RunHeader
  let inbox: AsyncStream<RunnerEvent>.Continuation
  /// When the run times out; nil when it never does.
  let latest: Instant?
  var attempts: [TaskID: Attempt] = [:]
  var deadlines = Deadlines()
}

/// What the parts of a run tell its loop.
private enum RunnerEvent: Sendable {
  /// Its work is over; its completion is not durable yet.
  case handedIn(TaskID)
  case succeeded(TaskID, TaskOutcome)
  case failed(TaskID, attempt: Int, TaskFailure)
  case retryDue(TaskID)
  /// Some attempt may have reached its deadline.
  case alarm
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
