/// Decides what becomes of the instants of a schedule: which are run now, and why the others are not.
///
/// Every instant gets exactly one decision, whoever starts the job: a person, cron(8), a timer or the daemon. The value knows what was
/// decided before; what it answers must be written down in its order, each run with its decision, so that a start that dies in between
/// leaves the rest to the next one.
///
/// A start on time is one within ``grace`` of the instant. When nothing was decided before, the schedule begins with its latest
/// instant: there is nothing to make up.
public struct CatchUp: Sendable {
  /// How late a start may be and still count as on time.
  public static let grace = Duration.minutes(10)
  /// How many instants get a row of their own, unless the cap is higher; the ones before them share one row.
  public static let rowsMax = 100

  public var schedule: Schedule
  public var policy: Policy
  public var start: Start
  public var history: History

  public init(schedule: Schedule, policy: Policy, start: Start, history: History) {
    (self.schedule, self.policy, self.start, self.history) = (schedule, policy, start, history)
  }

  /// What is done about missed instants.
  public struct Policy: Sendable, Hashable {
    public var mode: Mode
    /// Older instants are not made up; nil for any age.
    public var window: Duration?
    /// How many missed instants one start makes up at most; at least 1. Only the newest are.
    public var cap: Int
    /// Whether an instant that falls into a run of the same job is left out.
    public var skipsOverlaps: Bool

    public enum Mode: String, Sendable, CaseIterable {
      /// Nothing is made up.
      case none
      /// The latest instant stands for all.
      case last
      /// Each is run, the oldest first.
      case all
    }

    public init(_ mode: Mode = .last, window: Duration? = nil, cap: Int = 10, skipsOverlaps: Bool = true) {
      (self.mode, self.window, self.cap, self.skipsOverlaps) = (mode, window, max(cap, 1), skipsOverlaps)
    }
  }

  /// The start that asks.
  public struct Start: Sendable, Hashable {
    /// When it decides; instants up to here are decided.
    public var now: Instant
    /// When it began: earlier than `now` when it had to wait for another run.
    public var begun: Instant
    /// A person wants the latest instant to run, however late it is.
    public var isByPerson: Bool
    /// A timer that may also wake when nothing is due, so that its first wake-up says nothing about the schedule.
    public var isWakeUp: Bool
    /// When the machine was started, if that is known.
    public var booted: Instant?

    public init(now: Instant, begun: Instant? = nil, isByPerson: Bool = false, isWakeUp: Bool = false, booted: Instant? = nil) {
      (self.now, self.begun, self.isByPerson, self.isWakeUp, self.booted) = (now, begun ?? now, isByPerson, isWakeUp, booted)
    }
  }

  /// What is known of earlier starts.
  public struct History: Sendable, Hashable {
    /// Up to this instant everything is decided; nil when nothing ever was.
    public var mark: Instant?
    /// Instants behind the mark that are decided already, in order.
    public var decided: [ClosedRange<Instant>]
    /// The newest logical date of a run that is not in the future.
    public var lastDate: Instant?
    /// The first run for each logical date behind the mark.
    public var runs: [Instant: String]
    /// The runs that were under way behind the mark, of any job, with their true end.
    public var busy: [Busy]

    public struct Busy: Sendable, Hashable {
      public var run: String
      public var isSameJob: Bool
      public var span: ClosedRange<Instant>

      public init(run: String, isSameJob: Bool, span: ClosedRange<Instant>) {
        (self.run, self.isSameJob, self.span) = (run, isSameJob, span)
      }
    }

    public init(
      mark: Instant? = nil, decided: [ClosedRange<Instant>] = [], lastDate: Instant? = nil, runs: [Instant: String] = [:], busy: [Busy] = []
    ) {
      (self.mark, self.decided, self.lastDate, self.runs, self.busy) = (mark, decided, lastDate, runs, busy)
    }
  }

  /// What a start must do, in this order.
  public struct Step: Sendable, Hashable {
    public var decision: ScheduleDecision
    /// The run that has happened already; nil for one that is to be started, and for a skip.
    public var run: String?

    public var isToRun: Bool { decision.verdict != .skipped && run == nil }
  }
}

extension CatchUp {
  /// The latest instant that is not in the future; nil for a schedule that begins later.
  public var latest: Instant? { schedule.latest(notAfter: start.now)?.occurrence.instant }

  /// Everything that is undecided up to now, the oldest first. Empty when all is decided.
  /// - Complexity: constant in the length of the pause for a job with one line, apart from ``rowsMax``.
  public func steps() -> [Step] {
    guard let latest, latest > (history.mark ?? Instant(milliseconds: .min)) else { return [] }
    let from = beginning(latest)
    let rows = max(Self.rowsMax, policy.cap + 1)
    let happened = history.runs.keys.filter { $0 > from && $0 <= latest && isDue($0) && !isDecided($0) }
    var (found, madeUp): ([Step], Int) = ([], 0)
    for (after, through) in open(after: from, through: latest, besides: happened).reversed() {
      let newest = schedule.missed(after: after, through: through, limit: max(1, rows - found.count)).map(\.occurrence.instant)
      for instant in newest {
        found.append(step(for: instant, latest: latest, makesUp: madeUp))
        if found.last!.isToRun, found.last!.decision.verdict == .caughtUp { madeUp += 1 }
      }
      if let oldest = newest.last, let rest = stretch(after: after, before: oldest) { found.append(rest) }
    }
    found += happened.map { Step(decision: ScheduleDecision($0, .ran), run: history.runs[$0]) }
    return found.sorted { $0.decision.instant < $1.decision.instant }
  }

  private func isDue(_ instant: Instant) -> Bool { schedule.latest(notAfter: instant)?.occurrence.instant == instant }

  private func isDecided(_ instant: Instant) -> Bool { history.decided.contains { $0.contains(instant) } }

  /// Where the undecided time begins. The latest instant itself is always looked at.
  private func beginning(_ latest: Instant) -> Instant {
    let own = Instant(milliseconds: latest.milliseconds - 1)
    if let mark = history.mark { return mark }
    guard let date = history.lastDate else { return own }
    return min(own, isDue(date) ? Instant(milliseconds: date.milliseconds - 1) : date)
  }

  /// The parts of `start < instant <= end` that neither an earlier decision nor an earlier run covers, oldest first.
  private func open(after start: Instant, through end: Instant, besides runs: [Instant]) -> [(after: Instant, through: Instant)] {
    var (parts, from): ([(after: Instant, through: Instant)], Instant) = ([], start)
    let covered = (history.decided + runs.map { $0...$0 }).sorted { $0.lowerBound < $1.lowerBound }
    for range in covered where range.upperBound > from && range.lowerBound <= end {
      let before = Instant(milliseconds: range.lowerBound.milliseconds - 1)
      if before > from { parts.append((from, before)) }
      from = max(from, range.upperBound)
    }
    if from < end { parts.append((from, end)) }
    return parts
  }

  /// - Parameter makesUp: how many missed instants are made up already: the search goes from the newest to the oldest.
  private func step(for instant: Instant, latest: Instant, makesUp: Int) -> Step {
    let late = start.begun - instant
    if instant == latest {
      if late <= Self.grace { return Step(decision: ScheduleDecision(instant, .ran)) }
      if start.isByPerson {
        return Step(decision: ScheduleDecision(instant, .caughtUp, reason: "\(Self.words(late)) late: started by a person"))
      }
      if history.mark == nil, history.lastDate == nil {
        if start.isWakeUp { return skip(instant, "the schedule was installed after it") }
        return Step(decision: ScheduleDecision(instant, .caughtUp, reason: "\(Self.words(late)) late: the first start of its schedule"))
      }
    }
    if policy.skipsOverlaps, let own = busy(at: instant, sameJob: true) {
      return skip(instant, "\(own.run) was under way (overlap: skip)")
    }
    if let reason = refusal(of: instant, isLatest: instant == latest, makesUp: makesUp) { return skip(instant, reason) }
    return Step(decision: ScheduleDecision(instant, .caughtUp, reason: "\(Self.words(late)) late: \(cause(of: instant))"))
  }

  private func skip(_ instant: Instant, _ reason: String) -> Step {
    Step(decision: ScheduleDecision(instant, .skipped, reason: reason))
  }

  /// Why a missed instant is not made up; nil when it is.
  private func refusal(of instant: Instant, isLatest: Bool, makesUp: Int) -> String? {
    switch policy.mode {
    case .none: return "\(cause(of: instant)) (missed: none)"
    case .last where !isLatest: return "\(cause(of: instant)); a later one covers it (missed: last)"
    case .last, .all:
      if let window = policy.window, start.now - instant > window {
        return "\(cause(of: instant)), and it is older than the window of \(Self.words(window))"
      }
      if policy.mode == .all, makesUp >= policy.cap { return "\(cause(of: instant)), and it is beyond the cap of \(policy.cap)" }
      return nil
    }
  }

  /// All that lies before the instants with a row of their own.
  private func stretch(after start: Instant, before end: Instant) -> Step? {
    let last = Instant(milliseconds: end.milliseconds - 1)
    guard let first = schedule.next(after: start)?.occurrence.instant, first <= last,
      let final = schedule.latest(notAfter: last)?.occurrence.instant
    else { return nil }
    let reason = refusal(of: final, isLatest: false, makesUp: policy.cap)
    let count = schedule.count(after: start, through: last)
    return Step(decision: ScheduleDecision(first, through: final, count: count, .skipped, reason: reason))
  }

  private func cause(of instant: Instant) -> String {
    if let other = busy(at: instant, sameJob: false) { return "missed: \(other.run) was under way" }
    if let booted = start.booted, instant >= booted { return "missed: nothing started it" }
    return "missed: the machine was off or nothing started it"
  }

  private func busy(at instant: Instant, sameJob: Bool) -> History.Busy? {
    history.busy.first { (!sameJob || $0.isSameJob) && $0.span.contains(instant) }
  }

  /// `7d`, `6h30m`, `12m`: the two largest units, cut.
  static func words(_ duration: Duration) -> String {
    let minutes = max(0, Int(duration.milliseconds / 60_000))
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
    if days > 0 { return "\(days)d" + (hours > 0 ? "\(hours)h" : "") }
    if hours > 0 { return "\(hours)h" + (rest > 0 ? "\(rest)m" : "") }
    return "\(rest)m"
  }
}
