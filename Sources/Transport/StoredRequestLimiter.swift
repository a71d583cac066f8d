public import Scheduling

/// Lets requests go within stored limits: what was counted survives a crash and is shared by every process with the same store.
///
/// First come, first served for each provider: who asks while another waits stands in line behind it. Waiting is one sleep until the
/// moment the ledger names; nobody polls.
public final class StoredRequestLimiter: RequestLimiter {
  private let store: any RateLedgerStore
  private let time: any TimeSource
  private let limits: LimitTable
  private let leases: [String: Duration]
  private let lines = WaitingLines()

  /// - Parameters:
  ///   - limits: by provider, each limit with a name of its own. A provider without limits obeys only its pauses, its breaker, and what it
  ///     announces.
  ///   - leases: by provider, the longest that a request can be on its way; none: it arrives at once.
  public init(
    limits: [String: [RateLimit]], leases: [String: Duration] = [:], store: any RateLedgerStore, time: any TimeSource
  ) {
    (self.limits, self.leases, self.store, self.time) = (LimitTable(limits), leases, store, time)
  }

  /// - Throws: ``LimiterRefusal`` when the wait would pass `latest`, and at once when the host does not answer; ``OversizedRequest`` when no wait would help; `CancellationError`;
  ///   what the store throws.
  public func reserve(weight: Int, for provider: String, latest: Instant?) async throws -> RateReservation {
    try await lines.enter(provider, latest: latest)
    defer { lines.leave(provider) }
    while true {
      let (time, limits, lease) = (time, limits[provider], leases[provider] ?? .zero)
      // The clock is read inside the transaction: while it waited its turn, a window may have ended.
      let (now, decision) = try await store.update(provider) { ledger in
        let now = time.now()
        return (now, ledger.reserve(weight: weight, at: now, under: limits, lease: lease))
      }
      switch decision {
      case .granted:
        return RateReservation(provider: provider, weight: weight, instant: now)
      case .impossible(let limit, let cost):
        throw OversizedRequest(provider: provider, limit: limit, cost: cost)
      case .shut(let until, let reason):
        throw LimiterRefusal(provider: provider, reason: reason, availableAt: until, cause: .breaker)
      case .wait(let until, let reason):
        if let latest, until > latest { throw LimiterRefusal(provider: provider, reason: reason, availableAt: until) }
        try await sleep(until: until, reason: reason, provider)
      }
    }
  }

  /// The usage is taken to speak of the limits that are marked as reported, else of the first one counted by weight.
  public func settle(_ reservation: RateReservation, serverUsage: Int?, host: HostHealth) async throws {
    let limits = limits[reservation.provider]
    let marked = limits.filter(\.isReported)
    let reported = marked.isEmpty ? Array(limits.filter { $0.unit == .weight }.prefix(1)) : marked
    let usage = serverUsage.map { usage in Dictionary(reported.map { ($0.name, usage) }) { first, _ in first } } ?? [:]
    let time = time
    try await store.update(reservation.provider) {
      $0.settle(
        weight: reservation.weight, reservedAt: reservation.instant, at: time.now(), serverUsage: usage, host: host, under: limits)
    }
    if limits.contains(where: \.countsFlight) { lines.wakeFirst(reservation.provider) }
  }

  /// Wakes nobody: who sleeps asks again at its own time and is told of the pause then.
  public func pause(_ provider: String, until end: Instant, reason: String) async throws {
    let time = time
    try await store.update(provider) { $0.pause(until: end, reason: reason, at: time.now()) }
  }

  /// Other limits from now on: the provider has announced its limits of the day. What was counted stays counted by name of limit.
  public func replaceLimits(of provider: String, with limits: [RateLimit]) {
    self.limits[provider] = limits
  }

  /// Where a provider's limits stand now, and until when it is silent.
  public func standing(of provider: String) async throws -> (limits: [LimitStanding], pause: RatePause?) {
    let (time, limits) = (time, limits[provider])
    return try await store.update(provider) { ledger in
      let now = time.now()
      ledger.prune(at: now, under: limits)
      return (ledger.standing(at: now, under: limits), ledger.pause)
    }
  }

  /// How many stand in line behind the one whose turn it is.
  public func waitingCount(for provider: String) -> Int { lines.waitingCount(provider) }

  /// Sleeps as the first in line. Those behind wait at least as long, so whoever cannot is told at once.
  private func sleep(until end: Instant, reason: String, _ provider: String) async throws {
    let time = time
    let sleeper = Task { try await time.sleep(until: end) }
    lines.sleeps(provider, until: end, reason: reason, sleeper)
    let outcome = await withTaskCancellationHandler {
      await sleeper.result
    } onCancel: {
      sleeper.cancel()
    }
    lines.wakes(provider)
    try Task.checkCancellation()
    // Cancelled without us: somebody wants the first in line to ask again.
    guard case .failure(let error) = outcome, !(error is CancellationError) else { return }
    throw error
  }
}

/// A request that costs more than a limit ever gives at once: waiting would be for ever.
public struct OversizedRequest: Error, Sendable, Hashable {
  public let provider: String
  public let limit: RateLimit
  /// In the limit's unit.
  public let cost: Int

  public init(provider: String, limit: RateLimit, cost: Int) {
    (self.provider, self.limit, self.cost) = (provider, limit, cost)
  }
}

extension OversizedRequest: CustomStringConvertible {
  public var description: String {
    "\(provider): a request of \(cost) \(limit.unit.rawValue) never fits `\(limit.name)`, which gives at most \(limit.usable) of "
      + "\(limit); ask for less at once"
  }
}

extension RateLimit {
  fileprivate var countsFlight: Bool {
    if case .inFlight = window { true } else { false }
  }
}
