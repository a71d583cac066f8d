public import Scheduling

/// Lets requests go within a provider's limits. Every request is reserved before it is sent, so that a crash never loses count.
public protocol RequestLimiter: Sendable {
  /// Waits until a request of this weight may go, and counts it.
  ///
  /// - Parameters:
  ///   - weight: what the request costs in the provider's own unit; at least 1.
  ///   - provider: its name in providers.yaml.
  ///   - latest: the request is pointless after this; a longer wait is refused at once instead of slept.
  /// - Throws: ``LimiterRefusal`` when the wait would be longer; `CancellationError`.
  func reserve(weight: Int, for provider: String, latest: Instant?) async throws -> RateReservation

  /// Ends a reservation: the request was answered, or its end is unknown.
  ///
  /// - Parameters:
  ///   - serverUsage: the weight that the provider says was used in its window; it may only raise our own count.
  ///   - host: what the end says about the host; one that does not answer is left alone for a while.
  func settle(_ reservation: RateReservation, serverUsage: Int?, host: HostHealth) async throws

  /// Silence towards a provider until `end`: after a 429, a ban, or a spent quota. Stored, so that later runs obey it too.
  /// An end that lies before one already stored changes nothing.
  func pause(_ provider: String, until end: Instant, reason: String) async throws
}

/// A request that was counted and may go.
public struct RateReservation: Sendable, Hashable {
  public let provider: String
  public let weight: Int
  /// When it was counted.
  public let instant: Instant

  public init(provider: String, weight: Int, instant: Instant) {
    (self.provider, self.weight, self.instant) = (provider, weight, instant)
  }
}

/// The limits do not let the request go in time.
public struct LimiterRefusal: Error, Sendable, Hashable {
  public let provider: String
  /// Which limit or pause: `25 requests a day`, `banned by the provider (HTTP 418)`.
  public let reason: String
  /// When a request may go again.
  public let availableAt: Instant
  public let cause: Cause

  public enum Cause: Sendable, Hashable {
    /// What the provider allows is used up, or it asked for silence.
    case limit
    /// Its host does not answer; sooner or later it will.
    case breaker
  }

  public init(provider: String, reason: String, availableAt: Instant, cause: Cause = .limit) {
    (self.provider, self.reason, self.availableAt, self.cause) = (provider, reason, availableAt, cause)
  }
}
