/// What was counted in one slot of one limit: one stored row.
public struct RateCounter: Sendable, Hashable {
  /// Name of the limit.
  public let limit: String
  /// The slot: from `start` up to, but not including, `end`.
  public let start: Instant
  public let end: Instant
  /// In the limit's unit; `0...usedMax`.
  public internal(set) var used: Int

  /// More than any provider allows, and little enough that sums cannot overflow.
  public static let usedMax = 1 << 40

  /// - Parameter used: a number outside `0...usedMax` becomes the nearest one inside.
  public init(limit: String, start: Instant, end: Instant, used: Int) {
    (self.limit, self.start, self.end) = (limit, start, end)
    self.used = min(max(used, 0), RateCounter.usedMax)
  }
}

/// No request before `end`.
public struct RatePause: Sendable, Hashable {
  public let end: Instant
  /// `banned by the provider (HTTP 418)`
  public let reason: String

  public init(end: Instant, reason: String) {
    (self.end, self.reason) = (end, reason)
  }
}

/// Whether a request may go.
public enum RateDecision: Sendable, Hashable {
  /// It was counted and may go.
  case granted
  /// Nothing was counted. `until` is when to ask again; asking earlier is pointless.
  case wait(until: Instant, reason: String)
  /// Waiting does not help: the request costs more than the limit ever gives at once.
  case impossible(limit: RateLimit, cost: Int)
}

/// Where a limit stands at a moment.
public struct LimitStanding: Sendable, Hashable {
  public let limit: RateLimit
  /// In the limit's unit. It may exceed the capacity: the provider has lowered it, or other programs use it too.
  public let used: Int
  /// When all that counts now has been given back; the moment asked about when nothing counts.
  public let resetsAt: Instant

  public init(limit: RateLimit, used: Int, resetsAt: Instant) {
    (self.limit, self.used, self.resetsAt) = (limit, used, resetsAt)
  }

  /// What may still be used now, within the limit's share.
  public var remaining: Int { max(0, limit.usable - used) }
}
