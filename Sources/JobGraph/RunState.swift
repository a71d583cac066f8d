internal import HeapModule

/// Everything a run knows; a value, so a test can build any moment of any night.
///
/// It takes events and answers with commands. It never waits, reads a clock or does I/O. A waiting retry holds no slot.
/// - Complexity: each event costs O(log tasks); a whole run O(edges + tasks · log tasks).
public struct RunState: Sendable {
  public let plan: Plan
  public let concurrency: Concurrency
  /// In the order of the plan.
  public private(set) var steps: [StepProgress]
  public private(set) var stopReason: StopReason?
  public private(set) var result: RunResult = .running

  private var tasks: [TaskID: TaskProgress] = [:]
  private var indexOfStep: [StepID: Int] = [:]
  private var dependents: [[Int]]
  private var openNeeds: [Int]
  /// Steps whose needs have all ended and which have not begun. A list, not recursion: a chain may have any length.
  private var toBegin: [Int] = []
  private var ready: [String: Heap<ReadyTask>] = [:]
  private var runningInPool: [String: Int] = [:]
  private var runningTotal = 0
  private var handedInTotal = 0
  private var openSteps: Int
  private var sequence = 0

  /// How many tasks run at once, in all and in each pool; a pool without a number is bounded by the total alone.
  public struct Concurrency: Sendable, Hashable {
    public var total: Int
    public var pools: [String: Int]
    /// So many completions may be on their way to the disk while others work in their place: what they hold in memory stays bounded.
    public var handedInMax: Int { total * 4 }

    public init(total: Int = 8, pools: [String: Int] = [:]) {
      (self.total, self.pools) = (total, pools)
    }
  }

  /// - Parameters:
  ///   - plan: its needs name steps of the plan, without a cycle.
  ///   - recorded: what an earlier, interrupted part of the same run has done; those tasks stay as they are.
  ///   - durations: expected seconds per step from earlier runs; the longest path to the end goes first.
  public init(
    plan: Plan, recorded: [TaskID: RecordedTask] = [:], concurrency: Concurrency = Concurrency(), durations: [StepID: Double] = [:]
  ) {
    (self.plan, self.concurrency) = (plan, concurrency)
    for (index, step) in plan.steps.enumerated() { indexOfStep[step.id] = index }
    steps = plan.steps.map { StepProgress(id: $0.id, tasks: $0.tasks.count) }
    dependents = Array(repeating: [], count: plan.steps.count)
    openNeeds = Array(repeating: 0, count: plan.steps.count)
    openSteps = plan.steps.count
    let ordinary = plan.steps.indices.filter { !plan.steps[$0].isFinal }
    for (index, step) in plan.steps.enumerated() {
      // A `finally` step waits for every ordinary step, and for the `finally` steps that it names.
      let needs = step.needs.compactMap { indexOfStep[$0] } + (step.isFinal ? ordinary : [])
      openNeeds[index] = Set(needs).count
      for need in Set(needs) { dependents[need].append(index) }
    }
    let ranks = RunState.ranks(of: plan, dependents: dependents, openNeeds: openNeeds, durations: durations)
    for index in steps.indices {
      steps[index].rank = ranks[index]
      for (position, task) in plan.steps[index].tasks.enumerated() {
        let record = recorded[task.id] ?? RecordedTask()
        tasks[task.id] = TaskProgress(record: record, position: position)
        if record.isSucceeded {
          steps[index].end(.succeeded)
        } else if let failure = record.failure {
          steps[index].end(.failed)
          steps[index].failures.append((task.id, failure))
        }
      }
    }
  }

  public func state(of task: TaskID) -> TaskState { tasks[task]?.state ?? .waiting }

  /// A task of the plan and its step.
  public func planned(_ task: TaskID) -> (step: PlannedStep, task: PlannedTask)? {
    guard let index = indexOfStep[task.step], let progress = tasks[task] else { return nil }
    return (plan.steps[index], plan.steps[index].tasks[progress.position])
  }

  public subscript(step: StepID) -> StepProgress? { indexOfStep[step].map { steps[$0] } }

  /// Takes one event and answers with what the shell must do now.
  public mutating func apply(_ event: RunEvent) -> [RunCommand] {
    var commands: [RunCommand] = []
    switch event {
    case .started:
      toBegin = steps.indices.filter { openNeeds[$0] == 0 }
    case .handedIn(let task):
      handIn(task)
    case .succeeded(let task):
      finish(task, .succeeded, &commands)
    case .failed(let task, let failure, let jitter):
      fail(task, failure, jitter, &commands)
    case .retryDue(let task):
      guard tasks[task]?.state == .retrying else { break }
      tasks[task]!.state = .waiting
      enqueue(task)
    case .stopRequested(let reason):
      stop(reason, &commands)
    }
    beginSteps(&commands)
    startReady(&commands)
    finishIfOver(&commands)
    return commands
  }
}

// MARK: - Steps

extension RunState {
  private mutating func beginSteps(_ commands: inout [RunCommand]) {
    var next = 0
    while next < toBegin.count {
      begin(toBegin[next], &commands)
      next += 1
    }
    toBegin.removeAll(keepingCapacity: true)
  }

  /// Begins a step whose needs have all ended: runs it, or skips it.
  private mutating func begin(_ index: Int, _ commands: inout [RunCommand]) {
    let step = plan.steps[index]
    if let stopReason, !(step.isFinal && stopReason == .deadline) { return endStep(index, as: .cancelled, &commands) }
    if let reason = step.skip ?? unmetCondition(of: step) ?? unmetExpression(of: step) { return skip(index, reason, &commands) }
    let open = step.tasks.filter { tasks[$0.id]?.state == .waiting }
    steps[index].state = .running
    for task in open { enqueue(task.id) }
    if open.isEmpty { conclude(index, &commands) }
  }

  /// Why the step does not run, given how the steps that it needs have ended.
  private func unmetCondition(of step: PlannedStep) -> SkipReason? {
    let needs = step.isFinal && step.needs.isEmpty ? [] : step.needs.compactMap { indexOfStep[$0] }
    switch step.when {
    case .always: return nil
    case .success: return needs.first { !steps[$0].satisfiesDependents }.map { .needFailed(steps[$0].id) }
    case .failure:
      let watched = step.isFinal && needs.isEmpty ? Array(steps.indices.filter { !plan.steps[$0].isFinal }) : needs
      return watched.contains { steps[$0].state == .failed } ? nil : .condition("runs only after a failure, and nothing failed")
    }
  }

  private mutating func skip(_ index: Int, _ reason: SkipReason, _ commands: inout [RunCommand]) {
    steps[index].skipReason = reason
    for task in plan.steps[index].tasks where tasks[task.id]?.state == .waiting { tasks[task.id]!.state = .skipped }
    endStep(index, as: .skipped, &commands)
  }

  /// Ends a step whose tasks are all over.
  private mutating func conclude(_ index: Int, _ commands: inout [RunCommand]) {
    let step = plan.steps[index]
    let isTolerated = steps[index].failed <= step.tolerate.allowed(of: step.tasks.count)
    let state: TaskState = steps[index].cancelled > 0 ? .cancelled : isTolerated ? .succeeded : .failed
    endStep(index, as: state, &commands)
  }

  private mutating func endStep(_ index: Int, as state: TaskState, _ commands: inout [RunCommand]) {
    if state == .cancelled {
      for task in plan.steps[index].tasks where tasks[task.id]?.state.isOver == false {
        tasks[task.id]!.state = .cancelled
        steps[index].end(.cancelled)
      }
    }
    steps[index].state = state
    openSteps -= 1
    commands.append(.stepEnded(steps[index].id))
    for dependent in dependents[index] {
      openNeeds[dependent] -= 1
      if openNeeds[dependent] == 0 { toBegin.append(dependent) }
    }
  }
}

// MARK: - Tasks

extension RunState {
  private mutating func fail(_ task: TaskID, _ failure: TaskFailure, _ jitter: Double, _ commands: inout [RunCommand]) {
    guard tasks[task]?.state == .running, let index = indexOfStep[task.step] else { return }
    tasks[task]!.failedAttempts += 1
    tasks[task]!.failure = failure
    let policy = plan.steps[index].retry
    let delay = failure.isRetryable ? policy.delay(afterAttempt: tasks[task]!.failedAttempts, jitter: jitter) : nil
    guard let delay, stopReason == nil else {
      // What was asked to stop has not failed.
      if stopReason == nil || stopReason == .deadline { steps[index].failures.append((task, failure)) }
      return finish(task, stopReason == nil ? .failed : .cancelled, &commands)
    }
    release(task)
    tasks[task]!.state = .retrying
    commands.append(.retry(task, after: max(delay, failure.retryAfter ?? .zero)))
  }

  private mutating func finish(_ task: TaskID, _ state: TaskState, _ commands: inout [RunCommand]) {
    guard tasks[task]?.state == .running, let index = indexOfStep[task.step] else { return }
    release(task)
    tasks[task]!.state = state
    steps[index].end(state)
    if steps[index].open == 0 { conclude(index, &commands) }
  }

  private mutating func handIn(_ task: TaskID) {
    guard tasks[task]?.state == .running, tasks[task]?.isHandedIn == false, handedInTotal < concurrency.handedInMax else { return }
    release(task)
    tasks[task]!.isHandedIn = true
    handedInTotal += 1
  }

  /// Gives its place to another, unless it has done so before.
  private mutating func release(_ task: TaskID) {
    if tasks[task]!.isHandedIn {
      tasks[task]!.isHandedIn = false
      handedInTotal -= 1
      return
    }
    runningTotal -= 1
    runningInPool[pool(of: task), default: 0] -= 1
  }

  private func pool(of task: TaskID) -> String { plan.steps[indexOfStep[task.step]!].pool ?? "" }

  private mutating func enqueue(_ task: TaskID) {
    sequence += 1
    let index = indexOfStep[task.step]!
    let step = plan.steps[index]
    let entry = ReadyTask(
      task: task, priority: step.priority, rank: steps[index].rank, weight: step.tasks[tasks[task]!.position].weight, sequence: sequence)
    ready[pool(of: task), default: Heap()].insert(entry)
  }

  /// Starts the best ready tasks while there are slots.
  private mutating func startReady(_ commands: inout [RunCommand]) {
    while runningTotal < concurrency.total {
      var best: (pool: String, entry: ReadyTask)?
      for (pool, heap) in ready {
        guard let entry = heap.max, runningInPool[pool, default: 0] < concurrency.pools[pool] ?? Int.max else { continue }
        if best == nil || best!.entry < entry { best = (pool, entry) }
      }
      guard let best else { return }
      _ = ready[best.pool]!.popMax()
      if ready[best.pool]!.isEmpty { ready[best.pool] = nil }
      start(best.entry.task, &commands)
    }
  }

  private mutating func start(_ task: TaskID, _ commands: inout [RunCommand]) {
    tasks[task]!.state = .running
    tasks[task]!.attempts += 1
    runningTotal += 1
    runningInPool[pool(of: task), default: 0] += 1
    commands.append(.start(task, attempt: tasks[task]!.attempts))
  }
}

// MARK: - The end

extension RunState {
  /// No new tasks; the running ones are asked to stop, the waiting ones are cancelled.
  private mutating func stop(_ reason: StopReason, _ commands: inout [RunCommand]) {
    guard stopReason == nil, result == .running else { return }
    stopReason = reason
    commands.append(.stopRunning)
    for pool in Array(ready.keys) { ready[pool] = nil }
    for index in steps.indices where steps[index].state == .running {
      for task in plan.steps[index].tasks {
        guard let state = tasks[task.id]?.state, state == .waiting || state == .retrying else { continue }
        tasks[task.id]!.state = .cancelled
        steps[index].end(.cancelled)
      }
      if steps[index].open == 0 { conclude(index, &commands) }
    }
  }

  private mutating func finishIfOver(_ commands: inout [RunCommand]) {
    guard result == .running, openSteps == 0 else { return }
    result = concludedResult()
    commands.append(.finish(result))
  }

  private func concludedResult() -> RunResult {
    if stopReason == .signal || stopReason == .interrupt { return .cancelled }
    if stopReason == .deadline { return .failed }
    let ordinary = steps.indices.filter { !plan.steps[$0].isFinal }
    if !ordinary.isEmpty, ordinary.allSatisfy({ steps[$0].isWithoutWork }) { return .notDue }
    if let deliverable = plan.deliverable, let step = self[deliverable], !step.satisfiesDependents || step.isShortfall {
      return step.isPartlyPutOff ? .partial : .failed
    }
    return steps.contains { $0.state == .failed || $0.isShortfall } ? .partial : .succeeded
  }
}

/// A task that may start: the highest priority first, then the longest way to the end, then the heaviest symbol, then first come.
private struct ReadyTask: Comparable, Sendable {
  let task: TaskID
  let priority: Int
  let rank: Double
  let weight: Double
  let sequence: Int

  static func < (a: ReadyTask, b: ReadyTask) -> Bool {
    if a.priority != b.priority { return a.priority < b.priority }
    if a.rank != b.rank { return a.rank < b.rank }
    if a.weight != b.weight { return a.weight < b.weight }
    return a.sequence > b.sequence
  }

  static func == (a: ReadyTask, b: ReadyTask) -> Bool { a.sequence == b.sequence }
}
