public import Scheduling

/// The limits that candles are held to.
///
/// What is new is judged, what is old is counted: gaps, outliers and flat runs fail a series only while they lie within
/// ``recentDays``; older ones are in the sentence of a verdict that passes. Otherwise a hole of 2018 would warn every night.
public struct QualityRules: Sendable, Hashable {
  /// Faults of the last so many days before the logical date fail; at least two bars are always recent.
  public var recentDays = 7
  /// Missing bars over the whole series, as a fraction of those that should be there.
  public var missingShareMax = 0.01
  /// Recent bars that open off the grid, as a fraction.
  public var offGridShareMax = 0.01
  /// Closed bars (or sessions) that may be missing at the end without a word.
  public var staleToleratedBars = 0
  /// From so many missing bars (or sessions) at the end on, it is an error.
  public var staleErrorBars = 3
  /// An outlier has a robust z-score beyond this …
  public var outlierZ = 12.0
  /// … and a log return beyond this: 0.25 is +28 % or -22 %.
  public var outlierMove = 0.25
  /// How many earlier returns the z-score compares with.
  public var window = 250
  /// So many equal closes in a row are suspect.
  public var flatRunBars = 10
  /// Bars without volume among the last ``window``, as a fraction.
  public var zeroVolumeShareMax = 0.05
  /// Rows of the last days that were no candles and went to quarantine.
  public var rejectedRowsMax = 0
  /// A close that its source changed afterwards by more than this fraction.
  public var restatedMoveMax = 0.01
  /// The closes of two sources may differ by this fraction …
  public var agreementMoveMax = 0.01
  /// … in the last so many bars that both have.
  public var agreementBars = 30

  public init() {}

  /// The default limits with some of them changed.
  ///
  /// - Parameter values: by the names in ``names``; counts must be whole.
  /// - Throws: ``QualityRulesDefect`` for the first name, in order, that is unknown or whose value is out of range.
  public init(_ values: [String: Double]) throws(QualityRulesDefect) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if let limit = Self.counts.first(where: { $0.name == name }) {
        guard limit.range.contains(value), value == value.rounded() else { throw .outOfRange(name, value, limit.range, isWhole: true) }
        self[keyPath: limit.path] = Int(value)
      } else if let limit = Self.figures.first(where: { $0.name == name }) {
        guard limit.range.contains(value) else { throw .outOfRange(name, value, limit.range, isWhole: false) }
        self[keyPath: limit.path] = value
      } else {
        throw .unknownName(name)
      }
    }
  }

  /// The names of all limits, as configuration writes them.
  public static var names: [String] { (counts.map(\.name) + figures.map(\.name)).sorted() }

  private static var counts: [(name: String, path: WritableKeyPath<QualityRules, Int>, range: ClosedRange<Double>)] {
    [
      ("recent_days", \.recentDays, 0...36_500), ("stale_tolerated_bars", \.staleToleratedBars, 0...1_000_000),
      ("stale_error_bars", \.staleErrorBars, 1...1_000_000), ("window", \.window, 30...10_000),
      ("flat_run_bars", \.flatRunBars, 2...1_000_000), ("rejected_rows_max", \.rejectedRowsMax, 0...1_000_000),
      ("agreement_bars", \.agreementBars, 1...10_000),
    ]
  }

  private static var figures: [(name: String, path: WritableKeyPath<QualityRules, Double>, range: ClosedRange<Double>)] {
    [
      ("missing_share_max", \.missingShareMax, 0...1), ("off_grid_share_max", \.offGridShareMax, 0...1),
      ("outlier_z", \.outlierZ, 1...1000), ("outlier_move", \.outlierMove, 0.001...10),
      ("zero_volume_share_max", \.zeroVolumeShareMax, 0...1), ("restated_move_max", \.restatedMoveMax, 0...10),
      ("agreement_move_max", \.agreementMoveMax, 0...10),
    ]
  }

  /// What a series is judged against, besides the limits.
  public struct Context: Sendable {
    /// The logical date: what had not closed by then does not exist.
    public let asOf: Instant
    public let calendar: SessionCalendar
    /// Splits that are known; they excuse the jump on their day.
    public let actions: [CorporateAction]

    public init(asOf: Instant, calendar: SessionCalendar = .always, actions: [CorporateAction] = []) {
      (self.asOf, self.calendar, self.actions) = (asOf, calendar, actions)
    }
  }

  /// All verdicts about a series, one per rule, also for the rules that are met.
  ///
  /// - Complexity: O(bars + days), besides O(``window`` · log ``window``) for each bar that moved more than ``outlierMove``.
  public func judge(_ series: CandleSeries, in context: Context) -> [QualityVerdict] {
    var verdicts = [staleness(of: series, in: context), future(of: series, in: context)]
    guard !series.isEmpty else { return verdicts }
    verdicts += [gaps(in: series, context), grid(of: series, context)]
    if series.isDailyOfSessions(context.calendar) { verdicts.append(sessions(of: series, context)) }
    verdicts += [outliers(in: series, context), flatRuns(in: series, context), zeroVolume(in: series)]
    return verdicts
  }

  /// The earliest open time at which a fault is still new.
  func recentStart(of series: CandleSeries, _ context: Context) -> Instant {
    context.asOf - max(.days(recentDays), (series.interval.length ?? .days(31)) * 2)
  }
}

/// Why a limit cannot be set.
public enum QualityRulesDefect: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownName(String)
  case outOfRange(String, Double, ClosedRange<Double>, isWhole: Bool)

  public var description: String {
    switch self {
    case .unknownName(let name):
      "no quality limit is called `\(name)`; there are \(QualityRules.names.joined(separator: ", "))"
    case .outOfRange(let name, let value, let range, let isWhole):
      "\(name) must be a \(isWhole ? "whole " : "")number from \(range.lowerBound) to \(range.upperBound); it is \(value)"
    }
  }
}
