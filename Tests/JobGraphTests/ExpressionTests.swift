import Foundation
import JobGraph
import Scheduling
import Testing

/// What the tests know: 2026-01-15 is a Thursday.
private let facts = ExpressionFacts(
  job: "nightly",
  parameters: [
    "n": .int(3), "x": .double(0.5), "t": .string("90d"), "until": .string("2026-01-14"), "l": .list([.string("a"), .string("b")]),
    "m": .map([.init("deep", .map([.init("k", .bool(true))]))]), "z": .int(0),
  ],
  date: ExpressionFacts.DateFacts(Instant(iso8601: "2026-01-15T02:30Z")!, in: TimeZone(identifier: "UTC")!),
  calendars: ["XNYS": .xnys])

private let scope = ExpressionScope(parameters: facts.parameters, calendars: ["XNYS"], steps: ["a", "b-c"])

private func value(_ text: String, _ facts: ExpressionFacts = facts) throws -> String? {
  let expression = try Expression(text)
  let (_, defects) = expression.checked(in: scope)
  guard defects.isEmpty else { throw defects[0] }
  return try expression.reduced(in: facts).value?.text
}

@Suite struct `An expression` {
  @Test(arguments: [
    ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 - 2 - 1", "4"), ("7 / 2", "3.5"), ("-7 % 3", "-1"), ("1 + 0.5", "1.5"),
    ("-parameters.n", "-3"),
    ("-9223372036854775808 + 0", "-9223372036854775808"), ("-9223372036854775808 % -1", "0"), ("2 * parameters.x", "1.0"),
    ("'a' + \"b\"", "ab"), ("'it\\'s'", "it's"), ("1 < 2 and 2 < 3", "true"), ("1 < 2 && !(2 < 1) || false", "true"),
    ("not 1 == 2", "true"),
    ("true or 1 / parameters.z > 1", "true"), ("false and 1 / parameters.z > 1", "false"), ("1 == 1.0", "true"), ("'a' < 'b'", "true"),
    ("'a' == 'A'", "false"), ("parameters.n in [1, 2, 3]", "true"), ("parameters.t in ['1d']", "false"), ("'b' in parameters.l", "true"),
    ("parameters.m.deep.k", "true"), ("[1, 2] == [1, 2]", "true"), ("[1, 2] != [2, 1]", "true"), ("job + '!'", "nightly!"),
    ("date", "2026-01-15"), ("weekday", "thu"), ("day", "15"), ("month", "1"), ("year", "2026"), ("hour", "2"),
    ("weekday == 'thu'", "true"),
    ("weekday in ['sat', 'sun']", "false"), ("date == '2026-01-15'", "true"), ("date in ['2026-12-24', '2026-01-15']", "true"),
    ("add_days(date, -15)", "2025-12-31"), ("add_days('2024-02-28', 1)", "2024-02-29"), ("days_between(date('2026-01-01'), date)", "14"),
    ("days_between(date, date(parameters.until))", "-1"), ("month_end(date)", "2026-01-31"), ("month_end('2024-02-03')", "2024-02-29"),
    ("weekday(add_days(date, 3))", "sun"), ("year(month_end('2023-12-01'))", "2023"), ("min(3, 1, 2)", "1"), ("max(1, 2.5)", "2.5"),
    ("max(date, date('2027-01-01'))", "2027-01-01"), ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(7)", "7"),
    ("text(0.5) + text(1)", "0.51"),
    ("text(date)", "2026-01-15"), ("length('käse')", "4"), ("length(parameters.l)", "2"), ("upper('a') + lower('B')", "Ab"),
    ("contains('nightly', 'ght')", "true"), ("starts_with(job, 'nig')", "true"), ("ends_with(job, 'x')", "false"),
    ("if(weekday == 'sun', '2y', parameters.t)", "90d"), ("if(parameters.n > 2, ['a'], [])", "[a]"), ("1.0e3", "1000.0"),
    // New York's day is still the 14th, a Wednesday; the last session that has closed is that of the 14th.
    ("session('XNYS')", "true"), ("session('XNYS', '2026-01-19')", "false"), ("last_session('XNYS')", "2026-01-14"),
    ("next_session('XNYS')", "2026-01-15"), ("month(next_session('XNYS')) != month(last_session('XNYS'))", "false"),
  ])
  func `comes to its value`(text: String, expected: String) throws {
    #expect(try value(text) == expected)
  }

  @Test(arguments: [
    "1 / 0", "1 % 0", "1 / (parameters.n - 3)", "9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2",
    "-(-9223372036854775807 - 1)", "round(1.0e300)", "1.0e308 * 10", "add_days('9999-12-31', 1)", "add_days('0001-01-01', -1)",
    "add_days(date, 9223372036854775807)", "date(parameters.t)", "last_session('XNY' + 'S2')",
  ])
  func `without a value is an error when the plan is made`(text: String) throws {
    let defect = #expect(throws: ExpressionDefect.self) { try value(text) }
    #expect(defect?.kind == .noValue || defect?.kind == .unknownName)
  }

  @Test func `knows the day and hour of the job's own zone`() throws {
    var local = facts
    local.date = ExpressionFacts.DateFacts(Instant(iso8601: "2026-01-15T02:30Z")!, in: TimeZone(identifier: "America/New_York")!)
    #expect(try value("text(date) + ' ' + text(hour)", local) == "2026-01-14 21")
    local.date = ExpressionFacts.DateFacts(Instant(iso8601: "1969-12-31T23:30Z")!, in: TimeZone(identifier: "Asia/Kolkata")!)
    #expect(try value("text(date) + ' ' + text(hour)", local) == "1970-01-01 5")
  }

  @Test func `keeps what it cannot know yet, and gives it back as text`() throws {
    let expression = try Expression(
      "weekday == 'thu' and (steps.a.failed or steps.b-c.failed_tasks * parameters.n > 10) and date(parameters.until) < date")
    #expect(expression.checked(in: scope).defects.isEmpty)
    let reduced = try expression.reduced(in: facts)
    #expect(reduced.value == nil)
    #expect(reduced.text == "steps.a.failed or steps.b-c.failed_tasks * 3 > 10")
    #expect(try Expression(reduced.text) == reduced)
    #expect(reduced.steps.map(\.step) == ["a", "b-c"])
    #expect(!reduced.usesDate && expression.usesDate)
    let end = [
      "a": ExpressionFacts.StepFacts(state: .succeeded), "b-c": .init(state: .failed, tasks: 9, succeededTasks: 5, failedTasks: 4),
    ]
    #expect(try reduced.reduced(in: ExpressionFacts(steps: end), isFinal: true).value == .flag(true))
  }

  /// What happens at night has a value whatever the numbers are.
  @Test(arguments: [
    ("steps.a.tasks * 9223372036854775807 > 0", "true"), ("-steps.a.tasks * 9223372036854775807 < 0", "true"),
    ("-9223372036854775807 - steps.a.tasks - steps.a.tasks < 0", "true"),
    ("add_days(date, steps.a.tasks * 9223372036854775807) > date", "true"),
    ("round(steps.a.tasks * 1.0e300) > 1", "true"), ("steps.a.tasks * 1.0e308 * 10 > 1", "true"),
    ("steps.a.state + 'x' == 'failedx'", "true"),
  ])
  func `over steps never fails during a run`(text: String, expected: String) throws {
    let expression = try Expression(text)
    try #require(expression.checked(in: scope).defects.isEmpty)
    let planned = try Expression(try expression.reduced(in: facts).text)
    let end = ["a": ExpressionFacts.StepFacts(state: .failed, tasks: 100_000, succeededTasks: 0, failedTasks: 100_000)]
    #expect(try planned.reduced(in: ExpressionFacts(steps: end), isFinal: true).value?.text == expected)
  }

  @Test func `is bounded in length and depth`() throws {
    #expect(throws: ExpressionDefect.self) { try Expression(String(repeating: "1+", count: 500) + "1") }
    _ = try Expression(String(repeating: "1+", count: 499) + "1")
    #expect(throws: ExpressionDefect.self) { try Expression(String(repeating: "(", count: 40) + "1" + String(repeating: ")", count: 40)) }
    #expect(throws: ExpressionDefect.self) { try Expression(String(repeating: "not ", count: 40) + "true") }
    #expect(throws: ExpressionDefect.self) { try Expression(String(repeating: "- ", count: 40) + "1") }
  }

  /// Any words in any order: never a trap, and what is read and reduced can be written and read again.
  @Test func `of any words is refused or has a value, and survives writing`() {
    let words = [
      "1", "0", "2.5", "'a'", "\"b\\n\"", "true", "false", "date", "weekday", "day", "job", "parameters.n", "parameters.l", "parameters.z",
      "steps.a.failed",
      "steps.a.tasks", "steps.b-c.state", "and", "or", "not", "in", "==", "!=", "<", ">=", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",",
      "if(", "add_days(", "text(", "min(", "round(", "session(", "'XNYS'", "'thu'", "9223372036854775807", "length(", "&&", "!", ".", "$",
      "ü",
    ]
    var generator = SeededGenerator(state: 7)
    var (read, sound) = (0, 0)
    for _ in 0..<60_000 {
      let text = (0..<Int.random(in: 1...9, using: &generator)).map { _ in words.randomElement(using: &generator)! }.joined(separator: " ")
      guard let expression = try? Expression(text) else { continue }
      read += 1
      #expect((try? Expression(expression.text)) == expression, "\(text)")
      guard expression.checked(in: scope).defects.isEmpty, let reduced = try? expression.reduced(in: facts) else { continue }
      sound += 1
      #expect((try? Expression(reduced.text).reduced(in: facts)) == reduced, "\(text) -> \(reduced.text)")
      let end = ["a": ExpressionFacts.StepFacts(state: .skipped, tasks: 0), "b-c": .init(state: .cancelled, tasks: 7)]
      let final = try? reduced.reduced(in: ExpressionFacts(steps: end), isFinal: true)
      #expect(final?.value != nil, "\(text) -> \(reduced.text) -> \(String(describing: final?.text))")
    }
    #expect(read > 3000 && sound > 1500, "\(read) \(sound)")
  }
}

@Suite struct `A condition` {
  private func run(_ condition: String, fails: Bool, when: Step.When = .always) throws -> RunState {
    let expression = try Expression(condition).reduced(in: facts)
    let condition = StepCondition(source: condition, expression: expression, observed: try Expression(condition).observations(in: facts))
    let plan = Plan(
      job: "j", logicalDate: Instant(milliseconds: 0),
      steps: [
        PlannedStep(id: "a", uses: "x", tasks: [PlannedTask(id: TaskID("a", "1")), PlannedTask(id: TaskID("a", "2"))]),
        PlannedStep(id: "b", uses: "x", needs: ["a"], when: when, condition: condition, tasks: [PlannedTask(id: TaskID("b"))]),
      ])
    var state = RunState(plan: plan)
    _ = state.apply(.started)
    _ = state.apply(.succeeded(TaskID("a", "1")))
    _ = state.apply(fails ? .failed(TaskID("a", "2"), TaskFailure(.permanent, "no"), jitter: 0) : .succeeded(TaskID("a", "2")))
    return state
  }

  @Test func `over steps decides when they have ended, however they ended`() throws {
    #expect(try run("steps.a.failed_tasks > 0", fails: true)["b"]?.state == .running)
    let skipped = try run("steps.a.failed_tasks > 0 and weekday == 'thu'", fails: false)
    #expect(skipped["b"]?.state == .skipped && skipped.result == .succeeded)
    #expect(
      skipped["b"]?.skipReason
        == .condition("its condition is not met: steps.a.failed_tasks > 0 and weekday == 'thu' (weekday is thu, steps.a.failed_tasks is 0)")
    )
  }

  @Test func `without steps keeps the rule of success`() throws {
    #expect(try run("parameters.n == 3", fails: true, when: .success)["b"]?.skipReason == .needFailed("a"))
    #expect(try run("parameters.n == 3", fails: false, when: .success)["b"]?.state == .running)
  }

  @Test func `that is decided beforehand is told by the plan`() throws {
    let source = "weekday == 'sun'"
    let condition = StepCondition(source: source, expression: try Expression(source).reduced(in: facts), observed: ["weekday is thu"])
    let job = Job(name: "j", steps: [Step(id: "a", uses: "x", condition: condition), Step(id: "b", uses: "x", needs: ["a"])])
    let plan = try Plan(of: job, logicalDate: Instant(milliseconds: 0), facts: PlanningFacts(operations: [:]))
    #expect(plan.steps.map(\.skip) == [.condition("its condition is not met: weekday == 'sun' (weekday is thu)"), nil])
  }
}
