import JobGraph
import Scheduling
import Testing

@Suite struct `A run` {
  @Test func `skips what needs a failed step and still finishes the rest`() {
    var run = RunState(plan: plan(step("fetch"), step("analyze", needs: ["fetch"]), step("prune")))
    #expect(run.apply(.started) == [.start(TaskID("fetch"), attempt: 1), .start(TaskID("prune"), attempt: 1)])
    #expect(
      run.apply(.failed(TaskID("fetch"), TaskFailure(.permanent, "HTTP 404"), jitter: 0)) == [.stepEnded("fetch"), .stepEnded("analyze")])
    #expect(run["analyze"]?.skipReason == .needFailed("fetch"))
    #expect(run.apply(.succeeded(TaskID("prune"))) == [.stepEnded("prune"), .finish(.partial)])
    #expect(run.exitStatus == .partial)
  }

  @Test func `fails when its deliverable was not made`() {
    var run = RunState(plan: plan(step("fetch"), step("report", needs: ["fetch"])))
    _ = run.apply(.started)
    #expect(run.apply(.failed(TaskID("fetch"), TaskFailure(.data, "half a body"), jitter: 0)).last == .finish(.failed))
    #expect(run.exitStatus == .badData)
  }

  @Test func `runs a step with when always whatever became of its needs`() {
    var run = RunState(plan: plan(step("fetch"), step("report", needs: ["fetch"], when: .always)))
    _ = run.apply(.started)
    #expect(
      run.apply(.failed(TaskID("fetch"), TaskFailure(.permanent, "gone"), jitter: 0)) == [
        .stepEnded("fetch"), .start(TaskID("report"), attempt: 1),
      ])
    #expect(run.apply(.succeeded(TaskID("report"))).last == .finish(.partial))
  }

  @Test func `runs a step with when failure only after one`() {
    let alarm = step("alarm", needs: ["fetch"], when: .failure)
    var good = RunState(plan: plan(step("fetch"), alarm))
    _ = good.apply(.started)
    #expect(good.apply(.succeeded(TaskID("fetch"))) == [.stepEnded("fetch"), .stepEnded("alarm"), .finish(.succeeded)])
    var bad = RunState(plan: plan(step("fetch"), alarm))
    _ = bad.apply(.started)
    #expect(bad.apply(.failed(TaskID("fetch"), TaskFailure(.permanent, "gone"), jitter: 0)).contains(.start(TaskID("alarm"), attempt: 1)))
  }

  @Test func `gives the slot back while a retry waits`() {
    let retry = RetryPolicy(attempts: 2, backoff: .seconds(2))
    var run = RunState(plan: plan(step("a", retry: retry), step("b")), concurrency: .init(total: 1))
    #expect(run.apply(.started) == [.start(TaskID("a"), attempt: 1)])
    #expect(
      run.apply(.failed(TaskID("a"), TaskFailure(.transient, "503"), jitter: 0.5)) == [
        .retry(TaskID("a"), after: .seconds(1)), .start(TaskID("b"), attempt: 1),
      ])
    #expect(run.apply(.retryDue(TaskID("a"))) == [])
    #expect(run.apply(.succeeded(TaskID("b"))) == [.stepEnded("b"), .start(TaskID("a"), attempt: 2)])
    #expect(run.apply(.failed(TaskID("a"), TaskFailure(.transient, "503"), jitter: 0)).last == .finish(.partial) || run.result == .failed)
  }

  @Test func `waits as long as the provider asked`() {
    var run = RunState(plan: plan(step("a", retry: RetryPolicy(attempts: 3, backoff: .seconds(1)))))
    _ = run.apply(.started)
    let failure = TaskFailure(.transient, "429", retryAfter: .seconds(12))
    #expect(run.apply(.failed(TaskID("a"), failure, jitter: 0.9)) == [.retry(TaskID("a"), after: .seconds(12))])
  }

  @Test func `does not retry what cannot pass`() {
    for kind: TaskFailure.Kind in [.permanent, .data, .credentials, .deferred(until: Instant(milliseconds: 0)), .storage] {
      var run = RunState(plan: plan(step("a", retry: RetryPolicy(attempts: 5))))
      _ = run.apply(.started)
      #expect(run.apply(.failed(TaskID("a"), TaskFailure(kind, "no"), jitter: 0)).last == .finish(.failed))
    }
  }

  @Test(arguments: [(1, TaskState.succeeded), (2, .failed)])
  func `tolerates the declared share of failed tasks`(failures: Int, state: TaskState) {
    let tasks = (0..<10).map { PlannedTask(id: TaskID("a", "\($0)")) }
    var run = RunState(
      plan: plan(PlannedStep(id: "a", uses: "x", tolerate: .share(0.1), tasks: tasks), step("b")), concurrency: .init(total: 20))
    _ = run.apply(.started)
    for index in 0..<10 {
      let task = TaskID("a", "\(index)")
      _ = run.apply(index < failures ? .failed(task, TaskFailure(.permanent, "unknown symbol"), jitter: 0) : .succeeded(task))
    }
    #expect(run["a"]?.state == state)
    #expect(run["a"]?.failures.map(\.task.key) == (0..<failures).map { "\($0)" })
  }

  @Test func `gives the slot to another when the work is over, and starts what depends on it only when it has succeeded`() {
    var run = RunState(plan: plan(step("a"), step("b", needs: ["a"]), step("c"), step("d")), concurrency: .init(total: 1))
    #expect(run.apply(.started) == [.start(TaskID("a"), attempt: 1)])
    #expect(run.apply(.handedIn(TaskID("a"))) == [.start(TaskID("c"), attempt: 1)])
    #expect(run.apply(.handedIn(TaskID("a"))) == [])
    #expect(run.state(of: TaskID("a")) == .running)
    #expect(run.apply(.succeeded(TaskID("c"))) == [.stepEnded("c"), .start(TaskID("d"), attempt: 1)])
    #expect(run.apply(.succeeded(TaskID("a"))) == [.stepEnded("a")])
    #expect(run.apply(.handedIn(TaskID("d"))) == [.start(TaskID("b"), attempt: 1)])
  }

  @Test func `gives a slot away no more often than may be on the way to the disk`() {
    let tasks = (0..<20).map { PlannedTask(id: TaskID("a", "\($0)")) }
    var run = RunState(plan: plan(PlannedStep(id: "a", uses: "x", tasks: tasks)), concurrency: .init(total: 2))
    var open = run.apply(.started)
    var begun = 0
    while case .start(let task, _)? = open.first {
      begun += 1
      open.removeFirst()
      open += run.apply(.handedIn(task))
    }
    // Two at work, and eight that have handed in.
    #expect(begun == 2 + run.concurrency.handedInMax && run.concurrency.handedInMax == 8)
    #expect(run.apply(.succeeded(tasks[0].id)) == [])
    #expect(run.apply(.handedIn(tasks[9].id)) == [.start(tasks[10].id, attempt: 1)])
  }

  @Test func `keeps count of its slots when what was handed in could not be written`() {
    let retry = RetryPolicy(attempts: 2, backoff: .seconds(1))
    var run = RunState(plan: plan(step("a", retry: retry), step("b"), step("c")), concurrency: .init(total: 1))
    _ = run.apply(.started)
    #expect(run.apply(.handedIn(TaskID("a"))) == [.start(TaskID("b"), attempt: 1)])
    guard case .retry(TaskID("a"), _)? = run.apply(.failed(TaskID("a"), TaskFailure(.transient, "busy"), jitter: 0)).first else {
      return #expect(Bool(false), "it is not tried again")
    }
    #expect(run.apply(.retryDue(TaskID("a"))) == [])
    #expect(run.apply(.succeeded(TaskID("b"))) == [.stepEnded("b"), .start(TaskID("c"), attempt: 1)])
    #expect(run.apply(.succeeded(TaskID("c"))) == [.stepEnded("c"), .start(TaskID("a"), attempt: 2)])
  }

  @Test func `keeps to its slots, in all and in each pool`() {
    let tasks = (0..<9).map { PlannedTask(id: TaskID("a", "\($0)")) }
    let pooled = PlannedStep(id: "a", uses: "x", pool: "binance", tasks: tasks)
    var run = RunState(plan: plan(pooled, step("b")), concurrency: .init(total: 4, pools: ["binance": 2]))
    #expect(run.apply(.started).count == 3)
    #expect(run.apply(.succeeded(TaskID("a", "0"))) == [.start(TaskID("a", "2"), attempt: 1)])
  }

  @Test func `starts the critical path first, and a higher priority before it`() {
    let steps = [step("short"), step("long"), step("end", needs: ["long"]), step("urgent", priority: 5)]
    var run = RunState(plan: plan(steps), concurrency: .init(total: 1), durations: ["long": 60])
    #expect(run.apply(.started) == [.start(TaskID("urgent"), attempt: 1)])
    #expect(run.apply(.succeeded(TaskID("urgent"))).last == .start(TaskID("long"), attempt: 1))
  }

  @Test func `starts the heaviest symbol of a step first`() {
    let tasks = [("x", 1.0), ("y", 3), ("z", 1)].map { PlannedTask(id: TaskID("a", $0.0), weight: $0.1) }
    var run = RunState(plan: plan(PlannedStep(id: "a", uses: "u", tasks: tasks)), concurrency: .init(total: 1))
    #expect(run.apply(.started) == [.start(TaskID("a", "y"), attempt: 1)])
    #expect(run.apply(.succeeded(TaskID("a", "y"))) == [.start(TaskID("a", "x"), attempt: 1)])
  }

  @Test func `ends orderly on a signal and leaves the rest cancelled`() {
    var run = RunState(plan: plan(step("a"), step("b", needs: ["a"]), final("tidy")), concurrency: .init(total: 1))
    _ = run.apply(.started)
    #expect(run.apply(.stopRequested(.signal)) == [.stopRunning])
    #expect(run.apply(.succeeded(TaskID("a"))).last == .finish(.cancelled))
    #expect(run["b"]?.state == .cancelled && run["tidy"]?.state == .cancelled)
    #expect(run.exitStatus == .terminated)
  }

  @Test func `that a person interrupts says so, and calls nothing a failure that was asked to stop`() {
    var run = RunState(plan: plan(step("a"), step("b", needs: ["a"])))
    _ = run.apply(.started)
    _ = run.apply(.stopRequested(.interrupt))
    #expect(run.apply(.failed(TaskID("a"), TaskFailure(.permanent, "ended by a signal"), jitter: 0)).last == .finish(.cancelled))
    #expect(run["a"]?.state == .cancelled && run["a"]?.failures.isEmpty == true)
    #expect(run.exitStatus == .interrupted)
  }

  @Test func `runs its finally steps after all others, also after a failure and at the deadline`() {
    var run = RunState(plan: plan(step("a"), final("tidy")))
    _ = run.apply(.started)
    #expect(run.apply(.failed(TaskID("a"), TaskFailure(.permanent, "gone"), jitter: 0)).last == .start(TaskID("tidy"), attempt: 1))
    #expect(run.apply(.succeeded(TaskID("tidy"))).last == .finish(.failed))

    var late = RunState(plan: plan(step("a"), final("tidy")))
    _ = late.apply(.started)
    _ = late.apply(.stopRequested(.deadline))
    #expect(late.apply(.failed(TaskID("a"), TaskFailure(.timeout, "late"), jitter: 0)).last == .start(TaskID("tidy"), attempt: 1))
  }

  @Test func `goes on where an interrupted part of it ended`() {
    let tasks = ["x", "y"].map { PlannedTask(id: TaskID("a", $0)) }
    let whole = plan(PlannedStep(id: "a", uses: "x", tasks: tasks), step("b", needs: ["a"]))
    var run = RunState(
      plan: whole, recorded: [TaskID("a", "x"): RecordedTask(isSucceeded: true, attempts: 1), TaskID("a", "y"): .init(attempts: 1)])
    #expect(run.apply(.started) == [.start(TaskID("a", "y"), attempt: 2)])
    #expect(run.apply(.succeeded(TaskID("a", "y"))) == [.stepEnded("a"), .start(TaskID("b"), attempt: 1)])
  }

  @Test func `lets what is not due or lacks a key pass, and says which is a shortfall`() {
    var idle = step("stocks")
    idle.skip = .notDue("no session has closed since Friday")
    var night = RunState(plan: plan(idle, step("report", needs: ["stocks"])))
    #expect(night.apply(.started) == [.stepEnded("stocks"), .start(TaskID("report"), attempt: 1)])
    #expect(night.apply(.succeeded(TaskID("report"))).last == .finish(.succeeded))

    idle.skip = .missingSecret(name: "alphavantage", sentence: "no key")
    var keyless = RunState(plan: plan(idle, step("report", needs: ["stocks"])))
    _ = keyless.apply(.started)
    #expect(keyless.apply(.succeeded(TaskID("report"))).last == .finish(.partial))

    var alone = RunState(plan: plan(idle))
    #expect(alone.apply(.started).last == .finish(.failed))
    #expect(alone.exitStatus == .credentials)
  }

  @Test func `is not due when none of its steps is`() {
    var idle = step("stocks")
    idle.skip = .notDue("holiday")
    var run = RunState(plan: plan(idle))
    #expect(run.apply(.started).last == .finish(.notDue))
    #expect(run.exitStatus == .delivered)
  }

  @Test func `asks to come back when nothing could be done for quota`() {
    var run = RunState(plan: plan(step("stocks")))
    _ = run.apply(.started)
    _ = run.apply(.failed(TaskID("stocks"), TaskFailure(.deferred(until: Instant(milliseconds: 1)), "quota spent"), jitter: 0))
    #expect(run.exitStatus == .tryAgainLater)
  }

  @Test func `is partial when its last step delivered a part, and the rest only waits for quota`() {
    func end(_ failure: TaskFailure) -> RunState {
      var run = RunState(plan: plan(step("stocks", tasks: 3)))
      let started = run.apply(.started)
      let tasks = started.compactMap { command in if case .start(let task, _) = command { task } else { nil } }
      _ = run.apply(.succeeded(tasks[0]))
      _ = run.apply(.failed(tasks[1], TaskFailure(.deferred(until: Instant(milliseconds: 7)), "quota spent"), jitter: 0))
      _ = run.apply(.failed(tasks[2], failure, jitter: 0))
      return run
    }
    let waiting = end(TaskFailure(.deferred(until: Instant(milliseconds: 9)), "quota spent"))
    #expect(waiting.result == .partial && waiting.exitStatus == .partial)
    #expect(waiting["stocks"]?.putOff?.tasks == 2 && waiting["stocks"]?.putOff?.until == Instant(milliseconds: 9))
    #expect(end(TaskFailure(.permanent, "wrong symbol")).exitStatus == .failed)
  }

  @Test func `of any shape ends every step exactly once, whatever happens`() {
    for seed in 1...300 as ClosedRange<UInt64> {
      var random = SplitMix(seed)
      let steps = (0..<Int.random(in: 1...12, using: &random)).map { index in
        step(
          "s\(index)", needs: (0..<index).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }.map { "s\($0)" },
          when: Step.When.allCases.randomElement(using: &random)!, retry: RetryPolicy(attempts: 2),
          tasks: Int.random(in: 0...3, using: &random))
      }
      var run = RunState(plan: plan(steps + [final("end")]), concurrency: .init(total: 2))
      var (open, ended, finished) = (run.apply(.started), [StepID](), 0)
      while !open.isEmpty {
        let command = open.remove(at: Int.random(in: 0..<open.count, using: &random))
        switch command {
        case .start(let task, _):
          let fails = Int.random(in: 0..<3, using: &random) == 0
          open += run.apply(fails ? .failed(task, TaskFailure(.transient, "x"), jitter: 0.1) : .succeeded(task))
        case .retry(let task, _): open += run.apply(.retryDue(task))
        case .stepEnded(let step): ended.append(step)
        case .finish: finished += 1
        case .stopRunning: break
        }
        if Int.random(in: 0..<60, using: &random) == 0 { open += run.apply(.stopRequested(.signal)) }
      }
      #expect(finished == 1 && Set(ended).count == ended.count && ended.count == steps.count + 1, "seed \(seed)")
    }
  }

  @Test func `follows a chain of ten thousand steps that are skipped one by one`() {
    let chain = (0..<10_000).map { step("s\($0)", needs: $0 == 0 ? [] : ["s\($0 - 1)"]) }
    var run = RunState(plan: plan(chain))
    _ = run.apply(.started)
    let commands = run.apply(.failed(TaskID("s0"), TaskFailure(.permanent, "gone"), jitter: 0))
    #expect(commands.count == 10_001 && commands.last == .finish(.failed))
  }

  @Test func `costs little more for ten thousand tasks than for a thousand each`() {
    let tasks = (0..<10_000).map { PlannedTask(id: TaskID("a", "\($0)")) }
    var run = RunState(plan: plan(PlannedStep(id: "a", uses: "x", tasks: tasks)), concurrency: .init(total: 8))
    var open = run.apply(.started)
    var started = 0
    while let command = open.popLast() {
      if case .start(let task, _) = command {
        started += 1
        open += run.apply(.succeeded(task))
      }
    }
    #expect(started == 10_000 && run.result == .succeeded)
  }
}

// MARK: - Building plans

private func plan(_ steps: PlannedStep...) -> Plan { plan(steps) }

private func plan(_ steps: [PlannedStep]) -> Plan {
  Plan(job: "test", logicalDate: Instant(milliseconds: 0), steps: steps)
}

private func step(
  _ id: String, needs: [String] = [], when: Step.When = .success, retry: RetryPolicy = RetryPolicy(), priority: Int = 0, tasks: Int? = nil
) -> PlannedStep {
  let tasks = tasks.map { (0..<$0).map { PlannedTask(id: TaskID(StepID(id), "\($0)")) } } ?? [PlannedTask(id: TaskID(StepID(id)))]
  return PlannedStep(
    id: StepID(id), uses: "x", needs: needs.map { StepID($0) }, when: when, retry: retry, priority: priority, tasks: tasks)
}

private func final(_ id: StepID) -> PlannedStep {
  PlannedStep(id: id, uses: "x", when: .always, isFinal: true, tasks: [PlannedTask(id: TaskID(id))])
}

/// Sebastiano Vigna's SplitMix64: the same numbers for the same seed, everywhere.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
