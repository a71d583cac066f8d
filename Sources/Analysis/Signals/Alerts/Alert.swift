public import MarketData
public import Scheduling

/// A rule as a desk keeps it: on which series it is watched, how much it matters, and until when.
public struct Alert: Sendable, Equatable {
  /// Unique among the alerts of a desk, and stable: what fired is stored under it.
  public let id: String
  public let symbols: [Symbol]
  public let interval: Interval
  public let rule: AlertRule
  public let severity: Severity
  /// The last day, in UTC, whose bars may fire; nil: no end.
  public let enabledUntil: CivilDate?
  /// The last day, in UTC, whose bars are judged in silence; nil: none is.
  public let mutedUntil: CivilDate?

  public enum Severity: String, Sendable, CaseIterable {
    case info, warning, error
  }

  public init(
    id: String, symbols: [Symbol], interval: Interval = .day1, rule: AlertRule, severity: Severity = .info, enabledUntil: CivilDate? = nil,
    mutedUntil: CivilDate? = nil
  ) {
    (self.id, self.symbols, self.interval, self.rule) = (id, symbols, interval, rule)
    (self.severity, self.enabledUntil, self.mutedUntil) = (severity, enabledUntil, mutedUntil)
  }

  /// Whether a bar that opens at this time may fire: it has closed by the end of the last day, and not by that of the mute.
  public func isEnabled(at barTime: Instant) -> Bool { isEnabled(closing: interval.next(after: barTime)) }

  /// Whether it may fire for what was known at this instant.
  public func isEnabled(closing instant: Instant) -> Bool {
    if let enabledUntil, instant > enabledUntil.adding(days: 1).midnight { return false }
    if let mutedUntil, instant <= mutedUntil.adding(days: 1).midnight { return false }
    return true
  }

  /// So many judged bars are judged again: sources restate their last bars, and bring some of them late.
  public static let judgedAgain = 10

  /// A new alert may fire on a bar that closed so long ago, or one interval when that is longer: a weekend of a share.
  public static let newsAge = Duration.days(4)

  /// What fires and was not told of.
  ///
  /// Bars that open after `memory.judgedUntil` fire. Of the ``judgedAgain`` bars before, those fire late that were restated or came late;
  /// a firing that only moved from one of them to another is not told of again. Without a memory the alert is new: only the newest bar may
  /// fire, and only when it is news.
  /// - Parameter now: the instant that the run is about.
  public func newFirings(on series: CandleSeries, memory: Memory?, now: Instant) -> [AlertFiring] {
    guard let last = series.openTimes.last else { return [] }
    guard let memory else {
      guard interval.next(after: last) + max(Self.newsAge, interval.length ?? .zero) >= now else { return [] }
      return rule.firings(on: series, from: series.count - 1).filter { isEnabled(at: $0.barTime) }
    }
    // A run for an earlier date has seen less.
    guard last >= memory.judgedUntil else { return [] }
    let fresh = series.firstIndex(openingAtOrAfter: memory.judgedUntil + .milliseconds(1))
    let first = max(series.firstIndex(openingAtOrAfter: memory.judgedFrom), fresh - Self.judgedAgain, 0)
    guard first < series.count else { return [] }
    let found = rule.firings(on: series, from: first)
    let late = found.filter { $0.index < fresh && !memory.told.contains($0.barTime) }
    let start = series.openTimes[first]
    let moved = memory.told.count { told in told >= start && told <= memory.judgedUntil && !found.contains { $0.barTime == told } }
    return (Array(late.dropFirst(moved)) + found.filter { $0.index >= fresh }).filter { isEnabled(at: $0.barTime) }
  }

  /// What is kept of an alert on a series.
  public struct Memory: Sendable, Equatable {
    /// The open times of the first and of the newest bar that it was judged on.
    public var judgedFrom, judgedUntil: Instant
    /// The open times of the last bars that it was told of.
    public var told: Set<Instant>

    public init(judgedFrom: Instant, judgedUntil: Instant, told: Set<Instant> = []) {
      (self.judgedFrom, self.judgedUntil, self.told) = (judgedFrom, judgedUntil, told)
    }
  }
}
