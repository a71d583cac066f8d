/// Keeps requests from a host that does not answer: closed while all goes well, open for a while after too many failures in a row, then
/// half open: one request tries the host, and its end decides.
///
/// A value: it never reads a clock. A refusal for a limit is no failure of the host; it answered.
///
/// Source: Michael Nygard, "Release It!", 2nd edition, 2018, "Circuit Breaker".
public struct CircuitBreaker: Sendable, Hashable {
  /// So many failures in a row open it.
  public static let failuresMax = 8
  /// Failures that lie further apart than this are not in a row.
  public static let memory: Duration = .minutes(2)
  /// How long it stays open the first time; it doubles with each trial that fails.
  public static let pauseMin: Duration = .seconds(30)
  public static let pauseMax: Duration = .minutes(5)
  /// A trial whose end is not known is asked about again so soon.
  private static let trialPatience: Duration = .seconds(5)

  /// In a row, since the last success; `0...failuresMax`.
  public private(set) var failures: Int
  public private(set) var lastFailure: Instant?
  /// How often it has opened since the last success.
  public private(set) var trips: Int
  /// nil while it is closed.
  public private(set) var openUntil: Instant?
  /// A request tries the host; after this it is taken for lost.
  public private(set) var trialUntil: Instant?

  public init(
    failures: Int = 0, lastFailure: Instant? = nil, trips: Int = 0, openUntil: Instant? = nil, trialUntil: Instant? = nil
  ) {
    (self.failures, self.lastFailure, self.trips) = (failures, lastFailure, trips)
    (self.openUntil, self.trialUntil) = (openUntil, trialUntil)
  }

  public enum State: Sendable, Hashable {
    case closed
    case open(until: Instant)
    case halfOpen
  }

  public func state(at now: Instant) -> State {
    guard let openUntil else { return .closed }
    return now < openUntil ? .open(until: openUntil) : .halfOpen
  }

  /// When to ask again; nil when a request may go now.
  public func obstacle(at now: Instant) -> Instant? {
    switch state(at: now) {
    case .closed: nil
    case .open(let end): end
    case .halfOpen: trialUntil.flatMap { $0 > now ? min($0, now + CircuitBreaker.trialPatience) : nil }
    }
  }

  /// A request goes: the one that tries the host when it is half open.
  /// - Parameter lease: after which a request without an end is taken for lost.
  public mutating func begin(at now: Instant, lease: Duration) {
    if state(at: now) == .halfOpen { trialUntil = now + max(lease, .seconds(1)) }
  }

  /// A request has ended.
  public mutating func record(_ health: HostHealth, at now: Instant) {
    switch health {
    case .well: self = CircuitBreaker()
    case .unknown: trialUntil = nil
    case .ailing: fail(at: now)
    }
  }

  /// No moment lies further ahead than it can have been written: the clock may have been set back.
  mutating func believe(_ now: Instant) {
    openUntil = openUntil.map { min($0, now + CircuitBreaker.pauseMax) }
    lastFailure = lastFailure.map { min($0, now) }
  }

  private mutating func fail(at now: Instant) {
    switch state(at: now) {
    case .open: return  // It began before the breaker opened.
    case .halfOpen: open(at: now)
    case .closed:
      if let lastFailure, now - lastFailure > CircuitBreaker.memory { failures = 0 }
      failures += 1
      lastFailure = now
      if failures >= CircuitBreaker.failuresMax { open(at: now) }
    }
  }

  private mutating func open(at now: Instant) {
    var pause = CircuitBreaker.pauseMin
    for _ in 0..<min(trips, 16) where pause < CircuitBreaker.pauseMax { pause = min(pause * 2, CircuitBreaker.pauseMax) }
    (trips, lastFailure, openUntil, trialUntil) = (trips + 1, now, now + pause, nil)
  }
}

/// What the end of a request says about its host.
public enum HostHealth: Sendable, Hashable {
  /// It answered, whatever it said.
  case well
  /// No complete answer came, or one that says that it is in trouble (HTTP 5xx).
  case ailing
  /// Nothing: the request was called off, or failed for a reason of ours.
  case unknown
}
