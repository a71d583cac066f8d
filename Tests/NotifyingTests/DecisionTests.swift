import JobGraph
import Scheduling
import Testing

/// A night after another: what is told of each, and what is not. `F` failed, `P` partial, `S` succeeded; the hours between them.
@Suite struct `What is told of trouble` {
  @Test(
    arguments: [
      ("F", "F"), ("S", "-"), ("FF", "F-"), ("FS", "FR"), ("FSF", "FRF"), ("SSFFSS", "--F-R-"), ("FPS", "FPR"), ("PFP", "PFP"),
      ("FSS", "FR-"),
    ])
  func `changes within a day are told once`(nights: String, told: String) {
    #expect(play(nights, hours: 1) == told)
  }

  @Test(arguments: [(24, "FFFR"), (25, "FFFR"), (23, "FFFR"), (22, "F-FR"), (8, "F--R"), (1, "F--R")])
  func `goes on, and is told again after a day`(hours: Int, told: String) {
    #expect(play("FFFS", hours: hours) == told)
  }

  @Test func `that a rule does not ask for is not told, nor its end`() {
    #expect(play("PPS", hours: 1, on: [.failed, .recovered]) == "---")
    #expect(play("FPS", hours: 1, on: [.failed, .recovered]) == "F-R")
    #expect(play("FS F", hours: 1, on: [.failed]) == "F-F", "the end is remembered though nobody wants to hear of it")
  }

  @Test func `is told where it is bad enough, and so is its end`() {
    #expect(play("PS", hours: 1, least: .error) == "--")
    #expect(play("FS", hours: 1, least: .error) == "FR")
  }

  @Test func `is not told while a rule is muted, and is told when that is over`() {
    let until = start + .hours(2)
    #expect(play("FFFF", hours: 1, mutedUntil: until) == "--F-")
    #expect(play("FS", hours: 1, mutedUntil: until) == "--")
  }

  private let start = Instant(iso8601: "2026-01-15T02:30:00Z")!

  private func play(
    _ nights: String, hours: Int, on kinds: [Notice.Kind] = [.failed, .partial, .recovered], least: Notice.Severity = .info,
    mutedUntil: Instant? = nil
  ) -> String {
    let rules = NoticeRules(channels: [.init("phone", least: least)], rules: [.init("r", on: kinds, to: ["phone"], mutedUntil: mutedUntil)])
    var (told, result): ([NoticeDecision.Memory], String) = ([], "")
    for (index, night) in nights.filter({ $0 != " " }).enumerated() {
      let cause = "nightly-\(index)"
      let notice =
        switch night {
        case "F": Notice(.failed, .trouble, severity: .error, job: "nightly", subject: "nightly", word: "failed", cause: cause, title: "F")
        case "P":
          Notice(.partial, .trouble, severity: .warning, job: "nightly", subject: "nightly", word: "partial", cause: cause, title: "P")
        default:
          Notice(.recovered, .wellbeing, severity: .info, job: "nightly", subject: "nightly", word: "succeeded", cause: cause, title: "R")
        }
      let decision = NoticeDecision(rules, told: told, notices: [notice], now: start + .hours(hours * index))
      for memory in decision.memories {
        told.removeAll { [$0.rule, $0.channel, $0.subject] == [memory.rule, memory.channel, memory.subject] }
        told.append(memory)
      }
      result += decision.tellings.first.map { String($0.notice.title.last!) } ?? "-"
    }
    return result
  }
}

@Suite struct `The time of telling` {
  @Test(
    arguments: [
      ("2026-01-15T12:00:00Z", nil, nil, nil), ("2026-01-15T22:30:00Z", "22:00-07:00", nil, "2026-01-16T07:00:00Z"),
      ("2026-01-16T03:00:00Z", "22:00-07:00", nil, "2026-01-16T07:00:00Z"), ("2026-01-16T07:00:00Z", "22:00-07:00", nil, nil),
      ("2026-01-15T22:00:00Z", "22:00-07:00", nil, "2026-01-16T07:00:00Z"), ("2026-01-15T21:59:59Z", "22:00-07:00", nil, nil),
      ("2026-01-15T12:30:00Z", "12:00-13:00", nil, "2026-01-15T13:00:00Z"),
      // An hour ahead of UTC in winter, two in summer.
      ("2026-01-15T21:30:00Z", "22:00-07:00 Europe/Berlin", nil, "2026-01-16T06:00:00Z"),
      ("2026-07-15T20:30:00Z", "22:00-07:00 Europe/Berlin", nil, "2026-07-16T05:00:00Z"),
      ("2026-01-15T12:00:00Z", nil, "06:30 America/New_York", "2026-01-16T11:30:00Z"),
      ("2026-01-15T10:00:00Z", nil, "06:30 America/New_York", "2026-01-15T11:30:00Z"),
      // A digest in the middle of quiet hours waits for their end.
      ("2026-01-15T12:00:00Z", "22:00-07:00", "05:00", "2026-01-16T07:00:00Z"),
    ] as [(String, String?, String?, String?)])
  func `is now, or after quiet hours, or that of a digest`(now: String, quiet: String?, digest: String?, then: String?) throws {
    let rules = NoticeRules(
      channels: [.init("desk", recipients: ["a@x.example", "b@x.example"], quiet: quiet.flatMap { QuietHours($0) })],
      rules: [.init("r", on: [.verdict], to: ["desk"], digest: digest.flatMap { DailyDeadline($0) })])
    let notice = Notice(.verdict, severity: .info, job: "nightly", subject: "nightly report", word: "Complete", cause: "c", title: "t")
    let decision = NoticeDecision(rules, told: [], notices: [notice], now: try #require(Instant(iso8601: now)))
    #expect(decision.tellings.map(\.recipient) == ["a@x.example", "b@x.example"])
    #expect(decision.tellings.map { $0.notBefore?.iso8601 } == [then, then])
    #expect(decision.memories == [])
  }

  @Test(arguments: ["22:00", "22:00-22:00", "24:00-07:00", "22:00-07:00 Nowhere/City", "", "a-b", "22:00-07:00 UTC UTC"])
  func `is not told by what are no hours`(text: String) { #expect(QuietHours(text) == nil) }

  @Test func `is that of the rule that asks, of the jobs it asks for, on channels that are there`() {
    let rules = NoticeRules(
      channels: [.init("a"), .init("b")],
      rules: [.init("one", on: [.signals], to: ["a", "gone"], jobs: ["nightly"]), .init("two", on: [.signals], to: ["b", "a"])])
    func told(_ job: String) -> [String] {
      let notice = Notice(.signals, severity: .info, job: job, subject: "s", word: "signals", cause: "c", title: "t")
      return NoticeDecision(rules, told: [], notices: [notice], now: Instant(milliseconds: 0)).tellings.map { "\($0.rule) \($0.channel)" }
    }
    #expect(told("nightly") == ["one a", "two b", "two a"])
    #expect(told("hourly") == ["two b", "two a"])
  }
}
