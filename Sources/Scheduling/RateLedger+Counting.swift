/// How the counters are read and moved.
extension RateLedger {
  /// What counts against a limit at a moment.
  func used(of limit: RateLimit, at now: Instant) -> Int {
    counters(of: limit, at: now).flatMap { $0.parts(in: limit.window) }.filter { $0.release > now }.reduce(0) { $0 + $1.used }
  }

  func counters(of limit: RateLimit, at now: Instant) -> [RateCounter] {
    counters.filter { $0.limit == limit.name && $0.counts(in: limit.window, at: now) }
  }

  /// Why a limit has no room at `now`, and when it will have: slots are given back oldest first until the request fits.
  func obstacle(in limit: RateLimit, cost: Int, at now: Instant) -> RatePause? {
    var excess = used(of: limit, at: now) - (limit.usable - cost)
    guard excess > 0 else { return nil }
    // What is pending may be answered at once, and is then given back a window later: no use to ask earlier.
    let slot = limit.window.slot(at: now).upperBound
    let parts = counters(of: limit, at: now).flatMap { counter in
      let soonest = limit.window.release(ofSlotEndingAt: max(counter.end, slot))
      return counter.parts(in: limit.window).filter { $0.release > now }
        .map { (instant: $0.isPending ? min($0.release, soonest) : $0.release, used: $0.used) }
    }
    for part in parts.sorted(by: { $0.instant < $1.instant }) {
      excess -= part.used
      if excess <= 0 { return RatePause(end: limit.askAgain(at: now, atTheLatest: part.instant), reason: "\(limit)") }
    }
    preconditionFailure("all that is used is given back one day")
  }

  func pauseObstacle(at now: Instant) -> [RatePause] {
    pause.map { $0.end > now ? [$0] : [] } ?? []
  }

  /// - Parameter pendingUntil: until when it may yet reach the provider; nil when it has.
  mutating func count(_ cost: Int, in limit: RateLimit, at instant: Instant, pendingUntil: Instant? = nil) {
    guard cost > 0 else { return }
    let slot = limit.window.slot(at: instant)
    let index = index(of: limit, slot: slot) ?? counters.endIndex
    if index == counters.endIndex {
      counters.append(RateCounter(limit: limit.name, start: slot.lowerBound, end: slot.upperBound, used: 0))
    }
    counters[index].used += cost
    if let pendingUntil, !limit.window.isOfFlight {
      counters[index].pending += cost
      counters[index].pendingUntil = max(counters[index].pendingUntil, pendingUntil)
    }
  }

  mutating func giveBack(_ cost: Int, in limit: RateLimit, from reserved: Instant) {
    guard let index = index(of: limit, slot: limit.window.slot(at: reserved)) else { return }
    counters[index].used -= cost
    if counters[index].used <= 0 { counters.remove(at: index) }
  }

  /// What was pending since `reserved` has reached the provider, at the latest now: from now on it counts in the slot of now.
  mutating func arrive(_ cost: Int, in limit: RateLimit, from reserved: Instant, at now: Instant) {
    guard let index = index(of: limit, slot: limit.window.slot(at: reserved)), counters[index].pending > 0 else { return }
    let moved = min(cost, counters[index].pending)
    counters[index].pending -= moved
    if counters[index].pending == 0 { counters[index].pendingUntil = counters[index].end }
    guard limit.window.slot(at: now).lowerBound > counters[index].start else { return }
    counters[index].used -= moved
    if counters[index].used <= 0 { counters.remove(at: index) }
    count(moved, in: limit, at: now)
  }

  mutating func raise(_ limit: RateLimit, to usage: Int, reservedAt reserved: Instant, at now: Instant) {
    guard let begun = limit.beginOfReport(at: now), reserved >= begun, reserved <= now else { return }
    let known: Int
    if case .rolling = limit.window {
      // The provider speaks of its window on the clock; what we know of that one is compared, not the rest of ours.
      known = counters(of: limit, at: now).filter { $0.start >= begun }.reduce(0) { $0 + $1.used }
    } else {
      known = used(of: limit, at: now)
    }
    let missing = min(usage, RateCounter.usedMax) - known
    if missing > 0 { count(missing, in: limit, at: now) }
  }

  /// Takes a clock that was set back far for what it says: what was counted after `now` was counted before, nobody knows when; so it counts
  /// as if it had been now, and is never given back too early.
  mutating func believe(_ now: Instant, under limits: [RateLimit]) {
    breaker.believe(now)
    if let pause, let since = pause.since, since > now + .minutes(1) {
      self.pause = RatePause(end: now + (pause.end - since), reason: pause.reason, since: now)
    }
    for limit in limits {
      let late = counters.filter { $0.limit == limit.name && $0.start > now + limit.window.believableLead }
      guard !late.isEmpty else { continue }
      counters.removeAll { $0.limit == limit.name && $0.start > now + limit.window.believableLead }
      for counter in late {
        let lease = counter.pendingUntil - counter.end
        count(counter.used - counter.pending, in: limit, at: now)
        count(counter.pending, in: limit, at: now, pendingUntil: limit.window.slot(at: now).upperBound + max(lease, .zero))
      }
    }
  }

  private func index(of limit: RateLimit, slot: Range<Instant>) -> Int? {
    counters.firstIndex { $0.limit == limit.name && $0.start == slot.lowerBound && $0.end == slot.upperBound }
  }
}

extension RateLimit {
  /// Requests in flight may end long before their lease, so it is worth asking again each second.
  fileprivate func askAgain(at now: Instant, atTheLatest release: Instant) -> Instant {
    window.isOfFlight ? min(release, now + .seconds(1)) : release
  }

  /// When the window began that a provider speaks of at `now`; nil for what no provider reports.
  fileprivate func beginOfReport(at now: Instant) -> Instant? {
    switch window {
    case .fixed(let length), .rolling(let length): now.floored(to: length)
    case .daily: window.slot(at: now).lowerBound
    case .inFlight: nil
    }
  }
}

extension RateLimit.Window {
  var isOfFlight: Bool {
    if case .inFlight = self { true } else { false }
  }
}

extension RateCounter {
  /// What is given back when: that which has arrived, and that which may yet arrive.
  func parts(in window: RateLimit.Window) -> [(release: Instant, used: Int, isPending: Bool)] {
    let arrived = (release: window.release(ofSlotEndingAt: end), used: used - pending, isPending: false)
    guard pending > 0 else { return [arrived] }
    return [arrived, (release: window.release(ofSlotEndingAt: max(end, pendingUntil)), used: pending, isPending: true)]
  }

  /// When all of it has been given back.
  func lastRelease(in window: RateLimit.Window) -> Instant {
    window.release(ofSlotEndingAt: pending > 0 ? max(end, pendingUntil) : end)
  }

  /// Whether a window at `now` still holds something of this slot.
  func counts(in window: RateLimit.Window, at now: Instant) -> Bool {
    lastRelease(in: window) > now && start <= now + window.believableLead
  }
}
