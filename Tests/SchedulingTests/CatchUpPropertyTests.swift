import Foundation
import Scheduling
import Testing

/// A year of a machine that is switched off, whose clock jumps, whose starts come twice and die between deciding and running.
@Suite struct `Over a year in any zone` {
  static let zones = [
    "UTC", "America/New_York", "America/Los_Angeles", "America/Chicago", "America/St_Johns", "America/Sao_Paulo", "America/Santiago",
    "America/Havana", "America/Asuncion", "America/Nuuk", "America/Caracas", "America/Phoenix", "Europe/London", "Europe/Berlin",
    "Europe/Dublin", "Europe/Chisinau", "Europe/Moscow", "Europe/Istanbul", "Africa/Casablanca", "Africa/Cairo", "Africa/Johannesburg",
    "Asia/Tehran", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Shanghai", "Asia/Beirut", "Asia/Jerusalem", "Asia/Gaza",
    "Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "Australia/Eucla", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Norfolk", "Pacific/Kiritimati", "Atlantic/Azores", "Antarctica/Troll",
  ]
  static let lines = [["30 2 * * *"], ["30 1 * * *", "0 12 * * 1-5"], ["15 */6 * * *"], ["0 0 1 * *", "59 23 * * 0"]]

  @Test(arguments: zones)
  func `every instant has exactly one decision, and none runs twice`(zone: String) throws {
    for (index, lines) in Self.lines.enumerated() {
      for mode in CatchUp.Policy.Mode.allCases {
        let seed = UInt64(Self.zones.firstIndex(of: zone)! * 100 + index * 10 + mode.rawValue.count)
        let schedule = try schedule(lines, in: zone)
        var world = World(schedule: schedule, policy: .init(mode, window: .days(5), cap: 3), seed: seed)
        world.live(from: try instant("2025-06-01T00:00Z"), days: 365)
        try world.check("\(zone) \(lines) \(mode) seed \(seed)")
      }
    }
  }

  @Test(arguments: zones)
  func `counting is the same as going through all`(zone: String) throws {
    let timeZone = try #require(TimeZone(identifier: zone))
    for text in ["30 2 * * *", "*/7 * * * *", "0,30 0-3 * * *", "15 */6 * * 1-5", "0 0 29 2 *", "5 1 1,15 * 0"] {
      let expression = try CronExpression(text)
      let (start, end) = (try instant("2024-01-31T12:34:56Z"), try instant("2025-12-01T02:30Z"))
      var (count, last) = (0, start)
      while let next = expression.next(after: last, in: timeZone)?.instant, next <= end {
        count += 1
        last = next
      }
      #expect(expression.count(after: start, through: end, in: timeZone) == count, "\(text) in \(zone)")
    }
  }

}

/// A machine with a store: what `jobs run --trigger timer` does with it, start by start.
private struct World {
  let schedule: Schedule
  let policy: CatchUp.Policy
  private var random: SeededGenerator
  private var history = CatchUp.History()
  private(set) var decisions: [ScheduleDecision] = []
  private(set) var runs: [Instant: Int] = [:]

  init(schedule: Schedule, policy: CatchUp.Policy, seed: UInt64) {
    (self.schedule, self.policy, random) = (schedule, policy, SeededGenerator(seed: seed))
  }

  /// Goes from instant to instant; the clock that the starts see is sometimes up to a day behind.
  mutating func live(from start: Instant, days: Int) {
    var (now, behind) = (start, Duration.zero)
    let end = start + .days(days)
    while let due = schedule.next(after: now)?.occurrence.instant, due < end {
      now = due
      if chance(0.03) { now = now + .minutes(Int.random(in: 1...(30 * 1440), using: &random)) }  // off for a while
      if chance(0.03) { behind = .minutes(Int.random(in: 0...1440, using: &random)) }
      if chance(0.2) { behind = .zero }
      for _ in 0..<(chance(0.2) ? Int.random(in: 2...4, using: &random) : 1) { begin(at: now - behind) }
      if chance(0.2) { begin(at: now - behind + .minutes(Int.random(in: 1...300, using: &random))) }  // a needless wake-up
    }
    begin(at: end)
  }

  /// One start, which may die after any of its writes.
  private mutating func begin(at now: Instant) {
    let dies = chance(0.1) ? Int.random(in: 0...4, using: &random) : Int.max
    var writes = 0
    for step in CatchUp(schedule: schedule, policy: policy, start: .init(now: now, isWakeUp: true), history: history).steps() {
      if step.isToRun {
        runs[step.decision.instant, default: 0] += 1
        if history.mark.map({ step.decision.instant > $0 }) ?? true { history.runs[step.decision.instant] = "run" }
        history.lastDate = max(history.lastDate ?? step.decision.instant, step.decision.instant)
        writes += 1
        if writes > dies { return }
      }
      decisions.append(step.decision)
      history.mark = max(history.mark ?? step.decision.through, step.decision.through)
      history.runs = history.runs.filter { $0.key > history.mark! }
      writes += 1
      if writes > dies { return }
    }
  }

  func check(_ name: String) throws {
    let sorted = decisions.sorted { $0.instant < $1.instant }
    let first = try #require(sorted.first)
    var at = Instant(milliseconds: first.instant.milliseconds - 1)
    for decision in sorted {
      let due = try #require(schedule.next(after: at)?.occurrence.instant)
      #expect(decision.instant == due, "\(name): \(due) is decided once")
      #expect(decision.count == 1 && decision.through == due || schedule.count(after: at, through: decision.through) == decision.count)
      at = decision.through
    }
    #expect(runs.values.allSatisfy { $0 == 1 }, "\(name)")
    let ran = Set(sorted.filter { $0.verdict != .skipped }.map(\.instant))
    #expect(ran == Set(runs.keys), "\(name)")
  }

  private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
}
