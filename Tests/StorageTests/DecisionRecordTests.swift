import JobGraph
import Scheduling
import Storage
import Testing

@Suite struct `Decisions about the schedule` {
  @Test func `are written once, and read newest first`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.record([row(1, .skipped, reason: "missed"), row(2, .ran, run: "nightly-1")], isComplete: true)
    try await warehouse.record([row(2, .caughtUp, run: "nightly-2")], isComplete: true)
    try await warehouse.record([DecisionRow(job: "other", decision: ScheduleDecision(at(9), .ran), decidedAt: at(9))], isComplete: true)
    let rows = try await warehouse.read { try $0.decisions(of: "nightly", limit: 9) }
    #expect(rows == [row(2, .ran, run: "nightly-1"), row(1, .skipped, reason: "missed")])
    #expect(try await warehouse.read { try $0.decisions(of: nil, since: at(2), limit: 9) }.map(\.job) == ["other", "nightly"])
    #expect(try await warehouse.read { try $0.decisions(of: nil, limit: 1) }.count == 1)
  }

  @Test func `may stand for a stretch`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    let stretch = ScheduleDecision(at(1), through: at(300), count: 300, .skipped, reason: "missed")
    try await warehouse.record([DecisionRow(job: "nightly", decision: stretch, decidedAt: at(301))], isComplete: true)
    #expect(try await warehouse.read { try $0.decision(of: "nightly", at: at(17)) }?.decision == stretch)
    #expect(try await warehouse.read { try $0.decision(of: "nightly", at: at(301)) } == nil)
    #expect(try await warehouse.read { try $0.scheduleHistory(of: "nightly", now: at(301)).mark } == at(300))
    #expect(try await warehouse.read { try $0.decisions(of: "nightly", since: at(200), limit: 9) }.count == 1)
  }

  @Test func `move the mark only when nothing before them is open`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.record([row(1, .ran)], isComplete: false)
    try await warehouse.record([row(5, .ran)], isComplete: false)
    let history = try await warehouse.read { try $0.scheduleHistory(of: "nightly", now: at(9)) }
    #expect(history.mark == at(1) && history.decided == [at(5)...at(5)])
    try await warehouse.record([row(3, .skipped), row(4, .ran)], isComplete: true)
    #expect(try await warehouse.read { try $0.scheduleHistory(of: "nightly", now: at(9)).mark } == at(4))
  }

  @Test func `know the runs of dates that were not decided`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    for (day, job) in [(1, "nightly"), (2, "hourly"), (900, "nightly")] {
      let run = RunID("\(job)-\(day)")
      try await warehouse.open(
        RunHeader(id: run, job: job, logicalDate: at(day), trigger: "cron", startedAt: at(day)),
        plan: Plan(job: job, logicalDate: at(day), steps: []))
      try await warehouse.close(run, result: .succeeded, exitStatus: .delivered, at: at(day) + .hours(30))
    }
    let history = try await warehouse.read { try $0.scheduleHistory(of: "nightly", now: at(3)) }
    #expect(history.mark == nil && history.lastDate == at(1))
    #expect(history.runs[at(1)] == "nightly-1")
    #expect(history.busy.first { $0.run == "hourly-2" } == .init(run: "hourly-2", isSameJob: false, span: at(2)...at(2) + .hours(30)))
  }

  @Test func `of a clock far ahead are withdrawn, what was done near by stays done`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.record([row(1, .ran, run: "nightly-1")], isComplete: true)
    let far = ScheduleDecision(at(2), through: at(399), count: 398, .skipped, reason: "missed")
    try await warehouse.record(
      [
        DecisionRow(job: "nightly", decision: far, decidedAt: at(400)),
        DecisionRow(job: "nightly", decision: ScheduleDecision(at(400), .ran), run: RunID("nightly-400"), decidedAt: at(400)),
      ], isComplete: true)
    #expect(try await warehouse.read { try $0.hasDecisions(of: "nightly", madeAfter: at(3)) })
    #expect(try await warehouse.withdrawDecisions(of: "nightly", madeAfter: at(3)) == 399)
    #expect(try await !warehouse.read { try $0.hasDecisions(of: "nightly", madeAfter: at(3)) })
    #expect(try await warehouse.read { try $0.decisions(of: "nightly", limit: 9) } == [row(1, .ran, run: "nightly-1")])
    let mark = try await warehouse.read { try $0.scheduleHistory(of: "nightly", now: at(3)).mark }
    #expect(mark.map { $0 < at(2) && $0 >= at(1) } == true)
    #expect(try await warehouse.withdrawDecisions(of: "nightly", madeAfter: at(3)) == 0)
    // A clock that is an hour or a day behind takes nothing back.
    #expect(try await warehouse.withdrawDecisions(of: "nightly", madeAfter: at(0)) == 0)
  }

  private func row(_ day: Int, _ verdict: ScheduleDecision.Verdict, reason: String? = nil, run: String? = nil) -> DecisionRow {
    DecisionRow(
      job: "nightly", decision: ScheduleDecision(at(day), verdict, reason: reason), run: run.map { RunID($0) }, decidedAt: at(day))
  }
}

private func at(_ day: Int) -> Instant { Instant(milliseconds: 1_768_444_200_000) + .days(day) }
