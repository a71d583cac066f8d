public import JobGraph
public import MarketData
public import Scheduling

/// A dated opinion from indicators, with the values that caused it.
public struct SignalRow: Sendable, Equatable {
  public var symbol: Symbol
  public var interval: Interval
  public var strategy: String
  public var direction: Direction
  /// In `0...1`; nil when the strategy states none.
  public var strength: Double?
  /// The open time of the bar at whose close it arose.
  public var barTime: Instant
  /// The open of the next bar: earlier nobody could act on it.
  public var validFrom: Instant?
  public var inputs: [NamedValue]
  public var sentence: String
  /// How often signals of this kind were right; nil when that was not measured.
  public var hitRate: HitRate?
  /// Whether the report before did not have it.
  public var isNew: Bool

  public init(
    symbol: Symbol, interval: Interval, strategy: String, direction: Direction, strength: Double? = nil, barTime: Instant,
    validFrom: Instant? = nil, inputs: [NamedValue] = [], sentence: String, hitRate: HitRate? = nil, isNew: Bool = false
  ) {
    (self.symbol, self.interval, self.strategy, self.direction) = (symbol, interval, strategy, direction)
    (self.strength, self.barTime, self.validFrom, self.inputs) = (strength, barTime, validFrom, inputs)
    (self.sentence, self.hitRate, self.isNew) = (sentence, hitRate, isNew)
  }
}

/// A share of past signals that were right, never without its sample size.
public struct HitRate: Sendable, Equatable {
  /// In `0...1`.
  public var share: Double
  public var sample: Int

  public init(share: Double, sample: Int) { (self.share, self.sample) = (share, sample) }

  /// `58.0% of 112`; below 30 it says that this is too few.
  var text: String { "\(NumberStyle.percent.text(share: share)) of \(sample)" + (sample < 30 ? " (n < 30)" : "") }
}

/// An alert that was hit, or how far one is from being hit.
public struct AlertRow: Sendable, Equatable {
  /// Its name; empty when it has none.
  public var alert: String
  public var symbol: Symbol
  public var interval: Interval?
  /// The rule with its numbers.
  public var condition: String
  public var isHit: Bool
  /// Of a hit: `warning` unless more or less was asked for.
  public var severity: Verdict.State
  /// Of a hit: the open time of the bar that caused it.
  public var barTime: Instant?
  /// Of a hit: what happened.
  public var sentence: String?
  public var observed: [NamedValue]
  /// As a fraction of the price: `0.02` is two percent away; nil when it cannot be said. Of a hit: how far its bar closed beyond the
  /// price; below zero when the close came back.
  public var distance: Double?
  /// The same in average true ranges of 14 bars.
  public var distanceInRanges: Double?

  public init(
    alert: String = "", symbol: Symbol, interval: Interval? = nil, condition: String, isHit: Bool, severity: Verdict.State = .warning,
    barTime: Instant? = nil, sentence: String? = nil, observed: [NamedValue] = [], distance: Double? = nil,
    distanceInRanges: Double? = nil
  ) {
    self.distanceInRanges = distanceInRanges
    (self.alert, self.symbol, self.interval, self.condition, self.isHit) = (alert, symbol, interval, condition, isHit)
    (self.severity, self.barTime, self.sentence, self.observed, self.distance) = (severity, barTime, sentence, observed, distance)
  }
}

/// The last bar of a symbol beside those before.
public struct Mover: Sendable, Equatable {
  public var symbol: Symbol
  public var name: String?
  public var last: Double?
  /// The open time of the last bar.
  public var barTime: Instant?
  /// Close on close, as a fraction.
  public var change: Double?
  /// The change in standard deviations of the changes before it.
  public var zScore: Double?
  /// The volume over its 20-bar median.
  public var volumeRatio: Double?
  /// The last 30 closes, oldest first; nil where a bar is missing.
  public var closes: [Double?]

  public init(
    symbol: Symbol, name: String? = nil, last: Double?, barTime: Instant? = nil, change: Double? = nil, zScore: Double? = nil,
    volumeRatio: Double? = nil, closes: [Double?] = []
  ) {
    (self.symbol, self.name, self.last, self.barTime, self.change) = (symbol, name, last, barTime, change)
    (self.zScore, self.volumeRatio, self.closes) = (zScore, volumeRatio, closes)
  }
}

/// How much a symbol moves and how far it has fallen.
public struct RiskRow: Sendable, Equatable {
  public var symbol: Symbol
  /// Annualized standard deviation of log returns, as a fraction.
  public var volatility: Double?
  /// The share of the symbol's own past year with lower volatility, in `0...1`.
  public var volatilityPercentile: Double?
  /// The fall from the peak to the last close, in `0..<1`.
  public var drawdown: Double?
  /// The deepest such fall of the period.
  public var drawdownMax: Double?
  /// The periods per year that the volatility is scaled with: 365 crypto, 252 equities.
  public var periodsPerYear: Int?
  /// The bars behind the figures.
  public var sample: Int?
  /// nil when no step tells it.
  public var regime: RegimeState?

  public init(
    symbol: Symbol, volatility: Double? = nil, volatilityPercentile: Double? = nil, drawdown: Double? = nil, drawdownMax: Double? = nil,
    periodsPerYear: Int? = nil, sample: Int? = nil, regime: RegimeState? = nil
  ) {
    (self.symbol, self.volatility, self.volatilityPercentile) = (symbol, volatility, volatilityPercentile)
    (self.drawdown, self.drawdownMax, self.periodsPerYear, self.sample) = (drawdown, drawdownMax, periodsPerYear, sample)
    self.regime = regime
  }
}

/// What a quality rule says about a symbol: an expectation as a sentence with the value observed.
public struct QualityRow: Sendable, Equatable {
  public var rule: String
  public var severity: Verdict.State
  public var symbol: Symbol?
  public var interval: Interval?
  public var sentence: String
  /// The value found, as text with its unit; nil when the rule observes none.
  public var observed: String?

  public init(
    rule: String, severity: Verdict.State, symbol: Symbol? = nil, interval: Interval? = nil, sentence: String, observed: String? = nil
  ) {
    (self.rule, self.severity, self.symbol, self.interval) = (rule, severity, symbol, interval)
    (self.sentence, self.observed) = (sentence, observed)
  }
}

/// What the pipeline did, as far as it is the same for every run over the same data.
public struct Health: Sendable, Equatable {
  public var steps: [StepHealth]
  public var quotas: [Quota]
  public var stale: [StaleSymbol]
  /// What people were to be told since the report before, and were not.
  public var untold: [Untold]

  public init(steps: [StepHealth] = [], quotas: [Quota] = [], stale: [StaleSymbol] = [], untold: [Untold] = []) {
    (self.steps, self.quotas, self.stale, self.untold) = (steps, quotas, stale, untold)
  }

  /// A notification that did not arrive, or only perhaps.
  public struct Untold: Sendable, Equatable {
    public enum State: String, Sendable {
      case no, perhaps
      case notYet = "not yet"
    }

    /// Whom: the channel, and the address of a mail.
    public var whom: String
    public var title: String
    public var state: State
    public var reason: String

    public init(whom: String, title: String, state: State, reason: String) {
      (self.whom, self.title, self.state, self.reason) = (whom, title, state, reason)
    }
  }

  /// A step that did not go through, or lost tasks. What went well is not told here: a second run for the same date skips what is done,
  /// and must say the same.
  public struct StepHealth: Sendable, Equatable {
    public var step: String
    public var state: TaskState
    public var succeeded: Int
    public var failed: Int
    public var skipped: Int
    /// Why tasks failed or were skipped, with their names.
    public var reasons: [String]

    public init(step: String, state: TaskState, succeeded: Int, failed: Int = 0, skipped: Int = 0, reasons: [String] = []) {
      (self.step, self.state, self.succeeded, self.failed) = (step, state, succeeded, failed)
      (self.skipped, self.reasons) = (skipped, reasons)
    }
  }

  /// What a provider allows and what of it is spent.
  public struct Quota: Sendable, Equatable {
    public var provider: String
    /// `requests per day`, `weight per minute`.
    public var unit: String
    public var used: Int?
    public var limit: Int?

    public init(provider: String, unit: String, used: Int?, limit: Int?) {
      (self.provider, self.unit, self.used, self.limit) = (provider, unit, used, limit)
    }
  }

  /// A symbol whose last bar is older than it should be.
  public struct StaleSymbol: Sendable, Equatable {
    public var symbol: Symbol
    public var interval: Interval
    /// Nil when it never had one.
    public var lastBar: Instant?
    public var reason: String

    public init(symbol: Symbol, interval: Interval, lastBar: Instant?, reason: String) {
      (self.symbol, self.interval, self.lastBar, self.reason) = (symbol, interval, lastBar, reason)
    }
  }
}

extension TaskState {
  var verdict: Verdict.State {
    switch self {
    case .succeeded: .ok
    case .failed: .bad
    case .waiting, .running, .retrying, .skipped, .cancelled: .warning
    }
  }
}
