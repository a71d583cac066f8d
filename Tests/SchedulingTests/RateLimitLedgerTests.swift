import Foundation
import Scheduling
import Testing

@Suite struct `A rate ledger` {
  @Test func `gives what the calendar minute holds and starts anew with the next`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 4, at: try at("12:00:59.900"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 6, at: try at("12:00:59.950"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:59.999"), under: limits)
        == .wait(until: try at("12:01:00"), reason: "10 weight per 1 min"))
    #expect(ledger.reserve(weight: 10, at: try at("12:01:00"), under: limits) == .granted)
  }

  @Test func `holds a rolling window for its length and at most a sixtieth more`() throws {
    let limits = [try limit("rolling", 2, .requests, .rolling(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 50, at: try at("12:00:00"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 50, at: try at("12:00:30"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:59.999"), under: limits)
        == .wait(until: try at("12:01:01"), reason: "2 requests in any 1 min"))
    #expect(ledger.reserve(weight: 1, at: try at("12:01:01"), under: limits) == .granted)
  }

  @Test func `counts nothing when one of several limits has no room, and names the one to wait for longest`() throws {
    let limits = [try limit("second", 1, .requests, .fixed(.seconds(1))), try limit("day", 2, .requests, .fixed(.days(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 1, at: try at("12:00:00"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:00.5"), under: limits)
        == .wait(until: try at("12:00:01"), reason: "1 requests per 1 s"))
    #expect(ledger.standing(at: try at("12:00:00.5"), under: limits).map(\.used) == [1, 1])
    #expect(ledger.reserve(weight: 1, at: try at("12:00:01"), under: limits) == .granted)
    let midnight = try #require(Instant(iso8601: "2026-01-16T00:00:00Z"))
    #expect(ledger.reserve(weight: 1, at: try at("12:00:01"), under: limits) == .wait(until: midnight, reason: "2 requests per 1 d"))
  }

  @Test func `refuses what never fits instead of waiting for ever`() throws {
    let weight = try RateLimit(name: "weight", capacity: 100, unit: .weight, window: .fixed(.minutes(1)), share: 0.5)
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 51, at: try at("12:00"), under: [weight]) == .impossible(limit: weight, cost: 51))
    #expect(ledger.reserve(weight: .max, at: try at("12:00"), under: [weight]) == .impossible(limit: weight, cost: .max))
    #expect(ledger.reserve(weight: 50, at: try at("12:00"), under: [weight]) == .granted)
  }

  @Test func `is silent until the end of a pause, and a shorter pause changes nothing`() throws {
    var ledger = RateLedger()
    ledger.pause(until: try at("12:05"), reason: "banned")
    ledger.pause(until: try at("12:01"), reason: "slow down")
    #expect(ledger.pause == RatePause(end: try at("12:05"), reason: "banned"))
    #expect(ledger.reserve(weight: 1, at: try at("12:04:59.999"), under: []) == .wait(until: try at("12:05"), reason: "banned"))
    #expect(ledger.reserve(weight: 1, at: try at("12:05"), under: []) == .granted)
    #expect(ledger.pause == nil)
  }

  @Test(arguments: [(3, 5), (7, 7), (5, 5), (-1, 5), (Int.max, RateCounter.usedMax)])
  func `follows the provider's usage up and never down`(reported: Int, expected: Int) throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 5, at: try at("12:00:01"), under: limits) == .granted)
    ledger.settle(
      weight: 5, reservedAt: try at("12:00:01"), at: try at("12:00:02"), serverUsage: ["weight": reported], under: limits)
    #expect(ledger.standing(at: try at("12:00:02"), under: limits).map(\.used) == [expected])
  }

  @Test func `charges the new minute with what may have come in it, not with the usage of the old one`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 5, at: try at("12:00:59.9"), under: limits) == .granted)
    ledger.settle(weight: 5, reservedAt: try at("12:00:59.9"), at: try at("12:01:00.1"), serverUsage: ["weight": 10], under: limits)
    #expect(ledger.standing(at: try at("12:01:00.1"), under: limits).map(\.used) == [5])
  }

  @Test func `follows a limit that the provider lowers or raises in mid-run`() throws {
    let before = try limit("weight", 6000, .weight, .fixed(.minutes(1)))
    let after = try before.with(capacity: 1200)
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 1190, at: try at("12:00"), under: [before]) == .granted)
    #expect(ledger.reserve(weight: 10, at: try at("12:00"), under: [after]) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00"), under: [after]) == .wait(until: try at("12:01"), reason: "1200 weight per 1 min"))
    #expect(ledger.reserve(weight: 1, at: try at("12:00"), under: [before]) == .granted)
  }

  @Test(arguments: [
    // The night before, during and after each change of the clocks in 2026: the day ends at midnight of New York.
    ("2026-03-08T04:59:59.999Z", "2026-03-08T05:00:00Z"), ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
    ("2026-03-09T04:00:00Z", "2026-03-10T04:00:00Z"), ("2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"),
    ("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), ("2026-11-02T05:00:00Z", "2026-11-03T05:00:00Z"),
  ])
  func `ends a day with its zone's midnight, also when the clocks change`(now: String, reset: String) throws {
    let limits = [try limit("day", 1, .requests, .daily(try #require(TimeZone(identifier: "US/Eastern"))))]
    let (now, reset) = (try #require(Instant(iso8601: now)), try #require(Instant(iso8601: reset)))
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 1, at: now, under: limits) == .granted)
    #expect(ledger.standing(at: now, under: limits) == [LimitStanding(limit: limits[0], used: 1, resetsAt: reset)])
    #expect(ledger.reserve(weight: 1, at: reset - .milliseconds(1), under: limits) != .granted)
    #expect(ledger.reserve(weight: 1, at: reset, under: limits) == .granted)
  }

  @Test func `bounds what is in flight and takes back a lost request after its lease`() throws {
    let limits = [try limit("flight", 2, .requests, .inFlight(lease: .minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 9, at: try at("12:00:00"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 9, at: try at("12:00:01"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 9, at: try at("12:00:02"), under: limits)
        == .wait(until: try at("12:00:03"), reason: "2 requests at once"))
    ledger.settle(weight: 9, reservedAt: try at("12:00:01"), at: try at("12:00:02"), under: limits)
    #expect(ledger.reserve(weight: 9, at: try at("12:00:05"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 9, at: try at("12:01:00.999"), under: limits) != .granted)
    #expect(ledger.reserve(weight: 9, at: try at("12:01:01"), under: limits) == .granted)
  }

  @Test func `counts as now what a clock that was set back far had counted later`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 10, at: try at("12:01:00"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:58"), under: limits)
        == .wait(until: try at("12:02:00"), reason: "10 weight per 1 min"))
    #expect(
      ledger.reserve(weight: 1, at: try at("11:00:10"), under: limits)
        == .wait(until: try at("11:01:00"), reason: "10 weight per 1 min"))
    #expect(ledger.reserve(weight: 1, at: try at("11:01:00"), under: limits) == .granted)
  }

  @Test func `still knows the last window when the clock is set back into it`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 10, at: try at("12:00:59"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 10, at: try at("12:01:00"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 1, at: try at("12:00:59.9"), under: limits) != .granted)
  }

  @Test func `forgets what no limit counts any more`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 3, at: try at("12:00:00"), under: limits) == .granted)
    ledger.pause(until: try at("12:00:30"), reason: "slow down")
    ledger.prune(at: try at("12:01:00"))
    #expect(ledger.counters.map(\.used) == [3])
    #expect(ledger.pause == nil)
    ledger.prune(at: try at("12:01:59.999"), under: limits)
    #expect(ledger.counters.map(\.used) == [3])
    ledger.prune(at: try at("12:02:00"), under: limits)
    #expect(ledger == RateLedger())
  }

  @Test func `does not get a day's requests back from a clock that was years ahead`() throws {
    let limits = [try limit("day", 8, .requests, .daily(try #require(TimeZone(identifier: "US/Eastern"))))]
    let (ahead, now) = (try #require(Instant(iso8601: "2036-01-15T12:00:00Z")), try at("12:00"))
    var ledger = RateLedger()
    for _ in 0..<8 { #expect(ledger.reserve(weight: 1, at: ahead, under: limits) == .granted) }
    ledger.pause(until: ahead + .minutes(5), reason: "banned", at: ahead)
    #expect(ledger.reserve(weight: 1, at: now, under: limits) != .granted)
    #expect(ledger.standing(at: now, under: limits).map(\.used) == [8])
    #expect(ledger.pause == RatePause(end: now + .minutes(5), reason: "banned", since: now))
    #expect(ledger.nextStart(ofWeight: 1, at: now, under: limits) == Instant(iso8601: "2026-01-16T05:00:00Z"))
  }

  @Test func `counts what was sent before the minute turned in the minute in which it may have come`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 6, at: try at("12:00:59.9"), under: limits, lease: .seconds(30)) == .granted)
    #expect(ledger.reserve(weight: 5, at: try at("12:01:00"), under: limits, lease: .seconds(30)) != .granted)
    #expect(ledger.reserve(weight: 4, at: try at("12:01:00"), under: limits, lease: .seconds(30)) == .granted)
    ledger.settle(weight: 6, reservedAt: try at("12:00:59.9"), at: try at("12:01:00.2"), under: limits)
    #expect(ledger.standing(at: try at("12:01:59.9"), under: limits).map(\.used) == [10])
    #expect(ledger.standing(at: try at("12:02:00"), under: limits).map(\.used) == [0])
  }

  @Test func `never gives back early what a killed process may have sent`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1))), try limit("rolling", 10, .weight, .rolling(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 10, at: try at("12:00:50"), under: limits, lease: .seconds(30)) == .granted)
    // Nobody settles. It may have come as late as 12:01:20, so the minute of 12:01 is spent, and any minute up to 12:02:20.
    let stored = RateLedger(counters: ledger.counters)
    #expect(stored.standing(at: try at("12:01:59"), under: limits).map(\.used) == [10, 10])
    #expect(stored.standing(at: try at("12:02:00"), under: limits).map(\.used) == [0, 10])
    #expect(stored.nextStart(ofWeight: 1, at: try at("12:01:10"), under: limits) == (try at("12:02:20")))
  }

  @Test func `waits no longer than needed for what is answered in time`() throws {
    let limits = [try limit("rolling", 1, .requests, .rolling(.seconds(60)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 1, at: try at("12:00:00"), under: limits, lease: .minutes(10)) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:00.5"), under: limits)
        == .wait(until: try at("12:01:01"), reason: "1 requests in any 1 min"))
    ledger.settle(weight: 1, reservedAt: try at("12:00:00"), at: try at("12:00:00.7"), under: limits)
    #expect(ledger.reserve(weight: 1, at: try at("12:01:01"), under: limits) == .granted)
  }

  @Test func `raises a rolling window by what others used in the minute on the clock`() throws {
    let limits = [try limit("weight", 100, .weight, .fixed(.minutes(1))), try limit("rolling", 100, .weight, .rolling(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 20, at: try at("12:00:55"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 5, at: try at("12:01:05"), under: limits) == .granted)
    ledger.settle(
      weight: 5, reservedAt: try at("12:01:05"), at: try at("12:01:06"), serverUsage: ["weight": 45, "rolling": 45], under: limits)
    #expect(ledger.standing(at: try at("12:01:06"), under: limits).map(\.used) == [45, 65])
  }

  @Test func `obeys what the provider announces where it is stricter, and what nobody has configured`() throws {
    let limits = [try RateLimit(name: "weight", capacity: 6000, unit: .weight, window: .fixed(.minutes(1)), share: 0.5)]
    let announced = [
      try #require(AnnouncedLimit(unit: .weight, per: .minutes(1), capacity: 1200)),
      try #require(AnnouncedLimit(unit: .requests, per: .minutes(5), capacity: 4)),
    ]
    var ledger = RateLedger(announced: announced)
    #expect(limits.narrowed(by: announced).map(\.usable) == [600, 2])
    #expect(limits.narrowed(by: [try #require(AnnouncedLimit(unit: .weight, per: .minutes(1), capacity: 9000))]) == limits)
    #expect(ledger.reserve(weight: 600, at: try at("12:00"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00"), under: limits) == .wait(until: try at("12:01"), reason: "1200 weight per 1 min"))
    #expect(ledger.reserve(weight: 1, at: try at("12:01"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:02"), under: limits) == .wait(until: try at("12:05"), reason: "4 requests per 5 min"))
  }

  @Test(arguments: [(0, 60), (-5, 60), (.max, 60), (10, 0), (10, 32 * 86_400)])
  func `takes no nonsense for an announced limit`(capacity: Int, seconds: Int) {
    #expect(AnnouncedLimit(unit: .weight, per: .seconds(seconds), capacity: capacity) == nil)
  }

  @Test func `lets nobody through to a host that does not answer, and counts nothing for it`() throws {
    let limits = [try limit("weight", 100, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    for _ in 0..<CircuitBreaker.failuresMax {
      #expect(ledger.reserve(weight: 1, at: try at("12:00"), under: limits) == .granted)
      ledger.settle(weight: 1, reservedAt: try at("12:00"), at: try at("12:00"), host: .ailing, under: limits)
    }
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:01"), under: limits)
        == .shut(until: try at("12:00:30"), reason: "8 requests in a row had no answer"))
    #expect(ledger.standing(at: try at("12:00:01"), under: limits).map(\.used) == [8])
    #expect(ledger.nextStart(ofWeight: 1, at: try at("12:00:01"), under: limits) == (try at("12:00:30")))
  }

  @Test func `forgets what lies ahead when its clock begins anew on purpose`() throws {
    let limits = [try limit("day", 8, .requests, .fixed(.days(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 1, at: try at("12:00"), under: limits) == .granted)
    ledger.pause(until: try at("13:00"), reason: "slow down", at: try at("12:00"))
    ledger.forget(after: try at("11:00"))
    #expect(ledger.standing(at: try at("11:00"), under: limits).map(\.used) == [1])
    #expect(ledger.pause == nil)
    ledger.forget(after: try at("11:00") - .days(2))
    #expect(ledger == RateLedger())
  }
}

private func limit(_ name: String, _ capacity: Int, _ unit: RateLimit.Unit, _ window: RateLimit.Window) throws -> RateLimit {
  try RateLimit(name: name, capacity: capacity, unit: unit, window: window)
}

/// A time of 15 January 2026, in UTC.
private func at(_ time: String) throws -> Instant {
  try #require(Instant(iso8601: "2026-01-15T\(time)Z"))
}
