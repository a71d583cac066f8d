/// What one provider's limits have given out: a few counters, and what keeps it silent. A value, so that a test can build any moment.
///
/// Every question is answered for a moment and for the limits that hold at that moment, so a limit may be raised or lowered at any
/// time. The ledger never reads a clock. Counting errs on the safe side only: a slot that has partly expired counts whole, and a request
/// counts from its reservation until a window after its answer, since the provider counts it somewhere in between.
public struct RateLedger: Sendable, Hashable {
  /// What was counted, by limit and slot; the order has no meaning.
  public internal(set) var counters: [RateCounter]
  /// Silence until its end, whatever the counters say.
  public internal(set) var pause: RatePause?
  /// What the provider has announced; it makes every limit asked about stricter.
  public var announced: [AnnouncedLimit]
  public internal(set) var breaker: CircuitBreaker

  /// A ledger from stored rows; no rows, nothing used.
  public init(
    counters: [RateCounter] = [], pause: RatePause? = nil, announced: [AnnouncedLimit] = [], breaker: CircuitBreaker = CircuitBreaker()
  ) {
    (self.counters, self.pause, self.announced, self.breaker) = (counters, pause, announced, breaker)
  }

  /// Counts a request if every limit has room for it at `now`; otherwise changes nothing that matters.
  ///
  /// - Parameters:
  ///   - weight: at least 1.
  ///   - lease: the longest that the request can be on its way; one that is never settled counts as if it had taken that long.
  /// - Complexity: O(limits × counters), a handful of limits with at most ``RateLimit/Window/partsPerRollingWindow`` counters each.
  public mutating func reserve(weight: Int, at now: Instant, under limits: [RateLimit], lease: Duration = .zero) -> RateDecision {
    precondition(weight >= 1, "a request weighs at least 1")
    let limits = limits.narrowed(by: announced)
    if let limit = limits.first(where: { $0.cost(ofWeight: weight) > $0.usable }) {
      return .impossible(limit: limit, cost: limit.cost(ofWeight: weight))
    }
    believe(now, under: limits)
    prune(at: now, under: limits)
    if let end = breaker.obstacle(at: now) {
      return .shut(until: end, reason: "\(breaker.failures) requests in a row had no answer")
    }
    let obstacles = limits.compactMap { obstacle(in: $0, cost: $0.cost(ofWeight: weight), at: now) } + pauseObstacle(at: now)
    if let latest = obstacles.max(by: { $0.end < $1.end }) {
      return .wait(until: latest.end, reason: latest.reason)
    }
    for limit in limits { count(limit.cost(ofWeight: weight), in: limit, at: now, pendingUntil: now + lease) }
    breaker.begin(at: now, lease: lease)
    return .granted
  }

  /// Ends a request: what was in flight no longer is, and what the provider counted beyond our own count is counted here too.
  ///
  /// - Parameters:
  ///   - reserved: when the request was counted.
  ///   - serverUsage: by name of limit, what the provider says was used of it. It only ever raises our count. It speaks of the
  ///     window in which the request was counted; when that has passed, it says nothing about the present one.
  public mutating func settle(
    weight: Int, reservedAt reserved: Instant, at now: Instant, serverUsage: [String: Int] = [:], host: HostHealth = .unknown,
    under limits: [RateLimit]
  ) {
    let limits = limits.narrowed(by: announced)
    believe(now, under: limits)
    for limit in limits {
      let cost = limit.cost(ofWeight: weight)
      if case .inFlight = limit.window {
        giveBack(cost, in: limit, from: reserved)
      } else {
        arrive(cost, in: limit, from: reserved, at: now)
      }
      if let usage = serverUsage[limit.name] { raise(limit, to: usage, reservedAt: reserved, at: now) }
    }
    breaker.record(host, at: now)
  }

  /// Silence until `end`. An end that is not after the one already known changes nothing.
  /// - Parameter now: when it was heard of; nil when that does not matter.
  public mutating func pause(until end: Instant, reason: String, at now: Instant? = nil) {
    guard end > pause?.end ?? Instant(milliseconds: .min) else { return }
    pause = RatePause(end: end, reason: reason, since: now)
  }

  /// Forgets a pause that has ended, slots that were given back a whole window ago (the clock may yet be set back a little), and slots
  /// of limits that are not among `limits` once they are older than any window can be.
  public mutating func prune(at now: Instant, under limits: [RateLimit] = []) {
    if let end = pause?.end, end <= now { pause = nil }
    counters.removeAll { counter in
      guard let limit = limits.first(where: { $0.name == counter.limit }) else {
        return max(counter.end, counter.pendingUntil) + .days(RateLimit.Window.daysMax) <= now
      }
      return counter.lastRelease(in: limit.window) + limit.window.believableLead <= now
    }
  }

  /// Forgets what was counted and said after `now`, for a clock that is set on purpose: the sandbox's begins anew with each run.
  public mutating func forget(after now: Instant) {
    counters.removeAll { $0.start > now }
    if let since = pause?.since, since > now { pause = nil }
    breaker = CircuitBreaker()
  }

  /// Where each limit stands, in the order given, then those that were announced and are not among them.
  public func standing(at now: Instant, under limits: [RateLimit]) -> [LimitStanding] {
    limits.narrowed(by: announced).map { limit in
      let releases = counters(of: limit, at: now).map { $0.lastRelease(in: limit.window) }
      return LimitStanding(limit: limit, used: used(of: limit, at: now), resetsAt: releases.max() ?? now)
    }
  }

  /// When a request of this weight may go, if nobody asks in between.
  /// - Returns: nil when it never fits.
  public func nextStart(ofWeight weight: Int, at now: Instant, under limits: [RateLimit]) -> Instant? {
    var (ledger, moment) = (self, now)
    // Each wait ends with something given back, so there are no more of them than counters; requests in flight are asked about each second.
    for _ in 0..<10_000 {
      switch ledger.reserve(weight: weight, at: moment, under: limits) {
      case .granted: return moment
      case .wait(let until, _), .shut(let until, _): moment = until
      case .impossible: return nil
      }
    }
    return moment
  }
}
