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

  @Test func `holds a rolling window for its length and at most a twentieth more`() throws {
    let limits = [try limit("rolling", 2, .requests, .rolling(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 50, at: try at("12:00:00"), under: limits) == .granted)
    #expect(ledger.reserve(weight: 50, at: try at("12:00:30"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:59.999"), under: limits)
        == .wait(until: try at("12:01:03"), reason: "2 requests in any 1 min"))
    #expect(ledger.reserve(weight: 1, at: try at("12:01:03"), under: limits) == .granted)
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

  @Test func `does not charge the new minute with the usage of the old one`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 5, at: try at("12:00:59.9"), under: limits) == .granted)
    ledger.settle(weight: 5, reservedAt: try at("12:00:59.9"), at: try at("12:01:00.1"), serverUsage: ["weight": 10], under: limits)
    #expect(ledger.standing(at: try at("12:01:00.1"), under: limits).map(\.remaining) == [10])
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
    #expect(ledger.reserve(weight: 9, at: try at("12:01:02.999"), under: limits) != .granted)
    #expect(ledger.reserve(weight: 9, at: try at("12:01:03"), under: limits) == .granted)
  }

  @Test func `believes a clock that was set back a little, but no row from a far future`() throws {
    let limits = [try limit("weight", 10, .weight, .fixed(.minutes(1)))]
    var ledger = RateLedger()
    #expect(ledger.reserve(weight: 10, at: try at("12:01:00"), under: limits) == .granted)
    #expect(
      ledger.reserve(weight: 1, at: try at("12:00:58"), under: limits)
        == .wait(until: try at("12:02:00"), reason: "10 weight per 1 min"))
    #expect(ledger.reserve(weight: 1, at: try at("11:00:00"), under: limits) == .granted)
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
}

private func limit(_ name: String, _ capacity: Int, _ unit: RateLimit.Unit, _ window: RateLimit.Window) throws -> RateLimit {
  try RateLimit(name: name, capacity: capacity, unit: unit, window: window)
}

/// A time of 15 January 2026, in UTC.
private func at(_ time: String) throws -> Instant {
  try #require(Instant(iso8601: "2026-01-15T\(time)Z"))
}
