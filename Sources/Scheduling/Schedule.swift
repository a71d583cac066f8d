/// When one job is due: all the lines of a crontab that start it.
public struct Schedule: Sendable, Equatable {
  public let job: String
  /// In the order of their lines; at least one.
  public let entries: [Crontab.Entry]

  public init(job: String, entries: [Crontab.Entry]) {
    (self.job, self.entries) = (job, entries)
  }

  /// A job that is due, because of which line, and when.
  public struct Due: Sendable, Hashable {
    public let job: String
    public let entry: Crontab.Entry
    public let occurrence: CronExpression.Occurrence
  }

  /// The first moment after `instant` at which any line makes the job due; of two lines at one moment, the upper.
  public func next(after instant: Instant) -> Due? {
    earliest(entries.map { ($0, $0.next(after: instant)) }, isBetter: <)
  }

  /// The last moment not after `instant` at which any line made the job due: the logical date of a run that starts then.
  public func latest(notAfter instant: Instant) -> Due? {
    earliest(entries.map { ($0, $0.latest(notAfter: instant)) }, isBetter: >)
  }

  /// The moments in `start < moment <= end`, newest first, each once.
  ///
  /// - Parameter limit: how many at most: a schedule that was off for a year must not answer with half a million minutes.
  public func missed(after start: Instant, through end: Instant, limit: Int) -> [Due] {
    var (found, to): ([Due], Instant) = ([], end)
    while found.count < limit, let due = latest(notAfter: to), due.occurrence.instant > start {
      found.append(due)
      to = Instant(milliseconds: due.occurrence.instant.milliseconds - 1)
    }
    return found
  }

  private func earliest(
    _ candidates: [(Crontab.Entry, CronExpression.Occurrence?)], isBetter: (Instant, Instant) -> Bool
  ) -> Due? {
    var best: Due?
    for case (let entry, let occurrence?) in candidates {
      if let best, !isBetter(occurrence.instant, best.occurrence.instant) { continue }
      best = Due(job: job, entry: entry, occurrence: occurrence)
    }
    return best
  }
}

extension Crontab {
  /// Every job that became due in `start < moment <= end`, each once with its latest moment; by moment, then by line.
  public func due(after start: Instant, through end: Instant) -> [Schedule.Due] {
    schedules.compactMap { $0.latest(notAfter: end) }
      .filter { $0.occurrence.instant > start }
      .sorted { ($0.occurrence.instant, $0.entry.line) < ($1.occurrence.instant, $1.entry.line) }
  }

  /// The next moment of every job, the soonest first.
  public func upcoming(after instant: Instant) -> [Schedule.Due] {
    schedules.compactMap { $0.next(after: instant) }
      .sorted { ($0.occurrence.instant, $0.entry.line) < ($1.occurrence.instant, $1.entry.line) }
  }
}
