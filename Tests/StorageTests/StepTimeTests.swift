import Foundation
import GRDB
import JobGraph
import Scheduling
import Testing

@testable import Storage

/// A warehouse whose runs a test writes row by row: what happened on nights that took hours is tried out in a moment.
struct WrittenRuns {
  let warehouse: Warehouse

  init() throws { warehouse = try Warehouse(inMemory: ()) }

  static let plan = Plan(
    job: "nightly", logicalDate: date(10),
    steps: [
      PlannedStep(id: "crypto", uses: "binance.candles", tasks: ["A", "B"].map { PlannedTask(id: TaskID("crypto", $0)) }),
      PlannedStep(id: "report", uses: "report.nightly", needs: ["crypto"], tasks: [PlannedTask(id: TaskID("report"))]),
    ])

  /// - Parameter start: in seconds; the order of the runs.
  func run(
    _ id: String, job: String = "nightly", state: String = "succeeded", at start: Int64, took: Int64? = 10, date logicalDate: Int64 = 0,
    exit: Int? = nil
  ) async throws {
    let text = try PlanRecord(WrittenRuns.plan).json()
    try await warehouse.write { transaction in
      try transaction.database.execute(
        sql: """
          INSERT INTO runs (id, job, logical_date, trigger, state, exit_status, started_at, ended_at, plan)
          VALUES (?, ?, ?, 'cron', ?, ?, ?, ?, ?)
          """,
        arguments: [id, job, logicalDate, state, exit, start * 1000, took.map { (start + $0) * 1000 }, text])
    }
  }

  /// - Parameter seconds: begin and end; without an end it was cut off.
  func attempt(
    _ run: String, _ step: String, _ task: String = "", _ number: Int = 1, _ state: String = "succeeded", _ seconds: (Int64, Int64?),
    _ message: String? = nil
  ) async throws {
    try await warehouse.write { transaction in
      try transaction.database.execute(
        sql: "INSERT INTO attempts (run_id, step, task, attempt, state, started_at, ended_at, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [run, step, task, number, state, seconds.0 * 1000, seconds.1.map { $0 * 1000 }, message])
    }
  }

  func step(_ run: String, _ step: String, _ state: String = "succeeded") async throws {
    try await execute(
      "INSERT INTO steps (run_id, step, state, ended_at, tasks, succeeded, failed) VALUES (?, ?, ?, 0, 1, 1, 0)", [run, step, state])
  }

  func task(_ run: String, _ step: String, _ task: String = "", _ state: String = "succeeded", counts: String = "[]") async throws {
    try await execute("INSERT INTO tasks (run_id, step, task, state, counts) VALUES (?, ?, ?, ?, ?)", [run, step, task, state, counts])
  }

  func execute(_ sql: String, _ arguments: [(any DatabaseValueConvertible & Sendable)?]) async throws {
    try await warehouse.write { try $0.database.execute(sql: sql, arguments: StatementArguments(arguments)) }
  }

  func times(of job: String = "nightly") async throws -> StepTimes { try await warehouse.read { try $0.stepTimes(of: job) } }
}

@Suite struct `What the steps of a job took` {
  @Test func `is the median of the runs in which they succeeded`() async throws {
    let runs = try WrittenRuns()
    for (index, seconds) in [2, 3, 40].enumerated() {
      let id = "nightly-\(index)"
      try await runs.run(id, at: Int64(index))
      try await runs.step(id, "crypto")
      try await runs.attempt(id, "crypto", (100, 100 + Int64(seconds)))
    }
    try await runs.run("nightly-9", state: "failed", at: 9)
    try await runs.step("nightly-9", "crypto", "failed")
    try await runs.attempt("nightly-9", "crypto", (0, 900))
    #expect(try await runs.times() == StepTimes(seconds: ["crypto": 3], runs: 3))
  }

  /// The night between a kill and the resumption, and the wait for another attempt, are nobody's work.
  @Test func `leaves out waits, and what was cut off`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", at: 1)
    try await runs.step("nightly-1", "crypto")
    try await runs.attempt("nightly-1", "crypto", "A", 1, "interrupted", (0, nil))
    try await runs.attempt("nightly-1", "crypto", "A", 2, "failed", (30_000, 30_002))
    try await runs.attempt("nightly-1", "crypto", "A", 3, (30_100, 30_101))
    try await runs.attempt("nightly-1", "crypto", "B", 1, (30_001, 30_004))
    #expect(try await runs.times().seconds == ["crypto": 5])
  }

  @Test func `looks at the five newest runs of the job only`() async throws {
    let runs = try WrittenRuns()
    for index in 0..<9 {
      try await runs.run("nightly-\(index)", at: Int64(index))
      try await runs.step("nightly-\(index)", "crypto")
      try await runs.attempt("nightly-\(index)", "crypto", (0, Int64(index)))
    }
    try await runs.run("hourly-1", job: "hourly", at: 100)
    try await runs.step("hourly-1", "crypto")
    try await runs.attempt("hourly-1", "crypto", (0, 500))
    #expect(try await runs.times() == StepTimes(seconds: ["crypto": 6], runs: 5))
    #expect(try await runs.times(of: "weekly") == StepTimes())
  }
}

extension WrittenRuns {
  fileprivate func attempt(_ run: String, _ step: String, _ seconds: (Int64, Int64?)) async throws {
    try await attempt(run, step, "", 1, "succeeded", seconds)
  }

  fileprivate func attempt(_ run: String, _ step: String, _ task: String, _ number: Int, _ seconds: (Int64, Int64?)) async throws {
    try await attempt(run, step, task, number, "succeeded", seconds)
  }
}
