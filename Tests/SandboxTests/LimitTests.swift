import Foundation
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `Binance's limits` {
  private let noon = Instant(iso8601: "2024-06-01T12:00:10Z")!

  @Test func `turn from 429 to a ban that doubles`() {
    var limits = BinanceLimits(.init(weightPerMinute: 100, requestsPerFiveMinutes: 61_000, strikes: 5))
    for _ in 0..<5 { #expect(limits.admit(weight: 20, at: noon) == .granted) }
    #expect(limits.usedWeight == 100)
    for _ in 0...5 { #expect(limits.admit(weight: 1, at: noon) == .slowDown(retryAfter: 50)) }
    let end = noon + .minutes(2)
    #expect(limits.admit(weight: 1, at: noon) == .banned(until: end, retryAfter: 120))
    #expect(limits.admit(weight: 1, at: end - .milliseconds(1)) == .banned(until: end, retryAfter: 1))
    #expect(limits.admit(weight: 101, at: end) == .slowDown(retryAfter: 50))
    for _ in 0..<5 { #expect(limits.admit(weight: 1, at: end) == .slowDown(retryAfter: 50)) }
    #expect(limits.admit(weight: 1, at: end) == .banned(until: end + .minutes(4), retryAfter: 240))
  }

  @Test func `forget a minute when the next begins`() {
    var limits = BinanceLimits(.init(weightPerMinute: 100))
    #expect(limits.admit(weight: 100, at: noon) == .granted)
    #expect(limits.admit(weight: 1, at: noon) == .slowDown(retryAfter: 50))
    #expect(limits.admit(weight: 100, at: noon + .seconds(50)) == .granted)
    #expect(limits.usedWeight == 100)
  }

  @Test func `count requests of any weight by five minutes`() {
    var limits = BinanceLimits(.init(weightPerMinute: 100, requestsPerFiveMinutes: 3))
    for minute in 0..<3 { #expect(limits.admit(weight: 1, at: noon + .minutes(minute)) == .granted) }
    #expect(limits.admit(weight: 1, at: noon + .minutes(3)) == .slowDown(retryAfter: 110))
    #expect(limits.admit(weight: 1, at: noon + .minutes(5)) == .granted)
  }
}

@Suite struct `Alpha Vantage's limits` {
  @Test func `refuse a second request within the second without counting it`() {
    var limits = AlphaVantageLimits(requestsPerDay: 2, spacing: .seconds(1))
    let now = Instant(iso8601: "2024-06-01T12:00:00Z")!
    #expect(limits.admit(at: now) == .granted)
    #expect(limits.admit(at: now + .milliseconds(999)) == .tooFast)
    #expect(limits.admit(at: now + .seconds(1)) == .granted)
    #expect(limits.admit(at: now + .seconds(9)) == .dayUsedUp)
  }

  @Test func `begin a day at New York's midnight`() {
    let used = [CivilDate("2024-06-01")!: 2]
    var limits = AlphaVantageLimits(requestsPerDay: 2, spacing: .zero, used: used)
    #expect(limits.admit(at: Instant(iso8601: "2024-06-02T03:59:59Z")!) == .dayUsedUp)
    #expect(limits.admit(at: Instant(iso8601: "2024-06-02T04:00:00Z")!) == .granted)
  }
}

@Suite struct `New York` {
  @Test(arguments: [
    ("2024-03-10T06:59:59Z", 5), ("2024-03-10T07:00:00Z", 4), ("2024-11-03T05:59:59Z", 4), ("2024-11-03T06:00:00Z", 5),
    ("2005-04-03T06:59:00Z", 5), ("2005-04-03T07:00:00Z", 4), ("2005-10-30T06:00:00Z", 5),
  ])
  func `is four or five hours behind`(instant: String, hours: Int) {
    #expect(NewYork.hoursBehind(at: Instant(iso8601: instant)!) == hours)
  }

  @Test(arguments: [
    ("2024-03-29", false), ("2024-07-04", false), ("2021-12-31", true), ("2022-06-20", false), ("2021-06-18", true), ("2001-09-12", false),
    ("2024-11-28", false), ("2024-11-29", true), ("2023-01-02", false), ("2024-06-01", false), ("2024-05-31", true),
  ])
  func `has sessions on working days that are no holidays`(day: String, isSession: Bool) {
    #expect(NewYork.isSession(CivilDate(day)!) == isSession)
  }
}
