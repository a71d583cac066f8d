import Scheduling

/// Alpha Vantage's limits as a value: one request a second, and so many a day of New York.
struct AlphaVantageLimits: Sendable {
  enum Verdict: Equatable, Sendable {
    case granted
    case tooFast
    case dayUsedUp
  }

  let requestsPerDay: Int
  let spacing: Duration
  private var last: Instant?
  private var used: [CivilDate: Int]

  /// - Parameter used: requests that were answered before, by New York's day.
  init(requestsPerDay: Int, spacing: Duration, used: [CivilDate: Int] = [:]) {
    (self.requestsPerDay, self.spacing, self.used) = (requestsPerDay, spacing, used)
  }

  /// Takes one request and says what becomes of it; a refused one does not count.
  mutating func admit(at now: Instant) -> Verdict {
    let day = NewYork.date(at: now)
    guard used[day, default: 0] < requestsPerDay else { return .dayUsedUp }
    if let last, now >= last, now - last < spacing { return .tooFast }
    last = now
    used[day, default: 0] += 1
    return .granted
  }
}
