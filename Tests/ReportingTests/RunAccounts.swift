import JobGraph
import Scheduling

/// Runs as a test wants them.
enum RunAccounts {
  static let start = Instant(milliseconds: 1_768_442_400_000)

  static func instant(_ seconds: Double) -> Instant { start + .milliseconds(Int64(seconds * 1000)) }

  static func planned(_ id: StepID, _ needs: [StepID] = [], tasks: [String] = [""], with: [JobValue.Entry] = [], skip: SkipReason? = nil)
    -> PlannedStep
  {
    PlannedStep(
      id: id, uses: "binance.candles", needs: needs, with: with, skip: skip, tasks: tasks.map { PlannedTask(id: TaskID(id, $0)) })
  }

  /// A step that ended; each task took the given seconds.
  static func step(
    _ id: StepID, _ state: TaskState = .succeeded, tasks: [String] = [""], seconds: Double = 1, counts: [TaskOutcome.Count] = [],
    requests: Int = 0
  ) -> RunAccount.Step {
    RunAccount.Step(
      id: id, state: state,
      tasks: tasks.map { key in
        RunAccount.Task(
          key: key, state: state, counts: counts,
          attempts: [attempt(1, state == .failed ? "failed" : "succeeded", 0, seconds, state == .failed ? "HTTP 503" : nil)])
      }, requests: requests == 0 ? [] : [RequestCount(provider: "binance", requests: requests, weight: 2 * requests)])
  }

  static func attempt(_ number: Int, _ state: String, _ from: Double, _ to: Double, _ message: String? = nil) -> RunAccount.Attempt {
    RunAccount.Attempt(
      number: number, state: state, startedAt: instant(from), endedAt: instant(to), failure: message.map { _ in "transient" },
      message: message)
  }

  static func run(
    _ plan: [PlannedStep], _ steps: [RunAccount.Step], named name: String = "nightly-1", job: String = "nightly",
    forecast: Forecast? = nil, state: RunResult = .succeeded, seconds: Double = 10
  ) -> RunAccount {
    RunAccount(
      id: RunID(name), plan: Plan(job: job, logicalDate: start, steps: plan), forecast: forecast, state: state, exitStatus: 0,
      startedAt: start, endedAt: instant(seconds), steps: steps)
  }
}
