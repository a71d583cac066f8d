public import MarketData
public import Scheduling

/// A chart pattern as it stands.
public struct PatternRow: Sendable, Equatable {
  public var symbol: Symbol
  public var interval: Interval
  /// `double_top`
  public var kind: String
  public var direction: Direction
  /// `forming`, `confirmed` or `failed`.
  public var state: String
  /// The quality of the shape, 0...1; not a probability.
  public var confidence: Double
  public var start, end: Instant
  /// The bar whose close confirmed it.
  public var confirmedAt: Instant?
  public var target: Double?
  public var stop: Double
  /// How often patterns of this kind went half the way to their target before as far against it; nil below 30 of them.
  public var hitRate: HitRate?

  public init(
    symbol: Symbol, interval: Interval, kind: String, direction: Direction, state: String, confidence: Double, start: Instant, end: Instant,
    confirmedAt: Instant? = nil, target: Double?, stop: Double, hitRate: HitRate? = nil
  ) {
    (self.symbol, self.interval, self.kind, self.direction, self.state) = (symbol, interval, kind, direction, state)
    (self.confidence, self.start, self.end, self.confirmedAt) = (confidence, start, end, confirmedAt)
    (self.target, self.stop, self.hitRate) = (target, stop, hitRate)
  }

  /// `double top`
  var name: String { kind.replacing("_", with: " ") }
}

/// What a symbol's prices are doing, by rules and by a model.
public struct RegimeState: Sendable, Equatable {
  /// `bull`, `bear` or `range`.
  public var trend: String
  /// `low`, `normal`, `high` or `unknown`, beside its own past year.
  public var volatility: String
  /// `calm`, `normal` or `turbulent`; nil without a model.
  public var model: String?
  /// Of that, 0...1.
  public var probability: Double?

  public init(trend: String, volatility: String, model: String? = nil, probability: Double? = nil) {
    (self.trend, self.volatility, self.model, self.probability) = (trend, volatility, model, probability)
  }

  /// `bull, low`
  var short: String { volatility == "unknown" ? trend : "\(trend), \(volatility)" }

  /// `bull, low volatility; model: calm 93.1%`
  var text: String {
    let rules = volatility == "unknown" ? trend : "\(trend), \(volatility) volatility"
    guard let model else { return rules }
    return "\(rules); model: \(model) \(NumberStyle.percent.text(share: probability))"
  }
}

/// How a strategy has done: its signals some bars later, and its last quick backtest.
public struct StrategyRow: Sendable, Equatable {
  public var strategy: String
  public var outcomes: [Outcome]
  /// nil when none was made.
  public var backtest: Backtest?

  /// What became of the signals after so many bars.
  public struct Outcome: Sendable, Equatable {
    public var horizon: Int
    public var hitRate: HitRate
    /// Where the true rate lies with 95 %.
    public var interval: ClosedRange<Double>
    /// The mean move in the signal's direction, as a fraction; costs apart.
    public var mean: Double

    public init(horizon: Int, hitRate: HitRate, interval: ClosedRange<Double>, mean: Double) {
      (self.horizon, self.hitRate, self.interval, self.mean) = (horizon, hitRate, interval, mean)
    }

    /// `54.0% of 210 (47–61%), mean +0.31%`
    var text: String {
      let ends = [interval.lowerBound, interval.upperBound].map { NumberStyle.count.text($0 * 100) }
      return "\(hitRate.text) · \(ends[0])–\(ends[1])% · mean \(NumberStyle.change.text(share: mean))"
    }
  }

  /// The last days of all symbols together.
  public struct Backtest: Sendable, Equatable {
    public var symbols, trades: Int
    /// Over the symbols, as fractions.
    public var medianReturn, medianHeld: Double?
    /// Too few trades to say anything.
    public var isThin: Bool

    public init(symbols: Int, trades: Int, medianReturn: Double?, medianHeld: Double?, isThin: Bool) {
      (self.symbols, self.trades, self.isThin) = (symbols, trades, isThin)
      (self.medianReturn, self.medianHeld) = (medianReturn, medianHeld)
    }
  }

  public init(strategy: String, outcomes: [Outcome] = [], backtest: Backtest? = nil) {
    (self.strategy, self.outcomes, self.backtest) = (strategy, outcomes, backtest)
  }
}
