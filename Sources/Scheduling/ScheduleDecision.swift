/// What became of an instant of a schedule, or of a stretch of them that have one fate.
public struct ScheduleDecision: Sendable, Hashable {
  /// When the schedule says that the job is due: the first instant of a stretch.
  public var instant: Instant
  /// The last instant of a stretch; the same as `instant` for a single one.
  public var through: Instant
  /// How many instants of the schedule it stands for; at least 1.
  public var count: Int
  public var verdict: Verdict
  /// Why it was skipped, or why it ran late; nil for a run on time.
  public var reason: String?

  public enum Verdict: String, Sendable, CaseIterable {
    /// Started on time.
    case ran
    /// Started late.
    case caughtUp = "caught up"
    case skipped
  }

  public init(_ instant: Instant, through: Instant? = nil, count: Int = 1, _ verdict: Verdict, reason: String? = nil) {
    (self.instant, self.through, self.count) = (instant, through ?? instant, count)
    (self.verdict, self.reason) = (verdict, reason)
  }

  /// Whether it stands for an instant of the schedule.
  public func covers(_ other: Instant) -> Bool { instant <= other && other <= through }
}
