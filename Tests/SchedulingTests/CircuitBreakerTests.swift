import Scheduling
import Testing

@Suite struct `A circuit breaker` {
  @Test func `opens after eight failures in a row, and one success forgets them all`() {
    var breaker = CircuitBreaker()
    fail(&breaker, 7, at: 0)
    breaker.record(.well, at: second(1))
    #expect(breaker == CircuitBreaker())
    fail(&breaker, 7, at: 2)
    #expect(breaker.state(at: second(2)) == .closed)
    fail(&breaker, 1, at: 3)
    #expect(breaker.state(at: second(3)) == .open(until: second(33)))
    #expect(breaker.obstacle(at: second(32)) == second(33))
  }

  @Test func `takes failures minutes apart for bad luck`() {
    var breaker = CircuitBreaker()
    for number in 0..<50 { fail(&breaker, 1, at: number * 121) }
    #expect(breaker.state(at: second(50 * 121)) == .closed)
  }

  @Test func `lets one request try the host when its time has passed`() {
    var breaker = opened()
    #expect(breaker.state(at: second(30)) == .halfOpen)
    #expect(breaker.obstacle(at: second(30)) == nil)
    breaker.begin(at: second(30), lease: .seconds(60))
    #expect(breaker.obstacle(at: second(31)) == second(36))
    breaker.record(.well, at: second(32))
    #expect(breaker == CircuitBreaker())
  }

  @Test func `stays open for twice as long after each trial that fails, up to five minutes`() {
    var (breaker, now, pauses) = (opened(), 30, [Int64]())
    for _ in 0..<6 {
      breaker.begin(at: second(now), lease: .seconds(10))
      breaker.record(.ailing, at: second(now + 1))
      let until = breaker.openUntil!
      pauses.append((until - second(now + 1)).milliseconds / 1000)
      now = Int(until.milliseconds / 1000)
    }
    #expect(pauses == [60, 120, 240, 300, 300, 300])
  }

  @Test func `is not opened longer by those who were on their way when it opened`() {
    var breaker = opened()
    fail(&breaker, 20, at: 5)
    #expect(breaker.state(at: second(6)) == .open(until: second(30)))
    #expect(breaker.trips == 1)
  }

  @Test func `waits for a trial that was lost no longer than its lease, and for one that was called off not at all`() {
    var breaker = opened()
    breaker.begin(at: second(30), lease: .seconds(60))
    #expect(breaker.obstacle(at: second(89)) == second(90))
    #expect(breaker.obstacle(at: second(90)) == nil)
    breaker.record(.unknown, at: second(40))
    #expect(breaker.obstacle(at: second(40)) == nil)
  }

  @Test func `is not shut for ever by a clock that was set back`() {
    var ledger = RateLedger(breaker: CircuitBreaker(failures: 8, lastFailure: second(900_000), trips: 1, openUntil: second(900_030)))
    #expect(ledger.reserve(weight: 1, at: second(0), under: []) == .shut(until: second(300), reason: "8 requests in a row had no answer"))
    #expect(ledger.reserve(weight: 1, at: second(300), under: []) == .granted)
  }

  private func opened() -> CircuitBreaker {
    var breaker = CircuitBreaker()
    fail(&breaker, CircuitBreaker.failuresMax, at: 0)
    return breaker
  }

  private func fail(_ breaker: inout CircuitBreaker, _ count: Int, at seconds: Int) {
    for _ in 0..<count { breaker.record(.ailing, at: second(seconds)) }
  }
}

private func second(_ number: Int) -> Instant { Instant(milliseconds: Int64(number) * 1000) }
