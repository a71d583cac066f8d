import JobGraph
import Reporting
import Testing

@Suite struct `A run beside its forecast` {
  private let symbols = ["BTCUSDT", "ETHUSDT"]

  private func sentences(
    _ expected: Forecast.Step, _ actual: RunAccount.Step, plan: PlannedStep? = nil, seconds: Double? = nil, took: Double = 10
  ) -> [String] {
    let plan = plan ?? RunAccounts.planned("crypto", tasks: symbols)
    let account = RunAccounts.run([plan], [actual], forecast: Forecast(steps: [expected], seconds: seconds, runs: 3), seconds: took)
    return ForecastComparison(account)?.sentences ?? ["no forecast"]
  }

  private func expected(requests: Int = 4, seconds: Double? = nil, runs: Bool = true) -> Forecast.Step {
    Forecast.Step(id: "crypto", runs: runs, tasks: 2, provider: "binance", requests: requests, weight: 2 * requests, seconds: seconds)
  }

  @Test func `has nothing to say when all went as planned`() {
    #expect(sentences(expected(seconds: 1.2), RunAccounts.step("crypto", tasks: symbols, requests: 4), seconds: 9) == [])
  }

  @Test func `says how many requests were made instead, and why`() {
    var more = RunAccounts.step("crypto", tasks: symbols, requests: 5)
    more.tasks[0].attempts = [
      RunAccounts.attempt(1, "failed", 0, 1, "HTTP 503"), RunAccounts.attempt(2, "succeeded", 3, 4),
    ]
    #expect(
      sentences(expected(), more) == [
        "crypto made 5 requests (weight 10) instead of at most 4 (weight 8): 1 attempt was repeated"
      ])
    #expect(
      sentences(expected(), RunAccounts.step("crypto", tasks: symbols, requests: 1)) == [
        "crypto made 1 request (weight 2) instead of at most 4 (weight 8): the rest was answered before for this date, or there is nothing "
          + "older to ask for"
      ])
  }

  @Test func `says which tasks failed, and takes them for the cause of missing requests`() {
    var step = RunAccounts.step("crypto", tasks: symbols, requests: 3)
    step.state = .failed
    step.tasks[1].state = .failed
    step.tasks[1].attempts = [RunAccounts.attempt(1, "failed", 0, 1, "unknown\nsymbol")]
    #expect(
      sentences(expected(), step) == [
        "1 of 2 tasks of crypto failed, the first: unknown symbol",
        "crypto made 3 requests (weight 6) instead of at most 4 (weight 8): 1 of its 2 tasks did not succeed",
      ])
  }

  @Test func `says what was skipped against the plan, and what ran against it`() {
    let skipped = RunAccount.Step(id: "crypto", state: .skipped, reason: "needs instruments, which did not succeed")
    #expect(
      sentences(expected(), skipped) == ["crypto was to run and was skipped: needs instruments, which did not succeed"])
    let plan = RunAccounts.planned("crypto", tasks: symbols, skip: .missingSecret(name: "key", sentence: "no key is set"))
    #expect(
      sentences(expected(runs: false), RunAccounts.step("crypto", tasks: symbols, requests: 2), plan: plan) == [
        "crypto was not expected to run and ran (no key is set)"
      ])
  }

  @Test func `speaks of times only when they tell of something`() {
    #expect(sentences(expected(seconds: 1), RunAccounts.step("crypto", tasks: symbols, seconds: 1.9, requests: 4)) == [])
    #expect(
      sentences(expected(seconds: 2), RunAccounts.step("crypto", tasks: symbols, seconds: 31, requests: 4), seconds: 2, took: 32) == [
        "crypto took 31 s instead of about 2.0 s", "the run took 32 s instead of about 2.0 s",
      ])
  }

  @Test func `does not judge a step that has not ended`() {
    #expect(sentences(expected(), RunAccount.Step(id: "crypto", tasks: [])) == [])
  }

  @Test func `is nothing for a run without a forecast`() {
    #expect(ForecastComparison(RunAccounts.run([RunAccounts.planned("a")], [RunAccounts.step("a")])) == nil)
  }

  /// The night between a kill and the resumption is nobody's work.
  @Test func `counts of an interrupted run the time at work`() {
    var step = RunAccounts.step("crypto", tasks: symbols, requests: 4)
    step.tasks[0].attempts = [
      RunAccount.Attempt(number: 1, state: "interrupted", startedAt: RunAccounts.instant(0)),
      RunAccounts.attempt(2, "succeeded", 9000, 9001),
    ]
    let account = RunAccounts.run(
      [RunAccounts.planned("crypto", tasks: symbols)], [step], forecast: Forecast(steps: [expected()], seconds: 2, runs: 1), seconds: 9002)
    #expect(ForecastComparison(account)?.seconds == 2)
    #expect(ForecastComparison(account)?.sentences == [])
  }
}
