import Foundation
import JobFiles
import JobGraph
import Running
import Sandbox
import Scheduling
import Steps
import Storage
import Transport

/// What the sandbox is asked to be.
struct SandboxSettings: Sendable {
  var seed: UInt64 = 1
  /// A folder of recorded bodies; nil makes the data from the seed.
  var recordedBodies: String?
  /// Answers to spoil, for tests.
  var faults: [FaultRule] = []
}

/// One run of a job from lock to report.
struct RunSession {
  let workspace: Workspace
  let job: Job
  let configuration: Configuration
  let logicalDate: Instant
  let trigger: String
  let selection: Selection
  let sandbox: SandboxSettings
  let isOffline: Bool
  let isResumed: Bool
  /// The date of the run to resume; nil for the newest that is unfinished.
  let resumedDate: Instant?
  /// Called when the run is journaled, before its first task.
  let began: @Sendable (RunHeader, RunState, Warehouse) async -> Void
  let observe: @Sendable (RunProgress) -> Void
  /// Called once a new run stands in the journal, before its first task.
  var opened: @Sendable (RunID) async throws -> Void = { _ in }

  /// How the run ended.
  struct Result {
    let run: RunID
    let state: RunState
    let took: Duration
    let missingSecrets: [String: String]
    /// What the tasks of each step said, in order.
    let tasks: [TaskRow]
    /// From the first attempt of each step to its last.
    let spans: [StepID: Duration]
    /// That the job was to be ready earlier; nil when it was in time.
    let alert: String?

    /// A person or the system wanted it to stop, so nothing else is begun either.
    var isStopped: Bool { state.result == .cancelled }
  }

  /// Runs the job. The caller holds the lock.
  func run(lock: borrowing RunLock, warehouse: Warehouse) async throws -> Result {
    let clock = ContinuousClock()
    let started = clock.now
    let interrupted = try await warehouse.markInterrupted(at: SystemTime().now())
    for run in interrupted where !isResumed { Output.say("note: \(run) had died; it is now called interrupted") }
    try await clearAway(warehouse)
    let resumed = isResumed ? try await unfinished(warehouse) : nil
    let date = resumed?.logicalDate ?? logicalDate

    let server = workspace.isSandbox && !isOffline ? try await startSandbox(at: date) : nil
    defer { if let server { Task { await server.server.stop() } } }
    let time: any TimeSource = server?.clock ?? SystemTime()
    if server != nil {
      // The sandbox's clock begins anew with each run: what earlier runs did after that moment has not happened.
      let now = time.now()
      for provider in configuration.providers?.providers ?? [] { try await warehouse.update(provider.name) { $0.forget(after: now) } }
    }
    let desk = try Desk(
      workspace, warehouse: warehouse, configuration: configuration, baseURLs: server?.baseURLs ?? [:], time: time, isOffline: isOffline)
    defer { desk.http.shutdown() }

    let (header, state) = try await open(resumed, date, desk)
    lock.describe("run \(header.id)")
    await began(header, state, warehouse)
    let stop = StopWatch(programs: desk.programs)
    defer { stop.retire() }
    let runner = Runner(
      registry: desk.registry, log: warehouse, time: time, wallClock: SystemTime(), jitter: { Double.random(in: 0..<1) },
      classify: FailureClassifier.classify, observe: observe)
    let alarm = try await DeadlineAlarm(job, header, warehouse, teller: desk.teller)
    let watch = Task { await alarm?.watch() }
    defer { watch.cancel() }
    let ended: RunState
    do {
      ended = try await runner.run(state, run: header, stops: stop.reasons)
    } catch {
      await alarm?.finish()
      throw error
    }
    await alarm?.finish()
    let (tasks, attempts) = try await warehouse.read { (try $0.tasks(of: header.id), try $0.attempts(of: header.id)) }
    var spans: [StepID: Duration] = [:]
    for (step, rows) in Dictionary(grouping: attempts, by: \.task.step) {
      guard let start = rows.map(\.startedAt).min(), let end = rows.compactMap(\.endedAt).max() else { continue }
      spans[step] = end - start
    }
    return Result(
      run: header.id, state: ended, took: clock.now - started, missingSecrets: desk.missingSecrets, tasks: tasks,
      spans: spans, alert: alarm?.alert)
  }

  /// Deletes what a run had begun to write that did not come to a good end: killed, also while it was clearing away itself, or on a disk that
  /// would not even delete. Most starts follow a good end, and look at nothing.
  private func clearAway(_ warehouse: Warehouse) async throws {
    let last = try await warehouse.read { try $0.runs(of: nil, limit: 1).first?.state }
    guard isResumed || last != .some(.succeeded) else { return }
    let others: Set<String> = workspace.isSandbox ? [] : ["sandbox"]
    AtomicFile.removeLeftovers(below: workspace.data, except: others.union(["secrets", "backups", "replaced"]))
    AtomicFile.removeLeftovers(below: workspace.reports, except: others)
  }

  private func unfinished(_ warehouse: Warehouse) async throws -> RunRow {
    let (name, date) = (job.name, resumedDate)
    guard let row = try await warehouse.read({ try $0.unfinishedRun(of: name, logicalDate: date) }) else {
      throw Failure(
        .usage,
        "no run of \(name)\(date.map { " for \($0)" } ?? "") is unfinished; `jobs history \(name)` lists them, `jobs run \(name)` starts a new one"
      )
    }
    return row
  }

  /// Opens a new run, or an unfinished one again.
  private func open(_ resumed: RunRow?, _ date: Instant, _ desk: Desk) async throws -> (RunHeader, RunState) {
    let (warehouse, name, now) = (desk.warehouse, job.name, SystemTime().now())
    let times = try await warehouse.read { try $0.stepTimes(of: name) }
    let durations = times.seconds
    func concurrency(of plan: Plan) -> RunState.Concurrency {
      // One at a time where a request is rare: of two that begin together nobody knows which one gets the last request of the day.
      .init(total: 16, pools: ["binance": 8, "alphavantage": 1].merging(plan.pools) { $1 })
    }
    guard let resumed else {
      let plan = try await Planner(
        workspace: workspace, job: job, logicalDate: date, selection: selection, exchange: configuration.calendars.xnys
      )
      .plan(warehouse: warehouse, missingSecrets: desk.missingSecrets)
      let count = try await warehouse.read { try $0.runCount(of: name, logicalDate: date) }
      let header = RunHeader(
        id: RunID(job: name, logicalDate: date, ordinal: count + 1), job: name, logicalDate: date, trigger: trigger, startedAt: now)
      let markets = MarketRules(exchange: configuration.calendars.xnys)
      let hasArchive = configuration.providers?.hasArchive ?? false
      let forecast = try await warehouse.read {
        try PlanEstimate(plan, times: times, reader: $0, markets: markets, hasArchive: hasArchive).forecast
      }
      try await warehouse.open(header, plan: plan, forecast: forecast)
      try await opened(header.id)
      return (header, RunState(plan: plan, concurrency: concurrency(of: plan), durations: durations))
    }
    var plan = try await warehouse.read { try $0.plan(of: resumed.id) }
    // A key that has been set meanwhile is used.
    for index in plan.steps.indices {
      if case .missingSecret(let secret, _) = plan.steps[index].skip, desk.missingSecrets[secret] == nil { plan.steps[index].skip = nil }
    }
    let recorded = try await warehouse.read { try $0.recordedTasks(of: resumed.id) }
    let kept = plan.recordedToKeep(recorded, operations: desk.registry.declarations)
    let repeated = kept.filter { !$0.value.isSucceeded && $0.value.failure == nil }
    let failures = kept.compactMap { task, record in record.failure.map { (task: task, failure: $0) } }.sorted { $0.task < $1.task }
    Output.say(
      "resuming \(resumed.id): \(kept.count - repeated.count) tasks stay as they are, \(repeated.count) will run"
        + (repeated.count <= 12 ? " (\(repeated.keys.sorted().map(\.description).joined(separator: ", ")))" : ""))
    try await warehouse.reopen(resumed.id, repeating: Array(repeated.keys), failed: failures, at: now)
    let header = RunHeader(id: resumed.id, job: name, logicalDate: date, trigger: resumed.trigger, startedAt: resumed.startedAt)
    return (header, RunState(plan: plan, recorded: kept, concurrency: concurrency(of: plan), durations: durations))
  }

  private func startSandbox(at date: Instant) async throws -> RunningSandbox {
    var settings = SandboxConfiguration(logicalDate: date)
    settings.data = sandbox.recordedBodies.map { .recorded(directory: $0) } ?? .synthetic(seed: sandbox.seed)
    settings.ledgerPath = workspace.sandboxLedger
    settings.faults = sandbox.faults
    let server = SandboxServer(configuration: settings)
    do {
      let address = try await server.start()
      return RunningSandbox(
        server: server, clock: settings.clock,
        baseURLs: address.baseURLs)
    } catch let error as SandboxError {
      throw Failure(.badData, "the sandbox cannot start: \(error)")
    }
  }
}

/// The stand-in for every provider, while a run uses it.
private struct RunningSandbox {
  let server: SandboxServer
  let clock: any TimeSource
  let baseURLs: [String: String]
}

/// Turns signals into requests to stop: the first one orderly, the second one at once.
private final class StopWatch: Sendable {
  let reasons: AsyncStream<StopReason>
  private let lock = NSLock()
  nonisolated(unsafe) private var hasAsked = false
  nonisolated(unsafe) private var isRetired = false

  /// - Parameter programs: ended before the process ends at once.
  init(programs: ProgramHost) {
    let (stream, continuation) = AsyncStream<StopReason>.makeStream()
    reasons = stream
    Process.onStopSignals { [self] number in
      let (isFirst, isOver) = lock.withLock {
        defer { hasAsked = true }
        return (!hasAsked, isRetired)
      }
      // The run has ended; another watch takes the signals of the next one.
      guard !isOver else { return }
      guard isFirst else {
        programs.killAll()
        Console.shared.draw([])
        Foundation.exit(number == SIGTERM ? 143 : 130)
      }
      Output.say("stopping after the current write (again to stop now)")
      continuation.yield(number == SIGINT ? .interrupt : .signal)
    }
  }

  /// The run has ended.
  func retire() { lock.withLock { isRetired = true } }
}
