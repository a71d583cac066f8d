public import Scheduling

/// An alert on one bar, once that bar had closed.
public struct AlertFiring: Sendable, Equatable {
  /// The position of the bar in the series, 0 for the oldest.
  public let index: Int
  /// The open time of that bar.
  public let barTime: Instant
  /// The values that were looked at, all of this bar unless their name says otherwise.
  public let observed: [Signal.Input]
  /// What happened, in one sentence.
  public let sentence: String

  public init(index: Int, barTime: Instant, observed: [Signal.Input], sentence: String) {
    (self.index, self.barTime, self.observed, self.sentence) = (index, barTime, observed, sentence)
  }
}
