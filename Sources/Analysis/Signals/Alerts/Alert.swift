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

  public enum Severity: String, Sendable, CaseIterable {
    case info, warning, error
  }

  public init(
    id: String, symbols: [Symbol], interval: Interval = .day1, rule: AlertRule, severity: Severity = .info, enabledUntil: CivilDate? = nil
  ) {
    (self.id, self.symbols, self.interval, self.rule) = (id, symbols, interval, rule)
    (self.severity, self.enabledUntil) = (severity, enabledUntil)
  }

  /// Whether a bar that opens at this time may fire: it has closed by the end of the last day.
  public func isEnabled(at barTime: Instant) -> Bool {
    guard let enabledUntil else { return true }
    return interval.next(after: barTime) <= enabledUntil.adding(days: 1).midnight
  }

  /// The firings of bars that open after `judged`, the newest judged one. Without one the alert is new: only the newest bar may fire,
  /// for what happened before an alert was written is nobody's news.
  public func newFirings(on series: CandleSeries, judgedThrough judged: Instant?) -> [AlertFiring] {
    let first = judged.map { series.firstIndex(openingAtOrAfter: $0 + .milliseconds(1)) } ?? max(0, series.count - 1)
    guard first < series.count else { return [] }
    return rule.firings(on: series, from: first).filter { isEnabled(at: $0.barTime) }
  }
}
