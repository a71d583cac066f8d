import Foundation
import GRDB
import JobGraph
import Scheduling
import Testing

@testable import Storage

@Suite struct `The history` {
  private func names(_ runs: WrittenRuns, _ filter: HistoryFilter) async throws -> [String] {
    try await runs.warehouse.read { try $0.runs(filter).map(\.id.name) }
  }

  @Test func `lists the newest first, and only what is asked for`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", at: 10)
    try await runs.run("nightly-2", state: "failed", at: 30)
    try await runs.run("hourly-1", job: "hourly", at: 20)
    try await runs.run("hourly-2", job: "hourly", state: "running", at: 40, took: nil)
    #expect(try await names(runs, HistoryFilter(limit: 9)) == ["hourly-2", "nightly-2", "hourly-1", "nightly-1"])
    #expect(try await names(runs, HistoryFilter(limit: 2)) == ["hourly-2", "nightly-2"])
    #expect(try await names(runs, HistoryFilter(job: "nightly", limit: 9)) == ["nightly-2", "nightly-1"])
    #expect(try await names(runs, HistoryFilter(since: Instant(milliseconds: 20_000), limit: 9)) == ["hourly-2", "nightly-2", "hourly-1"])
    #expect(try await names(runs, HistoryFilter(states: [.failed], limit: 9)) == ["nightly-2"])
    // What is stored as running may be interrupted; that is decided by who holds the lock.
    #expect(try await names(runs, HistoryFilter(states: [.interrupted], limit: 9)) == ["hourly-2"])
    #expect(try await names(runs, HistoryFilter(job: "none", limit: 9)) == [])
  }

  @Test func `sums what the tasks of a run added and changed`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", at: 1)
    let counts = #"[{"name":"rows","value":9},{"name":"new","value":7},{"name":"restated","value":2}]"#
    for task in ["A", "B"] { try await runs.task("nightly-1", "crypto", task, counts: counts) }
    try await runs.task("nightly-1", "report")
    let digest = try await digest(runs, "nightly-1", .succeeded)
    #expect(digest.newRows == 14 && digest.changedRows == 4 && digest.failure == nil)
  }

  @Test func `names the first task that failed for good`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", state: "partial", at: 1)
    for (task, state) in [("A", "succeeded"), ("B", "failed"), ("C", "failed")] { try await runs.task("nightly-1", "crypto", task, state) }
    try await runs.attempt("nightly-1", "crypto", "A", 1, "failed", (0, 1), "HTTP 503")
    try await runs.attempt("nightly-1", "crypto", "A", 2, "succeeded", (2, 3))
    try await runs.attempt("nightly-1", "crypto", "C", 1, "failed", (0, 9), "later")
    try await runs.attempt("nightly-1", "crypto", "B", 1, "failed", (0, 5), "unknown symbol")
    #expect(try await digest(runs, "nightly-1", .partial).failure == "crypto B: unknown symbol")
  }

  @Test func `tells of a killed run where it was cut off, and what made it good`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", state: "running", at: 1, took: nil, date: 7)
    try await runs.attempt("nightly-1", "crypto", "A", 1, "running", (0, nil))
    try await runs.attempt("nightly-1", "crypto", "B", 1, "succeeded", (0, 1))
    #expect(try await digest(runs, "nightly-1", .interrupted).cutOff == ["crypto"])
    #expect(try await digest(runs, "nightly-1", .interrupted).completedBy == nil)
    try await runs.run("nightly-2", state: "failed", at: 50, date: 7)
    try await runs.run("nightly-3", at: 60, date: 7)
    try await runs.run("nightly-4", at: 70, date: 8)
    #expect(try await digest(runs, "nightly-1", .interrupted).completedBy == RunID("nightly-3"))
  }

  @Test func `finds runs by the beginning of their names`() async throws {
    let runs = try WrittenRuns()
    for (index, name) in ["nightly-20260114T0230Z-1", "nightly-20260115T0230Z-1", "nightly_x-1"].enumerated() {
      try await runs.run(name, at: Int64(index))
    }
    func found(_ name: String) async throws -> [String] {
      try await runs.warehouse.read { try $0.runs(named: name, limit: 9).map(\.id.name) }
    }
    #expect(try await found("nightly-202601") == ["nightly-20260115T0230Z-1", "nightly-20260114T0230Z-1"])
    #expect(try await found("nightly-20260114T0230Z-1") == ["nightly-20260114T0230Z-1"])
    #expect(try await found("nightly-20260114T0230Z-12") == [])
    #expect(try await found("") == [])
    #expect(try await found("%") == [])
  }

  /// Ten thousand runs are looked at through an index, not one by one.
  @Test func `finds the newest runs, and those that are open, without reading them all`() async throws {
    let runs = try WrittenRuns()
    for sql in [
      "\(WarehouseReader.selectRun) ORDER BY started_at DESC, id DESC LIMIT 20",
      "\(WarehouseReader.selectRun) WHERE job = 'nightly' ORDER BY started_at DESC, id DESC LIMIT 20",
      "SELECT id FROM runs WHERE state = 'running' ORDER BY started_at DESC, id DESC",
    ] {
      let plan = try await runs.warehouse.read {
        try Row.fetchAll($0.database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
      }
      #expect(
        plan.allSatisfy {
          $0.contains(" INDEX runs_") && (!sql.contains("running") || $0.contains("runs_open")) || $0.contains("RIGHT PART OF ORDER BY")
        }, "\(sql): \(plan)")
    }
  }

  private func digest(_ runs: WrittenRuns, _ name: String, _ state: RunResult) async throws -> RunDigest {
    try await runs.warehouse.read { reader in
      let row = try #require(try reader.run(named: name))
      return try reader.digest(of: row, state: state)
    }
  }
}

@Suite struct `A forecast` {
  @Test func `is given back as it was journaled, and is nil for a run without one`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let forecast = Forecast(
      steps: [
        Forecast.Step(id: "crypto", runs: true, tasks: 2, provider: "binance", requests: 3, weight: 6, seconds: 1.25),
        Forecast.Step(id: "report", runs: false, tasks: 0),
      ], criticalPath: ["crypto"], seconds: 1.25, runs: 4)
    for (name, value) in [("nightly-1", forecast), ("nightly-2", nil)] as [(String, Forecast?)] {
      let header = RunHeader(id: RunID(name), job: "nightly", logicalDate: date(10), trigger: "manual", startedAt: date(10))
      try await warehouse.open(header, plan: WrittenRuns.plan, forecast: value)
    }
    #expect(try await warehouse.read { try $0.forecast(of: RunID("nightly-1")) } == forecast)
    #expect(try await warehouse.read { try $0.forecast(of: RunID("nightly-2")) } == nil)
  }

  @Test(arguments: [#"{"version":2,"runs":0,"criticalPath":[],"steps":[]}"#, "{}", "not JSON"])
  func `of another version is none, and nothing fails`(text: String) async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", at: 1)
    try await runs.execute("UPDATE runs SET forecast = ?", [text])
    #expect(try await runs.warehouse.read { try $0.forecast(of: RunID("nightly-1")) } == nil)
  }

  @Test func `stands beside what each step asked`() async throws {
    let runs = try WrittenRuns()
    try await runs.run("nightly-1", at: 1)
    for weight in [2, 3] { try await runs.warehouse.countRequest(of: "binance", weight: weight, by: "crypto", of: RunID("nightly-1")) }
    try await runs.warehouse.countRequest(of: "alphavantage", weight: 1, by: "shares", of: RunID("nightly-1"))
    let counts = try await runs.warehouse.read { try $0.requests(of: RunID("nightly-1")) }
    #expect(
      counts == [
        "crypto": [RequestCount(provider: "binance", requests: 2, weight: 5)],
        "shares": [RequestCount(provider: "alphavantage", requests: 1, weight: 1)],
      ])
  }
}
