public import Scheduling

/// What one rule says about a series of candles.
public struct QualityVerdict: Sendable, Hashable {
  public let rule: Rule
  /// `info` for a rule that is met; else how bad it is.
  public let severity: Severity
  public let passed: Bool
  /// How many bars, gaps' bars or intervals were observed against the rule; those that are tolerated are counted too.
  public let count: Int
  /// The figure that was compared with a limit, when the rule has one: a share, a z-score, a lag.
  public let value: Double?
  /// For people, with symbol, interval and the observed value.
  public let sentence: String
  public let affected: AffectedBars

  public enum Rule: String, Sendable, CaseIterable {
    case gaps, grid, sessions, staleness, future, outliers, duplicates, order, rejected, restatement, agreement
    case flatRun = "flat_run"
    case zeroVolume = "zero_volume"
  }

  public enum Severity: String, Sendable, Comparable {
    case info, warning, error

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .info: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// Which bars a verdict is about, by open time.
  public struct AffectedBars: Sendable, Hashable {
    /// The first of them, oldest first: at most ``cap``.
    public private(set) var openTimes: [Instant] = []
    /// All of them.
    public private(set) var total = 0

    /// How many are listed.
    public static let cap = 20

    init(_ openTimes: some Sequence<Instant> = []) {
      for time in openTimes { add(time) }
    }

    /// Counts bars that are not listed.
    mutating func add(unlisted count: Int) { total += count }

    mutating func add(_ openTime: Instant) {
      if openTimes.count < Self.cap { openTimes.append(openTime) }
      total += 1
    }
  }

  /// - Parameter failure: nil when the rule is met.
  init(
    _ rule: Rule, failure: Severity?, count: Int = 0, value: Double? = nil, sentence: String, affected: AffectedBars = AffectedBars()
  ) {
    (self.rule, self.severity, self.passed) = (rule, failure ?? .info, failure == nil)
    (self.count, self.value, self.sentence, self.affected) = (count, value, sentence, affected)
  }
}

extension CandleSeries {
  /// `BTCUSDT 1d: `
  var place: String { "\(symbol) \(interval): " }

  /// An open time as people name the bar: a day for daily and longer bars, else with the time.
  func name(of openTime: Instant) -> String {
    interval >= .day1 && openTime == openTime.utcDay.midnight ? openTime.utcDay.description : openTime.description
  }
}

/// `1 bar`, `2 bars`
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// `3.4 %`, with one decimal; `0.05 %` below a tenth.
func percent(_ share: Double) -> String {
  let scale = abs(share) < 0.001 ? 100.0 : 10.0
  return "\((share * 100 * scale).rounded() / scale) %"
}
