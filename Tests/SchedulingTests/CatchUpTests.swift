import Foundation
import Scheduling
import Testing

@Suite struct `Catching up` {
  @Test func `runs an instant on time, whoever starts it`() throws {
    for late in [0, 1, 599, 600] {
      let steps = try start("2026-01-15T02:30:00Z", plus: late, mark: "2026-01-14T02:30Z")
      #expect(steps == ["2026-01-15T02:30:00Z ran"])
    }
  }

  @Test func `says how late an instant was caught up, and why`() throws {
    #expect(
      try start("2026-01-15T09:11Z", mark: "2026-01-14T02:30Z", booted: "2026-01-15T09:10Z")
        == ["2026-01-15T02:30:00Z caught up (6h41m late: missed: the machine was off or nothing started it)"])
    #expect(
      try start("2026-01-15T02:41Z", mark: "2026-01-14T02:30Z", booted: "2026-01-01T00:00Z")
        == ["2026-01-15T02:30:00Z caught up (11m late: missed: nothing started it)"])
    #expect(
      try start("2026-01-15T02:41Z", mark: "2026-01-14T02:30Z", isByPerson: true)
        == ["2026-01-15T02:30:00Z caught up (11m late: started by a person)"])
  }

  @Test func `counts the wait for another run as no delay`() throws {
    let rule = try rule("2026-01-15T05:00Z", begun: "2026-01-15T02:30Z", mark: "2026-01-14T02:30Z")
    #expect(rule.steps().map(\.text) == ["2026-01-15T02:30:00Z ran"])
  }

  @Test func `has nothing to do when all is decided`() throws {
    #expect(try start("2026-01-15T02:31Z", mark: "2026-01-15T02:30Z").isEmpty)
    // The clock went back: what is done stays done.
    #expect(try start("2026-01-14T12:00Z", mark: "2026-01-15T02:30Z").isEmpty)
  }

  @Test func `begins a new schedule with its latest instant`() throws {
    #expect(try start("2026-01-15T02:30Z", mark: nil) == ["2026-01-15T02:30:00Z ran"])
    #expect(try start("2026-01-15T12:30Z", mark: nil) == ["2026-01-15T02:30:00Z caught up (10h late: the first start of its schedule)"])
    #expect(
      try start("2026-01-15T12:30Z", mark: nil, isWakeUp: true) == ["2026-01-15T02:30:00Z skipped (the schedule was installed after it)"])
  }

  @Test func `goes on from the last date of a run where nothing was ever decided`() throws {
    let from = try rule("2026-01-15T02:30Z", mark: nil, lastDate: "2026-01-13T00:00Z", .init(.all))
    #expect(from.steps().map { $0.decision.instant.utcDay.description } == ["2026-01-13", "2026-01-14", "2026-01-15"])
    // A run of which the decision is lost has happened.
    var own = try rule("2026-01-15T02:30Z", mark: nil, lastDate: "2026-01-14T02:30Z", .init(.all))
    own.history.runs = [try instant("2026-01-14T02:30Z"): "nightly-1"]
    #expect(own.steps().map(\.text) == ["2026-01-14T02:30:00Z ran as nightly-1", "2026-01-15T02:30:00Z ran"])
    let later = try rule("2026-01-15T12:00Z", mark: nil, lastDate: "2026-01-15T11:00Z", .init(.last))
    #expect(later.steps().map(\.decision.instant.iso8601) == ["2026-01-15T02:30:00Z"])
  }

  @Test func `makes up missed nights as the policy says`() throws {
    let cause = "missed: the machine was off or nothing started it"
    #expect(
      try start("2026-01-15T02:30Z", mark: "2026-01-12T02:30Z", .init(.none)) == [
        "2026-01-13T02:30:00Z skipped (\(cause) (missed: none))", "2026-01-14T02:30:00Z skipped (\(cause) (missed: none))",
        "2026-01-15T02:30:00Z ran",
      ])
    #expect(
      try start("2026-01-15T09:00Z", mark: "2026-01-14T02:30Z", .init(.none)) == ["2026-01-15T02:30:00Z skipped (\(cause) (missed: none))"])
    #expect(
      try start("2026-01-15T02:30Z", mark: "2026-01-13T02:30Z", .init(.last)) == [
        "2026-01-14T02:30:00Z skipped (\(cause); a later one covers it (missed: last))", "2026-01-15T02:30:00Z ran",
      ])
    #expect(
      try start("2026-01-15T02:30Z", mark: "2026-01-10T02:30Z", .init(.all, window: .days(3), cap: 2)) == [
        "2026-01-11T02:30:00Z skipped (\(cause), and it is older than the window of 3d)",
        "2026-01-12T02:30:00Z skipped (\(cause), and it is beyond the cap of 2)",
        "2026-01-13T02:30:00Z caught up (2d late: \(cause))", "2026-01-14T02:30:00Z caught up (1d late: \(cause))",
        "2026-01-15T02:30:00Z ran",
      ])
    #expect(
      try start("2026-01-15T09:00Z", mark: "2026-01-14T02:30Z", .init(.last, window: .hours(6))) == [
        "2026-01-15T02:30:00Z skipped (\(cause), and it is older than the window of 6h)"
      ])
  }

  @Test func `leaves out an instant that fell into a run of the same job`() throws {
    var rule = try rule("2026-01-15T02:30Z", mark: "2026-01-13T02:30Z", .init(.all))
    let span = try instant("2026-01-13T02:30Z")...instant("2026-01-14T05:00Z")
    rule.history.busy = [.init(run: "nightly-1", isSameJob: true, span: span)]
    #expect(rule.steps().first?.text == "2026-01-14T02:30:00Z skipped (nightly-1 was under way (overlap: skip))")
    rule.policy.skipsOverlaps = false
    #expect(rule.steps().first?.text == "2026-01-14T02:30:00Z caught up (1d late: missed: nightly-1 was under way)")
    rule.history.busy[0].isSameJob = false
    rule.policy.skipsOverlaps = true
    #expect(rule.steps().first?.text == "2026-01-14T02:30:00Z caught up (1d late: missed: nightly-1 was under way)")
  }

  @Test func `leaves alone what was decided behind the mark`() throws {
    var rule = try rule("2026-01-15T02:30Z", mark: "2026-01-11T02:30Z", .init(.all))
    rule.history.decided = try ["2026-01-13T02:30Z", "2026-01-15T02:30Z"].map { try instant($0)...instant($0) }
    #expect(rule.steps().map(\.decision.instant.iso8601) == ["2026-01-12T02:30:00Z", "2026-01-14T02:30:00Z"])
  }

  @Test(arguments: [CatchUp.Policy.Mode.none, .last, .all])
  func `makes one report of 400 missed nights, or as many as the cap`(mode: CatchUp.Policy.Mode) throws {
    let steps = try rule("2026-01-15T09:00Z", mark: "2024-12-11T02:30Z", .init(mode, cap: 5)).steps()
    #expect(steps.reduce(0) { $0 + $1.decision.count } == 400)
    #expect(steps.count == CatchUp.rowsMax + 1)
    #expect(steps.filter(\.isToRun).count == [.none: 0, .last: 1, .all: 5][mode])
  }

  @Test func `answers for a minutely schedule that was off for a year with a hundred rows`() throws {
    let steps = try rule("2026-01-15T00:00Z", mark: "2025-01-15T00:00Z", .init(.last), lines: ["* * * * *"]).steps()
    #expect(steps.count == CatchUp.rowsMax + 1)
    #expect(steps.reduce(0) { $0 + $1.decision.count } == 365 * 1440)
    #expect(steps[0].decision.through + .minutes(1) == steps[1].decision.instant)
  }

  private func start(
    _ now: String, plus seconds: Int = 0, mark: String?, isByPerson: Bool = false, isWakeUp: Bool = false, booted: String? = nil,
    _ policy: CatchUp.Policy = .init()
  ) throws -> [String] {
    var rule = try rule(now, mark: mark, policy)
    rule.start = CatchUp.Start(
      now: rule.start.now + .seconds(seconds), isByPerson: isByPerson, isWakeUp: isWakeUp, booted: try booted.map(instant))
    return rule.steps().map(\.text)
  }

  private func rule(
    _ now: String, begun: String? = nil, mark: String?, lastDate: String? = nil, _ policy: CatchUp.Policy = .init(),
    lines: [String] = ["30 2 * * *"]
  ) throws -> CatchUp {
    CatchUp(
      schedule: try schedule(lines), policy: policy, start: .init(now: try instant(now), begun: try begun.map(instant)),
      history: .init(mark: try mark.map(instant), lastDate: try lastDate.map(instant)))
  }
}

/// The schedule of a job with these expressions.
func schedule(_ expressions: [String], in zone: String = "UTC") throws -> Schedule {
  let (crontab, defects) = Crontab.parse("CRON_TZ=\(zone)\n" + expressions.map { "\($0) jobs run nightly\n" }.joined())
  #expect(defects.isEmpty)
  return try #require(crontab.schedule(of: "nightly"))
}

extension CatchUp.Step {
  /// `2026-01-15T02:30:00Z skipped (why)`
  var text: String {
    "\(decision.instant) \(decision.verdict.rawValue)" + (run.map { " as \($0)" } ?? "") + (decision.reason.map { " (\($0))" } ?? "")
  }
}
