/// What was counted in one slot of one limit: one stored row.
public struct RateCounter: Sendable, Hashable {
  /// Name of the limit.
  public let limit: String
  /// The slot: from `start` up to, but not including, `end`.
  public let start: Instant
  public let end: Instant
  /// In the limit's unit, what is pending included; `0...usedMax`.
  public internal(set) var used: Int
  /// The part of ``used`` that was reserved here and whose answer has not been told: nobody knows yet when it reaches the provider, and
  /// after a crash nobody ever will. It counts as if it came as late as it can.
  public internal(set) var pending: Int
  /// By then whatever is pending has reached the provider, or never will.
  public internal(set) var pendingUntil: Instant

  /// More than any provider allows, and little enough that sums cannot overflow.
  public static let usedMax = 1 << 40

  /// - Parameters:
  ///   - used: a number outside `0...usedMax` becomes the nearest one inside.
  ///   - pending: a number outside `0...used` becomes the nearest one inside.
  ///   - pendingUntil: nil: the end of the slot.
  public init(limit: String, start: Instant, end: Instant, used: Int, pending: Int = 0, pendingUntil: Instant? = nil) {
    (self.limit, self.start, self.end) = (limit, start, end)
    self.used = min(max(used, 0), RateCounter.usedMax)
    self.pending = min(max(pending, 0), self.used)
    self.pendingUntil = pendingUntil ?? end
  }
}

/// No request before `end`.
public struct RatePause: Sendable, Hashable {
  public internal(set) var end: Instant
  /// `banned by the provider (HTTP 418)`
  public let reason: String
  /// When it was heard of; nil when that was not written down.
  public internal(set) var since: Instant?

  public init(end: Instant, reason: String, since: Instant? = nil) {
    (self.end, self.reason, self.since) = (end, reason, since)
  }
}

/// Whether a request may go.
public enum RateDecision: Sendable, Hashable {
  /// It was counted and may go.
  case granted
  /// Nothing was counted. `until` is when to ask again; asking earlier is pointless.
  case wait(until: Instant, reason: String)
  /// Nothing was counted, and waiting in line is not worth it: the host does not answer. `until` is when it is tried again.
  case shut(until: Instant, reason: String)
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
