import JobGraph
import Scheduling
import Storage
import Testing

@Suite struct `The journal of a run` {
  let plan = Plan(
    job: "nightly", logicalDate: date(10),
    steps: [
      PlannedStep(
        id: "crypto", uses: "binance.candles", with: [.init("history", .string("2y")), .init("n", .list([.int(1), .double(0.5), .null]))],
        retry: RetryPolicy(attempts: 4), timeout: .minutes(10), tolerate: .share(0.05), pool: "binance", priority: 3,
        tasks: ["BTCUSDT", "ETHUSDT"].map {
          PlannedTask(id: TaskID("crypto", $0), values: [.init("symbol", .string($0))], weight: 2)
        }),
      PlannedStep(
        id: "report", uses: "report.nightly", needs: ["crypto"], when: .always,
        skip: .missingSecret(name: "key", sentence: "no key"), tasks: [PlannedTask(id: TaskID("report"))]),
      PlannedStep(
        id: "judge", uses: "nothing", needs: ["crypto"], when: .always,
        condition: StepCondition(
          source: "weekday == 'thu' and steps.crypto.failed_tasks > 2",
          expression: (try? Expression("steps.crypto.failed_tasks > 2")) ?? .never, observed: ["weekday is thu"]),
        tasks: [PlannedTask(id: TaskID("judge"))]),
    ], timeout: .hours(2), pools: ["slow": 2])

  @Test func `gives the plan back as it was`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.open(header(1), plan: plan)
    #expect(try await warehouse.read { try $0.plan(of: RunID("nightly-1")) } == plan)
  }

  @Test func `completes a task in the transaction of its effects`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.open(header(1), plan: plan)
    let task = TaskID("crypto", "BTCUSDT")
    warehouse.began(task, attempt: 1, of: RunID("nightly-1"), at: date(1))
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      _ = try await warehouse.complete(task, attempt: 1, of: RunID("nightly-1"), at: date(1)) { transaction in
        try (transaction as! WarehouseTransaction).enqueue(path: "a", value: "1", logicalDate: date(1))
        throw Stop()
      }
    }
    #expect(try await warehouse.read { try $0.outbox(limit: 9).count } == 0)
    let outcome = TaskOutcome(note: "7 rows", counts: [.init("rows", 7)], warnings: ["odd"])
    _ = try await warehouse.complete(task, attempt: 1, of: RunID("nightly-1"), at: date(1)) { transaction in
      try (transaction as! WarehouseTransaction).enqueue(path: "a", value: "1", logicalDate: date(1))
      return outcome
    }
    let (rows, entries) = try await warehouse.read { (try $0.tasks(of: RunID("nightly-1")), try $0.outbox(limit: 9)) }
    let row = try #require(rows.first { $0.task == task })
    #expect(row.state == "succeeded" && row.note == "7 rows" && row.counts == outcome.counts && row.warnings == ["odd"])
    #expect(entries.map(\.path) == ["a"])
  }

  @Test func `calls a dead run interrupted, and tells what it had done`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.open(header(1), plan: plan)
    let (run, done, open) = (RunID("nightly-1"), TaskID("crypto", "BTCUSDT"), TaskID("crypto", "ETHUSDT"))
    for task in [done, open] { warehouse.began(task, attempt: 1, of: run, at: date(1)) }
    warehouse.failed(
      open, attempt: 1, of: run, at: date(1), failure: TaskFailure(.transient, "HTTP 503"), state: .retrying)
    warehouse.began(open, attempt: 2, of: run, at: date(1))
    _ = try await warehouse.complete(done, attempt: 1, of: run, at: date(1)) { _ in TaskOutcome() }
    #expect(try await warehouse.markInterrupted(at: date(2)) == [run])
    let (row, recorded) = try await warehouse.read { (try $0.unfinishedRun(of: "nightly"), try $0.recordedTasks(of: run)) }
    #expect(row?.state == .interrupted)
    #expect(recorded[done] == RecordedTask(isSucceeded: true, attempts: 1))
    #expect(recorded[open] == RecordedTask(attempts: 2, failedAttempts: 1, isInDoubt: true))
    #expect(try await warehouse.markInterrupted(at: date(3)) == [])
  }

  private func header(_ ordinal: Int) -> RunHeader {
    RunHeader(id: RunID("nightly-\(ordinal)"), job: "nightly", logicalDate: date(10), trigger: "manual", startedAt: date(10))
  }
}
