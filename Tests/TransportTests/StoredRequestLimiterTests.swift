import Foundation
import Scheduling
import Testing
import Transport

@Suite struct `A stored request limiter` {
  private let time = SimulatedTime(noon)
  private let store = InMemoryRateLedgerStore()

  @Test func `lets requests go at once while there is room, and counts them by provider`() async throws {
    let limiter = try limiter(capacity: 10)
    let reservation = try await limiter.reserve(weight: 4, for: "binance", latest: nil)
    #expect(reservation == RateReservation(provider: "binance", weight: 4, instant: noon))
    #expect(try await limiter.reserve(weight: 99, for: "unlimited", latest: noon).weight == 99)
    let standing = try await limiter.standing(of: "binance")
    #expect(standing.limits.map(\.used) == [4])
    #expect(standing.limits.map(\.resetsAt) == [noon + .minutes(1)])
    #expect(standing.pause == nil)
  }

  @Test func `serves first come, first served, and the line sleeps as one`() async throws {
    let limiter = try limiter(capacity: 2)
    _ = try await limiter.reserve(weight: 2, for: "binance", latest: nil)
    let (order, arrived) = AsyncStream.makeStream(of: Int.self)
    var sleeps = time.sleeps.makeAsyncIterator()
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<5 {
      tasks.append(
        Task {
          _ = try await limiter.reserve(weight: 1, for: "binance", latest: nil)
          arrived.yield(number)
        })
      if number == 0 { #expect(await sleeps.next() == noon + .minutes(1)) } else { try await untilWaiting(number, limiter) }
    }
    var arrivals = order.makeAsyncIterator()
    for minute in 1...3 {
      time.move(to: noon + .minutes(minute))
      if minute < 3 { #expect(await sleeps.next() == noon + .minutes(minute + 1)) }
    }
    for task in tasks { try await task.value }
    var served: [Int] = []
    while served.count < 5, let number = await arrivals.next() { served.append(number) }
    #expect(served == [0, 1, 2, 3, 4])
  }

  @Test func `refuses at once what could not go in time, also for those behind a sleeper`() async throws {
    let limiter = try limiter(capacity: 1)
    _ = try await limiter.reserve(weight: 1, for: "binance", latest: nil)
    let refusal = LimiterRefusal(provider: "binance", reason: "1 weight per 1 min", availableAt: noon + .minutes(1))
    await #expect(throws: refusal) {
      try await limiter.reserve(weight: 1, for: "binance", latest: noon + .seconds(59))
    }
    var sleeps = time.sleeps.makeAsyncIterator()
    let first = Task { try await limiter.reserve(weight: 1, for: "binance", latest: noon + .minutes(1)) }
    _ = await sleeps.next()
    await #expect(throws: refusal) {
      try await limiter.reserve(weight: 1, for: "binance", latest: noon + .seconds(59))
    }
    time.move(to: noon + .minutes(1))
    #expect(try await first.value.instant == noon + .minutes(1))
  }

  @Test func `refuses for ever what is larger than the limit`() async throws {
    let limiter = try limiter(capacity: 10)
    let error = await #expect(throws: OversizedRequest.self) {
      try await limiter.reserve(weight: 11, for: "binance", latest: nil)
    }
    #expect(
      error?.description
        == "binance: a request of 11 weight never fits `weight`, which gives at most 10 of 10 weight per 1 min; ask for less at once")
  }

  @Test func `is silent during a pause that came while somebody slept, and across a restart`() async throws {
    let limiter = try limiter(capacity: 1)
    _ = try await limiter.reserve(weight: 1, for: "binance", latest: nil)
    var sleeps = time.sleeps.makeAsyncIterator()
    let waiting = Task { try await limiter.reserve(weight: 1, for: "binance", latest: nil) }
    #expect(await sleeps.next() == noon + .minutes(1))
    try await limiter.pause("binance", until: noon + .minutes(5), reason: "banned by the provider (HTTP 418)")
    let restarted = try self.limiter(capacity: 1)
    await #expect(
      throws: LimiterRefusal(provider: "binance", reason: "banned by the provider (HTTP 418)", availableAt: noon + .minutes(5))
    ) {
      try await restarted.reserve(weight: 1, for: "binance", latest: noon + .minutes(4))
    }
    time.move(to: noon + .minutes(1))
    #expect(await sleeps.next() == noon + .minutes(5))
    time.move(to: noon + .minutes(5))
    #expect(try await waiting.value.instant == noon + .minutes(5))
  }

  @Test func `forgets who was cancelled, first in line or behind`() async throws {
    let limiter = try limiter(capacity: 1)
    _ = try await limiter.reserve(weight: 1, for: "binance", latest: nil)
    var sleeps = time.sleeps.makeAsyncIterator()
    let tasks = (0..<3).map { _ in Task { try await limiter.reserve(weight: 1, for: "binance", latest: nil) } }
    _ = await sleeps.next()
    for task in tasks.dropLast() { task.cancel() }
    time.move(to: noon + .minutes(1))
    #expect(try await tasks[2].value.weight == 1)
    for task in tasks.dropLast() {
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(try await limiter.standing(of: "binance").limits.map(\.used) == [1])
  }

  @Test func `raises its count to what the provider says, for the limit that is reported`() async throws {
    let limits = [
      try RateLimit(name: "requests", capacity: 50, unit: .requests, window: .fixed(.minutes(5))),
      try RateLimit(name: "weight", capacity: 100, unit: .weight, window: .fixed(.minutes(1))),
    ]
    let limiter = StoredRequestLimiter(limits: ["binance": limits], store: store, time: time)
    let reservation = try await limiter.reserve(weight: 2, for: "binance", latest: nil)
    try await limiter.settle(reservation, serverUsage: 90, host: .well)
    try await limiter.settle(reservation, serverUsage: 3, host: .well)
    try await limiter.settle(reservation, serverUsage: nil, host: .well)
    #expect(try await limiter.standing(of: "binance").limits.map(\.used) == [1, 90])
    limiter.replaceLimits(of: "binance", with: [try limits[1].with(capacity: 91)])
    #expect(try await limiter.standing(of: "binance").limits.map(\.remaining) == [1])
  }

  @Test func `lets the next one go as soon as one in flight has ended`() async throws {
    let limit = try RateLimit(name: "flight", capacity: 1, unit: .requests, window: .inFlight(lease: .minutes(5)))
    let limiter = StoredRequestLimiter(limits: ["slow": [limit]], store: store, time: time)
    let reservation = try await limiter.reserve(weight: 1, for: "slow", latest: nil)
    var sleeps = time.sleeps.makeAsyncIterator()
    let waiting = Task { try await limiter.reserve(weight: 1, for: "slow", latest: nil) }
    #expect(await sleeps.next() == noon + .seconds(1))
    // A sleep begins a moment before the line knows of it; settling again finds it there, and gives nothing back twice.
    try await limiter.settle(reservation, serverUsage: nil, host: .well)
    time.move(to: noon + .seconds(1))
    #expect(try await waiting.value.provider == "slow")
  }

  @Test func `leaves a host alone that does not answer, and lets one request try it`() async throws {
    let limiter = try limiter(capacity: 100)
    for _ in 0..<CircuitBreaker.failuresMax {
      let reservation = try await limiter.reserve(weight: 1, for: "binance", latest: nil)
      try await limiter.settle(reservation, serverUsage: nil, host: .ailing)
    }
    let refusal = LimiterRefusal(
      provider: "binance", reason: "8 requests in a row had no answer", availableAt: noon + .seconds(30), cause: .breaker)
    // Nobody sleeps for it, however much time there is.
    await #expect(throws: refusal) { try await limiter.reserve(weight: 1, for: "binance", latest: noon + .days(1)) }
    time.move(to: noon + .seconds(30))
    let trial = try await limiter.reserve(weight: 1, for: "binance", latest: nil)
    await #expect(throws: LimiterRefusal.self) { try await limiter.reserve(weight: 1, for: "binance", latest: nil) }
    try await limiter.settle(trial, serverUsage: nil, host: .well)
    #expect(try await limiter.reserve(weight: 1, for: "binance", latest: nil).instant == noon + .seconds(30))
  }

  @Test func `never gives more than the minute holds to a thousand tasks of two processes`() async throws {
    let limiters = try [limiter(capacity: 300), limiter(capacity: 300)]
    let time = time
    let clock = Task {
      for await end in time.sleeps { time.move(to: end) }
    }
    defer { clock.cancel() }
    let instants = try await withThrowingTaskGroup { group in
      for number in 0..<1000 {
        group.addTask { try await limiters[number % 2].reserve(weight: 1, for: "binance", latest: nil).instant }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(instants.count == 1000)
    #expect(Dictionary(grouping: instants) { $0.floored(to: .minutes(1)) }.values.allSatisfy { $0.count <= 300 })
    #expect(Set(instants.map { $0.floored(to: .minutes(1)) }).count == 4)
  }

  private func limiter(capacity: Int) throws -> StoredRequestLimiter {
    let limit = try RateLimit(name: "weight", capacity: capacity, unit: .weight, window: .fixed(.minutes(1)))
    return StoredRequestLimiter(limits: ["binance": [limit]], store: store, time: time)
  }

  /// Returns when so many stand behind the first in line.
  private func untilWaiting(_ count: Int, _ limiter: StoredRequestLimiter) async throws {
    while limiter.waitingCount(for: "binance") < count { await Task.yield() }
  }
}

private let noon = Instant(milliseconds: 1_768_478_400_000)
