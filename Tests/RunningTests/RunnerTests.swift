import Foundation
import JobGraph
import Running
import Scheduling
import Testing

@Suite struct `The runner` {
  @Test func `runs a graph and writes down what happened`() async throws {
    let log = RecordingLog()
    let state = try await runner(log, ["work": { _ in TaskOutcome(note: "done") }])
      .run(RunState(plan: plan("a", "b")), run: header, stops: AsyncStream { $0.finish() })
    #expect(state.result == .succeeded)
    #expect(log.lines.contains("complete a 1") && log.lines.contains("complete b 1"))
    #expect(log.lines.last == "close succeeded 0")
  }

  @Test func `tries again after a transient failure, and not after a permanent one`() async throws {
    let log = RecordingLog()
    let state = try await runner(
      log,
      [
        "work": { context in
          if context.task.id.step == "b" { throw TaskFailure(.permanent, "unknown symbol") }
          if context.attempt < 3 { throw TaskFailure(.transient, "HTTP 503") }
          return TaskOutcome()
        }
      ]
    ).run(RunState(plan: plan("a", "b")), run: header, stops: AsyncStream { $0.finish() })
    #expect(state["a"]?.state == .succeeded && state["b"]?.state == .failed)
    #expect(log.lines.filter { $0.hasPrefix("failed a") } == ["failed a 1 retrying HTTP 503", "failed a 2 retrying HTTP 503"])
    #expect(log.lines.filter { $0.hasPrefix("failed b") } == ["failed b 1 failed unknown symbol"])
  }

  @Test func `explains an error that nobody expected`() async throws {
    struct Odd: Error {}
    let log = RecordingLog()
    let state = try await runner(log, ["work": { _ in throw Odd() }])
      .run(RunState(plan: plan("a")), run: header, stops: AsyncStream { $0.finish() })
    #expect(state["a"]?.failures.first?.failure.kind == .bug)
    #expect(state.exitStatus == .bug)
  }

  @Test func `cancels what runs when it is asked to stop`() async throws {
    let log = RecordingLog()
    let (stops, ask) = AsyncStream<StopReason>.makeStream()
    let state = try await runner(
      log,
      [
        "work": { context in
          ask.yield(.signal)
          try await context.time.sleep(until: Instant(milliseconds: .max / 2))
          return TaskOutcome()
        }
      ], time: NeverEnding()
    ).run(RunState(plan: plan("a")), run: header, stops: stops)
    #expect(state.result == .cancelled)
    #expect(log.lines.contains { $0.hasPrefix("failed a 1 cancelled") })
  }

  @Test func `ends an attempt that takes longer than its step allows`() async throws {
    let log = RecordingLog()
    var slow = plan("a")
    slow.steps[0].timeout = .milliseconds(20)
    slow.steps[0].retry = RetryPolicy(attempts: 1)
    let state = try await runner(
      log,
      [
        "work": { context in
          try await context.time.sleep(until: Instant(milliseconds: .max / 2))
          return TaskOutcome()
        }
      ], time: NeverEnding()
    ).run(RunState(plan: slow), run: header, stops: AsyncStream { $0.finish() })
    #expect(state["a"]?.failures.first?.failure.kind == .timeout)
  }

  private let header = RunHeader(
    id: RunID("t-1"), job: "t", logicalDate: Instant(milliseconds: 0), trigger: "manual", startedAt: Instant(milliseconds: 0))

  private func plan(_ steps: String...) -> Plan {
    Plan(
      job: "t", logicalDate: Instant(milliseconds: 0),
      steps: steps.map {
        PlannedStep(
          id: StepID($0), uses: "work", retry: RetryPolicy(attempts: 3, backoff: .milliseconds(1)),
          tasks: [PlannedTask(id: TaskID(StepID($0)))])
      })
  }

  private func runner(
    _ log: RecordingLog, _ work: [String: @Sendable (StepContext) async throws -> TaskOutcome], time: any TimeSource = SystemTime()
  ) -> Runner {
    var registry = StepRegistry()
    for (name, body) in work {
      registry.add(OperationDeclaration(name: name, summary: "")) { _ in Closure(body: body) }
    }
    return Runner(
      registry: registry, log: log, time: time, wallClock: SystemTime(), jitter: { 0 }, classify: { TaskFailure(.bug, "\($0)") })
  }
}

private struct Closure: StepOperation {
  let body: @Sendable (StepContext) async throws -> TaskOutcome
  func run(in context: StepContext) async throws -> TaskOutcome { try await body(context) }
}

/// A clock on which nothing ever comes due.
private struct NeverEnding: TimeSource {
  func now() -> Instant { Instant(milliseconds: 0) }
  func sleep(until instant: Instant) async throws {
    let (never, end) = AsyncStream<Void>.makeStream()
    defer { end.finish() }
    for await _ in never {}
    try Task.checkCancellation()
  }
}

private struct NoTransaction: TaskTransaction {}

private final class RecordingLog: RunLog, Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var written: [String] = []

  var lines: [String] { lock.withLock { written } }
  private func write(_ line: String) { lock.withLock { written.append(line) } }

  func open(_ run: RunHeader, plan: Plan, forecast: Forecast?) async throws { write("open") }
  func began(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant) { write("began \(task) \(attempt)") }
  func beganDurably(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant) async throws {
    write("began durably \(task) \(attempt)")
  }
  func complete(
    _ task: TaskID, attempt: Int, of run: RunID, at instant: Instant,
    effects: @escaping @Sendable (any TaskTransaction) throws -> TaskOutcome
  ) async throws -> TaskOutcome {
    let outcome = try effects(NoTransaction())
    write("complete \(task) \(attempt)")
    return outcome
  }
  func outcome(of task: TaskID, in run: RunID) async throws -> TaskOutcome? { nil }
  func failed(_ task: TaskID, attempt: Int, of run: RunID, at instant: Instant, failure: TaskFailure, state: TaskState) {
    write("failed \(task) \(attempt) \(state) \(failure.message)")
  }
  func ended(_ step: StepProgress, of run: RunID, at instant: Instant) { write("ended \(step.id) \(step.state)") }
  func note(_ line: LogLine, of run: RunID) { write("note \(line.message)") }
  func close(_ run: RunID, result: RunResult, exitStatus: CommandStatus, at instant: Instant) async throws {
    write("close \(result) \(exitStatus.rawValue)")
  }
}
