import Scheduling

/// Binance's limits as a value: weight by the minute, requests by five minutes, and what becomes of those who do not listen.
struct BinanceLimits: Sendable {
  /// What is allowed; exchangeInfo states it.
  struct Allowance: Sendable, Equatable {
    var weightPerMinute = 6000
    var requestsPerFiveMinutes = 61_000
    /// How many requests within a running Retry-After are borne.
    var strikes = 5
  }

  enum Verdict: Equatable, Sendable {
    case granted
    /// 429, with the seconds to wait.
    case slowDown(retryAfter: Int)
    /// 418, with the end of the ban.
    case banned(until: Instant, retryAfter: Int)
  }

  let allowance: Allowance
  /// The weight used in the calendar minute of the last request.
  private(set) var usedWeight = 0
  private var minute = Instant(milliseconds: .min / 2)
  private var usedRequests = 0
  private var fiveMinutes = Instant(milliseconds: .min / 2)
  private var quietUntil: Instant?
  private var strikes = 0
  private var bannedUntil: Instant?
  private var bans = 0

  init(_ allowance: Allowance) { self.allowance = allowance }

  /// Takes one request and says what becomes of it.
  mutating func admit(weight: Int, at now: Instant) -> Verdict {
    turnWindows(to: now)
    if let until = bannedUntil {
      if now < until { return .banned(until: until, retryAfter: seconds(to: until, from: now)) }
      bannedUntil = nil
    }
    usedWeight += weight
    usedRequests += 1
    if let until = quietUntil {
      if now < until { return strike(until, at: now) }
      (quietUntil, strikes) = (nil, 0)
    }
    let overWeight = usedWeight > allowance.weightPerMinute
    guard overWeight || usedRequests > allowance.requestsPerFiveMinutes else { return .granted }
    let until = overWeight ? minute + .minutes(1) : fiveMinutes + .minutes(5)
    quietUntil = until
    return .slowDown(retryAfter: seconds(to: until, from: now))
  }

  private mutating func strike(_ until: Instant, at now: Instant) -> Verdict {
    strikes += 1
    guard strikes > allowance.strikes else { return .slowDown(retryAfter: seconds(to: until, from: now)) }
    let end = now + .minutes(min(2 << min(bans, 12), 3 * 24 * 60))
    (bannedUntil, quietUntil, strikes) = (end, nil, 0)
    bans += 1
    return .banned(until: end, retryAfter: seconds(to: end, from: now))
  }

  private mutating func turnWindows(to now: Instant) {
    let (thisMinute, theseFive) = (now.floored(to: .minutes(1)), now.floored(to: .minutes(5)))
    if thisMinute != minute { (minute, usedWeight) = (thisMinute, 0) }
    if theseFive != fiveMinutes { (fiveMinutes, usedRequests) = (theseFive, 0) }
  }

  /// Whole seconds, rounded up: who waits them is late enough.
  private func seconds(to end: Instant, from now: Instant) -> Int { Int(((end - now).milliseconds + 999) / 1000) }
}
