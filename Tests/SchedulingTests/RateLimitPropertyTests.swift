import Foundation
import Scheduling
import Testing

@Suite struct `Every stream of requests` {
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `stays within every window, whoever restarts and whatever the order of asking`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let limits = try someLimits(&random)
    var ledger = RateLedger()
    var now = Instant(milliseconds: Int64.random(in: 1_772_900_000_000...1_773_100_000_000, using: &random))
    var granted: [(instant: Instant, weight: Int)] = []
    for _ in 0..<400 {
      let weight = Int.random(in: 1...5, using: &random)
      switch ledger.reserve(weight: weight, at: now, under: limits) {
      case .granted:
        granted.append((now, weight))
      case .shut(let until, let reason):
        Issue.record("seed \(seed): shut until \(until): \(reason)")
      case .wait(let until, _):
        #expect(until > now, "seed \(seed)")
        if Bool.random(using: &random) {
          now = until
          #expect(ledger.reserve(weight: weight, at: now, under: limits) == .granted, "seed \(seed): waited as told")
          granted.append((now, weight))
        }
      case .impossible(let limit, let cost):
        Issue.record("seed \(seed): \(limit) refuses \(cost)")
      }
      now = now + .milliseconds(Int64.random(in: 0...2, using: &random) == 0 ? Int64.random(in: 0...40_000, using: &random) : 3)
      if Int.random(in: 0..<8, using: &random) == 0 {
        ledger = RateLedger(counters: ledger.counters.shuffled(using: &random), pause: ledger.pause)
      }
      #expect(ledger.counters.count <= 122 * limits.count, "seed \(seed)")
    }
    for limit in limits {
      #expect(mostInAnyWindow(of: limit, granted) <= limit.usable, "seed \(seed): \(limit)")
    }
  }

  /// What a provider counts is the arrival, which lies anywhere between the reservation and the answer; and of a process that was killed,
  /// anywhere within the lease.
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `stays within every window as the provider sees it, however long requests travel and whoever is killed`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let limits = try someLimits(&random)
    let lease = Duration.seconds(20)
    var ledger = RateLedger()
    var now = Instant(milliseconds: Int64.random(in: 1_772_900_000_000...1_773_100_000_000, using: &random))
    var arrivals: [(instant: Instant, weight: Int)] = []
    var open: [(reserved: Instant, answered: Instant, weight: Int)] = []
    for _ in 0..<400 {
      let weight = Int.random(in: 1...5, using: &random)
      if ledger.reserve(weight: weight, at: now, under: limits, lease: lease) == .granted {
        let isKilled = Int.random(in: 0..<10, using: &random) == 0
        let travel = Int64.random(in: 0...(isKilled || Bool.random(using: &random) ? lease.milliseconds : 50), using: &random)
        let arrival = now + .milliseconds(Int64.random(in: 0...travel, using: &random))
        arrivals.append((arrival, weight))
        if !isKilled { open.append((now, now + .milliseconds(travel), weight)) }
      }
      now = now + .milliseconds(Int64.random(in: 0...9, using: &random) == 0 ? Int64.random(in: 0...40_000, using: &random) : 200)
      for request in open.sorted(by: { $0.answered < $1.answered }) where request.answered <= now {
        ledger.settle(weight: request.weight, reservedAt: request.reserved, at: request.answered, under: limits)
      }
      open.removeAll { $0.answered <= now }
    }
    for limit in limits {
      #expect(mostInAnyWindow(of: limit, arrivals) <= limit.usable, "seed \(seed): \(limit)")
    }
  }
}

private func someLimits(_ random: inout Seeded) throws -> [RateLimit] {
  let zone = try #require(TimeZone(identifier: "US/Eastern"))
  let all = [
    try RateLimit(name: "second", capacity: 2, unit: .requests, window: .fixed(.seconds(1))),
    try RateLimit(name: "minute", capacity: 40, unit: .weight, window: .fixed(.minutes(1)), share: 0.9),
    try RateLimit(name: "any minute", capacity: 30, unit: .weight, window: .rolling(.minutes(1))),
    try RateLimit(name: "any 7 s", capacity: 5, unit: .weight, window: .rolling(.seconds(7))),
    try RateLimit(name: "day", capacity: 90, unit: .requests, window: .daily(zone)),
  ]
  return all.shuffled(using: &random).suffix(Int.random(in: 1...all.count, using: &random))
}

/// The brute-force judge: a log of every request, and every window that one of them could break.
private func mostInAnyWindow(of limit: RateLimit, _ log: [(instant: Instant, weight: Int)]) -> Int {
  let sums: [Int]
  switch limit.window {
  case .fixed(let length):
    let windows = Dictionary(grouping: log) { Int(($0.instant.milliseconds) / length.milliseconds) }
    sums = windows.values.map { sum($0, limit) }
  case .daily(let zone):
    let format = DateFormatter()
    (format.timeZone, format.dateFormat) = (zone, "yyyy-MM-dd")
    sums = Dictionary(grouping: log) { format.string(from: $0.instant.date) }.values.map { sum($0, limit) }
  case .rolling(let length), .inFlight(let length):
    sums = log.map { last in sum(log.filter { $0.instant <= last.instant && $0.instant > last.instant - length }, limit) }
  }
  return sums.max() ?? 0
}

private func sum(_ log: some Sequence<(instant: Instant, weight: Int)>, _ limit: RateLimit) -> Int {
  log.reduce(0) { $0 + limit.cost(ofWeight: $1.weight) }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
