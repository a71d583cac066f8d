import JobGraph
import Reporting
import Scheduling
import Testing

@Suite struct `The difference between two runs` {
  private func sentences(_ a: RunAccount, _ b: RunAccount) -> [String] { RunDifference(a, b).changes.map(\.sentence) }

  @Test func `is none between a run and itself`() {
    let run = RunAccounts.run([RunAccounts.planned("a")], [RunAccounts.step("a")])
    #expect(RunDifference(run, run).changes == [])
  }

  @Test func `names the steps that only one of them has`() {
    let a = RunAccounts.run([RunAccounts.planned("a"), RunAccounts.planned("old")], [RunAccounts.step("a"), RunAccounts.step("old")])
    let b = RunAccounts.run([RunAccounts.planned("a"), RunAccounts.planned("new")], [RunAccounts.step("a"), RunAccounts.step("new")])
    #expect(
      sentences(a, b) == [
        "old is only in the first run: it uses binance.candles", "new is only in the second run: it uses binance.candles",
      ])
    #expect(RunDifference(a, b).rows.map(\.step) == ["a", "old", "new"])
  }

  @Test func `names the settings and the parameters that changed, however deep they lie`() {
    var old = RunAccounts.planned(
      "a", with: [.init("history", .string("2y")), .init("rules", .map([.init("z", .int(3)), .init("x", .int(1))]))])
    var new = RunAccounts.planned(
      "a", with: [.init("history", .string("90d")), .init("rules", .map([.init("z", .int(4)), .init("x", .int(1))]))])
    (old.retry, new.retry) = (RetryPolicy(attempts: 2), RetryPolicy(attempts: 4))
    new.needs = ["b"]
    new.tolerate = .share(0.05)
    new.tasks.append(PlannedTask(id: TaskID("a", "ETHUSDT")))
    let (a, b) = (RunAccounts.run([old], [RunAccounts.step("a")]), RunAccounts.run([new], [RunAccounts.step("a")]))
    #expect(
      sentences(a, b) == [
        "a has another `needs`: b instead of none",
        "a has another `retry`: 4 attempts, 2.0 s to 2m00s instead of 2 attempts, 2.0 s to 2m00s",
        "a has another `tolerate`: 5.0 % instead of 0", "a has another `with`: history 90d instead of 2y",
        "a has another `with`: rules.z 4 instead of 3", "a has 1 task more: ETHUSDT",
      ])
  }

  @Test func `tells what became of steps and tasks`() {
    let plan = [RunAccounts.planned("a", tasks: ["X", "Y"])]
    let a = RunAccounts.run(plan, [RunAccounts.step("a", tasks: ["X", "Y"])])
    var step = RunAccounts.step("a", tasks: ["X", "Y"])
    step.state = .failed
    step.tasks[1] = RunAccount.Task(key: "Y", state: .failed, attempts: [RunAccounts.attempt(1, "failed", 0, 1, "unknown symbol")])
    step.tasks[0].warnings = ["3 rows are no candles"]
    let b = RunAccounts.run(plan, [step], state: .partial)
    #expect(
      sentences(a, b) == [
        "the run is partial after one that succeeded", "a is failed and was succeeded",
        "a has 1 succeeded, 1 failed of its tasks instead of 2 succeeded", "a failed only in the second run: Y: unknown symbol",
        "a warned only in the second run: X: 3 rows are no candles",
      ])
    #expect(
      RunDifference(b, a).changes.filter { $0.kind == .failures }.map(\.sentence) == ["a failed only in the first run: Y: unknown symbol"])
  }

  @Test func `tells of rows, requests, and of times beyond chance`() {
    let plan = [RunAccounts.planned("a")]
    let a = RunAccounts.run(plan, [RunAccounts.step("a", seconds: 2, counts: [.init("new", 7)], requests: 3)], seconds: 2)
    let b = RunAccounts.run(
      plan, [RunAccounts.step("a", seconds: 6, counts: [.init("new", 2), .init("restated", 1)], requests: 4)], seconds: 6)
    #expect(
      sentences(a, b) == [
        "the run took 6.0 s instead of 2.0 s (3.0 times)", "a left +2 ~1 rows instead of +7 ~0",
        "a made 4 requests (weight 8) instead of 3 (weight 6)", "a took 6.0 s instead of 2.0 s (3.0 times)",
      ])
    #expect(RunDifference(a, b).rows[0].ratio == 3)
    let near = RunAccounts.run(plan, [RunAccounts.step("a", seconds: 2.9, counts: [.init("new", 7)], requests: 3)], seconds: 2.9)
    #expect(RunDifference(a, near).changes == [] && RunDifference(a, near).rows[0].ratio == nil)
  }

  @Test func `says that two jobs are two jobs`() {
    let a = RunAccounts.run([RunAccounts.planned("a")], [RunAccounts.step("a")])
    let b = RunAccounts.run([RunAccounts.planned("a")], [RunAccounts.step("a")], named: "hourly-1", job: "hourly")
    #expect(sentences(a, b) == ["they are of two jobs: nightly and hourly"])
  }

  @Test func `names five of a kind, and of the others the number`() {
    let keys = (1...9).map { "S\($0)" }
    let plan = [RunAccounts.planned("a", tasks: keys)]
    let b = RunAccounts.run(plan, [RunAccounts.step("a", .failed, tasks: keys)], state: .failed)
    let found = RunDifference(RunAccounts.run(plan, [RunAccounts.step("a", tasks: keys)]), b).changes.first { $0.kind == .failures }
    #expect(
      found?.sentence
        == "a failed only in the second run: S1: HTTP 503; S2: HTTP 503; S3: HTTP 503; S4: HTTP 503; S5: HTTP 503; and 4 more")
  }
}

@Suite struct `A line that is too long` {
  @Test(arguments: [
    ("as it is", Int?.none, 0, "as it is"), ("one two three", 80, 0, "one two three"), ("one two three", 8, 2, "one two\n  three"),
    ("  a   b c", 6, 4, "  a\n   b c"), ("abcdefghij k", 4, 0, "abcdefghij\nk"), ("a b c d", 3, 9, "a b\n c\n d"), ("", 5, 2, ""),
  ])
  func `is broken between words and indented`(text: String, width: Int?, indent: Int, expected: String) {
    #expect(HangingText.wrapped(text, width: width, indent: indent) == expected)
  }
}
