import JobGraph
import Scheduling
import Testing

@Suite struct `A plan` {
  let operations = [
    "fetch": OperationDeclaration(
      name: "fetch", summary: "", dimensions: ["symbol", "interval"],
      parameters: [ParameterDeclaration("history", .duration, default: .string("all"), summary: "")], provider: "binance", secret: "key"),
    "report": OperationDeclaration(name: "report", summary: "", isDeliverable: true),
    "push": OperationDeclaration(name: "push", summary: ""),
    "mail": OperationDeclaration(name: "mail", summary: "", isIdempotent: false),
  ]

  @Test func `makes one task per combination, the last dimension fastest, weights multiplied`() throws {
    let plan = try plan(fetch)
    #expect(plan.steps[0].tasks.map(\.id.key) == ["BTCUSDT/1d", "BTCUSDT/1h", "ETHUSDT/1d", "ETHUSDT/1h"])
    #expect(plan.steps[0].tasks.map(\.weight) == [3, 3, 1, 1])
    #expect(plan.steps[0].tasks[1].values == [.init("symbol", .string("BTCUSDT")), .init("interval", .string("1h"))])
  }

  @Test func `fills in the defaults of the operation and takes its provider as the pool`() throws {
    let step = try plan(fetch).steps[0]
    #expect(step.with == [.init("history", .string("all"))])
    #expect(step.pool == "binance")
  }

  @Test func `calls the report its deliverable, else the last ordinary step`() throws {
    let report = Step(id: "report", uses: "report", needs: ["fetch"])
    let push = Step(id: "push", uses: "push", needs: ["report"])
    #expect(try plan(fetch, report, push).deliverable == "report")
    #expect(try plan(fetch, push).deliverable == "push")
  }

  @Test func `knows beforehand what is skipped, and why`() throws {
    var facts = PlanningFacts(operations: operations, missingSecrets: ["key": "get one"])
    #expect(try plan(fetch, facts: facts).steps[0].skip == .missingSecret(name: "key", sentence: "get one"))
    facts.notDue = ["fetch": "holiday"]
    #expect(try plan(fetch, facts: facts).steps[0].skip == .notDue("holiday"))
    facts.selection = Selection(skip: ["fetch"])
    let push = Step(id: "push", uses: "push", needs: ["fetch"])
    let partial = try plan(fetch, push, facts: facts)
    #expect(partial.steps.map(\.skip) == [.deselected, nil] && partial.taskCount == 1)
  }

  @Test(arguments: [
    (["b"], [], "b"), (["+b"], [], "a b"), (["b+"], [], "b c"), (["+b+"], [], "a b c"), (["tag:x"], [], "a c"), ([], ["c"], "a b"),
    (["tag:x"], ["a"], "c"), (["a,c"], [], "a c"), (["a", "c"], [], "a c"), (["b+,a"], ["tag:x"], "b"),
  ])
  func `chooses steps by name, direction and tag`(only: [String], skip: [String], expected: String) throws {
    let chosen = try Selection(only: only, skip: skip).steps(of: chain)
    #expect(chosen.map(\.name).sorted().joined(separator: " ") == expected)
  }

  @Test(arguments: [
    (["nobody"], [], "no step is called `nobody`; the steps are: a, b, c"),
    (["+nobody"], [], "no step is called `nobody`; the steps are: a, b, c"),
    (["tag:y"], [], "no step has the tag `y`; the tags are: x"), (["+"], [], "no step is called ``; the steps are: a, b, c"),
    (["a,,b"], [], "no step is called ``; the steps are: a, b, c"), (["a"], ["zz"], "no step is called `zz`; the steps are: a, b, c"),
    (["a"], ["a,b"], "nothing is left: --skip a,b takes all of a"), ([], ["+c"], "nothing is left: --skip +c takes all of the steps"),
    (["end"], [], "`end` is a step of `finally`; those run at the end of every run and are not selected"),
  ])
  func `refuses a selector that matches nothing, and says what there is`(only: [String], skip: [String], message: String) {
    var job = chain
    job.finally = [Step(id: "end", uses: "push")]
    let error = #expect(throws: SelectionError.self) { try Selection(only: only, skip: skip).steps(of: job) }
    #expect(error?.description == message)
  }

  @Test func `repeats on resume what is open and what must see it, but no outside effect`() throws {
    let steps = [
      Step(id: "fetch", uses: "push"), Step(id: "other", uses: "push"), Step(id: "report", uses: "report", needs: ["fetch"]),
      Step(id: "mail", uses: "mail", needs: ["report"]), Step(id: "apart", uses: "push", needs: ["other"]),
    ]
    let plan = try Plan(
      of: Job(name: "j", steps: steps, finally: [Step(id: "end", uses: "push")]), logicalDate: Instant(milliseconds: 0),
      facts: PlanningFacts(operations: operations))
    var recorded = Dictionary(
      uniqueKeysWithValues: plan.steps.flatMap(\.tasks).map { ($0.id, RecordedTask(isSucceeded: true, attempts: 1)) })
    recorded[TaskID("fetch")] = RecordedTask(isSucceeded: false, attempts: 1, failedAttempts: 1)
    let kept = plan.recordedToKeep(recorded, operations: operations)
    #expect(kept.filter { !$0.value.isSucceeded }.keys.map(\.step.name).sorted() == ["end", "fetch", "report"])
  }

  @Test(arguments: [(true, false), (false, true)])
  func `begins nothing again that is to happen once and was under way when the run died`(once: Bool, isTriedAgain: Bool) throws {
    let shell = OperationDeclaration(
      name: "shell", summary: "", parameters: [.init("once", .flag, default: .bool(false), summary: "")], isIdempotent: false)
    let steps = [Step(id: "order", uses: "shell", with: [.init("once", .bool(once))], retry: RetryPolicy(attempts: 4))]
    let plan = try Plan(
      of: Job(name: "j", steps: steps), logicalDate: Instant(milliseconds: 0), facts: PlanningFacts(operations: ["shell": shell]))
    #expect(plan.steps[0].retry.attempts == (once ? 1 : 4))
    let recorded = [TaskID("order"): RecordedTask(attempts: 1, isInDoubt: true)]
    let kept = plan.recordedToKeep(recorded, operations: ["shell": shell])
    var run = RunState(plan: plan, recorded: kept)
    let commands = run.apply(.started)
    #expect(commands.contains(.start(TaskID("order"), attempt: 2)) == isTriedAgain)
    #expect(run.result == (isTriedAgain ? .running : .failed))
    #expect(run["order"]?.failures.first?.failure.message.contains("jobs run j --only order") == (isTriedAgain ? nil : true))
  }

  @Test func `repeats on resume along the graph, whatever the order of the file`() throws {
    let steps = [
      Step(id: "c", uses: "push", needs: ["b"], when: .always), Step(id: "b", uses: "push", needs: ["a"], when: .always),
      Step(id: "a", uses: "push"),
    ]
    let plan = try Plan(
      of: Job(name: "j", steps: steps), logicalDate: Instant(milliseconds: 0), facts: PlanningFacts(operations: operations))
    let recorded = ["a": false, "b": true, "c": true].reduce(into: [TaskID: RecordedTask]()) {
      $0[TaskID(StepID($1.key))] = RecordedTask(isSucceeded: $1.value, attempts: 1)
    }
    #expect(plan.recordedToKeep(recorded, operations: operations).values.allSatisfy { !$0.isSucceeded })
  }

  @Test func `orders its steps after what they need`() throws {
    let steps = [Step(id: "c", uses: "push", needs: ["b"]), Step(id: "b", uses: "push", needs: ["a"]), Step(id: "a", uses: "push")]
    let plan = try Plan(
      of: Job(name: "j", steps: steps, finally: [Step(id: "end", uses: "push")]), logicalDate: Instant(milliseconds: 0),
      facts: PlanningFacts(operations: operations))
    #expect(plan.topologicallySorted.map(\.id.name) == ["a", "b", "c", "end"])
  }

  private let fetch = Step(
    id: "fetch", uses: "fetch",
    each: [.init("symbol", [.init("BTCUSDT", weight: 3), .init("ETHUSDT")]), .init("interval", [.init("1d"), .init("1h")])])

  private let chain = Job(
    name: "j",
    steps: [
      Step(id: "a", uses: "push", tags: ["x"]), Step(id: "b", uses: "push", needs: ["a"]),
      Step(id: "c", uses: "push", needs: ["b"], tags: ["x"]),
    ])

  private func plan(_ steps: Step..., facts: PlanningFacts? = nil) throws -> Plan {
    try Plan(
      of: Job(name: "j", steps: steps), logicalDate: Instant(milliseconds: 0), facts: facts ?? PlanningFacts(operations: operations))
  }
}

@Suite struct `A retry policy` {
  @Test(arguments: [(1, 2.0), (2, 4), (3, 8), (4, 10), (9, 10)])
  func `doubles its ceiling up to the longest wait, and waits a random share of it`(attempt: Int, ceiling: Double) throws {
    let policy = RetryPolicy(attempts: 20, backoff: .seconds(2), maxBackoff: .seconds(10))
    #expect(policy.delay(afterAttempt: attempt, jitter: 0) == .zero)
    #expect(try #require(policy.delay(afterAttempt: attempt, jitter: 0.5)).inSeconds == ceiling / 2)
  }

  @Test func `ends with its attempts`() {
    #expect(RetryPolicy(attempts: 3).delay(afterAttempt: 3, jitter: 0.5) == nil)
    #expect(RetryPolicy().delay(afterAttempt: 1, jitter: 0.5) == nil)
  }
}

@Suite struct `A drawing of a job` {
  let job = Job(
    name: "j",
    steps: [
      Step(id: "a", uses: "x", each: [.init("symbol", [.init("1"), .init("2")])]),
      Step(id: "b", uses: "y", needs: ["a"], when: .always),
    ], finally: [Step(id: "end", uses: "z")])

  @Test func `in text shows levels, tasks and what waits for what`() {
    #expect(job.textDrawing == "a  (x, 2 tasks)\n   b  (y)  <- a  when always\nfinally end  (z)")
  }

  @Test func `for mermaid and Graphviz has every arrow, dashed where the end does not matter`() {
    #expect(job.mermaidDrawing.contains("s0 -.-> s1") && job.mermaidDrawing.contains("s1 -.-> s2"))
    #expect(job.dotDrawing.contains("\"a\" -> \"b\" [style=dashed]"))
  }
}
