/// What one provider's limits have given out: a few counters, and a pause. A value, so that a test can build any moment.
///
/// Every question is answered for a moment and for the limits that hold at that moment, so a limit may be raised or lowered at any
/// time. The ledger never reads a clock. Counting errs on the safe side only: a slot that has partly expired counts whole.
public struct RateLedger: Sendable, Hashable {
  /// What was counted, by limit and slot; the order has no meaning.
  public private(set) var counters: [RateCounter]
  /// Silence until its end, whatever the counters say.
  public private(set) var pause: RatePause?

  /// A ledger from stored rows; no rows, nothing used.
  public init(counters: [RateCounter] = [], pause: RatePause? = nil) {
    (self.counters, self.pause) = (counters, pause)
  }

  /// Counts a request if every limit has room for it at `now`; otherwise changes nothing.
  ///
  /// - Parameter weight: at least 1.
  /// - Complexity: O(limits × counters), both a handful.
  public mutating func reserve(weight: Int, at now: Instant, under limits: [RateLimit]) -> RateDecision {
    precondition(weight >= 1, "a request weighs at least 1")
    if let limit = limits.first(where: { $0.cost(ofWeight: weight) > $0.usable }) {
      return .impossible(limit: limit, cost: limit.cost(ofWeight: weight))
    }
    prune(at: now, under: limits)
    let obstacles = limits.compactMap { obstacle(in: $0, cost: $0.cost(ofWeight: weight), at: now) } + pauseObstacle(at: now)
    if let latest = obstacles.max(by: { $0.end < $1.end }) {
      return .wait(until: latest.end, reason: latest.reason)
    }
    for limit in limits { count(limit.cost(ofWeight: weight), in: limit, at: now) }
    return .granted
  }

  /// Ends a request: what was in flight no longer is, and what the provider counted beyond our own count is counted here too.
  ///
  /// - Parameters:
  ///   - reserved: when the request was counted.
  ///   - serverUsage: by name of limit, what the provider says was used of it. It only ever raises our count. It speaks of the
  ///     window in which the request was counted; when that has passed, it says nothing about the present one.
  public mutating func settle(
    weight: Int, reservedAt reserved: Instant, at now: Instant, serverUsage: [String: Int] = [:], under limits: [RateLimit]
  ) {
    for limit in limits {
      if case .inFlight = limit.window { giveBack(limit.cost(ofWeight: weight), in: limit, from: reserved) }
      if let usage = serverUsage[limit.name] { raise(limit, to: usage, reservedAt: reserved, at: now) }
    }
  }

  /// Silence until `end`. An end that is not after the one already known changes nothing.
  public mutating func pause(until end: Instant, reason: String) {
    guard end > pause?.end ?? Instant(milliseconds: .min) else { return }
    pause = RatePause(end: end, reason: reason)
  }

  /// Forgets a pause that has ended, slots that were given back a whole window ago (the clock may yet be set back a little), and slots
  /// of limits that are not among `limits` once they are older than any window can be.
  public mutating func prune(at now: Instant, under limits: [RateLimit] = []) {
    if let end = pause?.end, end <= now { pause = nil }
    counters.removeAll { counter in
      guard let limit = limits.first(where: { $0.name == counter.limit }) else {
        return counter.end + .days(RateLimit.Window.daysMax) <= now
      }
      return limit.window.release(ofSlotEndingAt: counter.end) + limit.window.believableLead <= now
    }
  }

  /// Where each limit stands, in the order given.
  public func standing(at now: Instant, under limits: [RateLimit]) -> [LimitStanding] {
    limits.map { limit in
      let releases = counters(of: limit, at: now).map { limit.window.release(ofSlotEndingAt: $0.end) }
      return LimitStanding(limit: limit, used: used(of: limit, at: now), resetsAt: releases.max() ?? now)
    }
  }
}

extension RateLedger {
  /// What counts against a limit at a moment.
  fileprivate func used(of limit: RateLimit, at now: Instant) -> Int {
    counters(of: limit, at: now).reduce(0) { $0 + $1.used }
  }

  private func counters(of limit: RateLimit, at now: Instant) -> [RateCounter] {
    counters.filter { $0.limit == limit.name && $0.counts(in: limit.window, at: now) }
  }

  /// Why a limit has no room at `now`, and when it will have: slots are given back oldest first until the request fits.
  private func obstacle(in limit: RateLimit, cost: Int, at now: Instant) -> RatePause? {
    var excess = used(of: limit, at: now) - (limit.usable - cost)
    guard excess > 0 else { return nil }
    let releases = counters(of: limit, at: now).map { (instant: limit.window.release(ofSlotEndingAt: $0.end), used: $0.used) }
    for release in releases.sorted(by: { $0.instant < $1.instant }) {
      excess -= release.used
      if excess <= 0 { return RatePause(end: limit.askAgain(at: now, atTheLatest: release.instant), reason: "\(limit)") }
    }
    preconditionFailure("all that is used is given back one day")
  }

  private func pauseObstacle(at now: Instant) -> [RatePause] {
    pause.map { $0.end > now ? [$0] : [] } ?? []
  }

  private mutating func count(_ cost: Int, in limit: RateLimit, at instant: Instant) {
    let slot = limit.window.slot(at: instant)
    if let index = index(of: limit, slot: slot) {
      counters[index].used += cost
    } else {
      counters.append(RateCounter(limit: limit.name, start: slot.lowerBound, end: slot.upperBound, used: cost))
    }
  }

  private mutating func giveBack(_ cost: Int, in limit: RateLimit, from reserved: Instant) {
    guard let index = index(of: limit, slot: limit.window.slot(at: reserved)) else { return }
    counters[index].used -= cost
    if counters[index].used <= 0 { counters.remove(at: index) }
  }

  private mutating func raise(_ limit: RateLimit, to usage: Int, reservedAt reserved: Instant, at now: Instant) {
    if case .inFlight = limit.window { return }
    if case .rolling = limit.window {} else if limit.window.slot(at: reserved) != limit.window.slot(at: now) { return }
    let missing = min(usage, RateCounter.usedMax) - used(of: limit, at: now)
    if missing > 0 { count(missing, in: limit, at: now) }
  }

  private func index(of limit: RateLimit, slot: Range<Instant>) -> Int? {
    counters.firstIndex { $0.limit == limit.name && $0.start == slot.lowerBound && $0.end == slot.upperBound }
  }
}

extension RateLimit {
  /// Requests in flight may end long before their lease, so it is worth asking again each second.
  fileprivate func askAgain(at now: Instant, atTheLatest release: Instant) -> Instant {
    if case .inFlight = window { min(release, now + .seconds(1)) } else { release }
  }
}

extension RateCounter {
  /// Whether a window at `now` still holds something of this slot.
  fileprivate func counts(in window: RateLimit.Window, at now: Instant) -> Bool {
    window.release(ofSlotEndingAt: end) > now && start <= now + window.believableLead
  }
}
