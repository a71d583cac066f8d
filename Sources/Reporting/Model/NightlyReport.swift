public import MarketData
public import Scheduling

/// What the desk reads in the morning: the overview of one logical date. A value; ``ReportRenderer`` makes the page, and
/// ``json``, ``csvTables`` and ``MailVersion`` the same content for others.
public struct NightlyReport: Sendable {
  public var job: String
  public var logicalDate: Instant
  public var verdict: Verdict
  public var coverage: Coverage
  public var changes: Section<Changes>
  public var signals: Section<[SignalRow]>
  /// Those that form, and those that ended in the last days. Nil when no step looks for them: the section is left out.
  public var patterns: Section<[PatternRow]>?
  /// How the strategies have done. Nil when no step scores them: the section is left out.
  public var strategies: Section<[StrategyRow]>?
  /// Nil when no alerts are configured: the section is left out.
  public var alerts: Section<[AlertRow]>?
  /// Nil when the bridge heard nothing: the section is left out.
  public var bots: Section<BotsDay>?
  /// Every symbol that has data, in any order; the page picks the top and the bottom by z and lists all.
  public var movers: Section<[Mover]>
  public var risks: Section<[RiskRow]>
  /// Splits, dividends, holidays, clock changes: one sentence each.
  public var calendar: Section<[String]>
  public var quality: Section<[QualityRow]>
  public var health: Section<Health>
  public var links: Links
  /// How the figures are made, one sentence each, for the end of the page.
  public var method: [String]

  public init(
    job: String, logicalDate: Instant, verdict: Verdict, coverage: Coverage = Coverage(), changes: Section<Changes> = .ready(Changes()),
    signals: Section<[SignalRow]> = .ready([]), patterns: Section<[PatternRow]>? = nil, strategies: Section<[StrategyRow]>? = nil,
    alerts: Section<[AlertRow]>? = nil, movers: Section<[Mover]> = .ready([]),
    risks: Section<[RiskRow]> = .ready([]), calendar: Section<[String]> = .ready([]), quality: Section<[QualityRow]> = .ready([]),
    health: Section<Health> = .ready(Health()), bots: Section<BotsDay>? = nil, links: Links = Links(), method: [String] = []
  ) {
    (self.job, self.logicalDate, self.verdict, self.coverage) = (job, logicalDate, verdict, coverage)
    (self.changes, self.signals, self.alerts, self.movers) = (changes, signals, alerts, movers)
    (self.risks, self.calendar, self.quality, self.health) = (risks, calendar, quality, health)
    self.bots = bots
    (self.links, self.method, self.patterns, self.strategies) = (links, method, patterns, strategies)
  }

  /// How much of the expected data is there. Nil is "not known", which is not zero.
  public struct Coverage: Sendable, Equatable {
    /// All bars that open earlier are in the warehouse.
    public var dataThrough: Instant?
    public var symbolsExpected: Int?
    public var symbolsDelivered: Int?
    public var gaps: Int?
    public var restatements: Int?
    public var quarantined: Int?

    public init(
      dataThrough: Instant? = nil, symbolsExpected: Int? = nil, symbolsDelivered: Int? = nil, gaps: Int? = nil,
      restatements: Int? = nil, quarantined: Int? = nil
    ) {
      (self.dataThrough, self.symbolsExpected, self.symbolsDelivered) = (dataThrough, symbolsExpected, symbolsDelivered)
      (self.gaps, self.restatements, self.quarantined) = (gaps, restatements, quarantined)
    }
  }

  /// What is different from the report before.
  public struct Changes: Sendable, Equatable {
    /// The date of the report that this one is compared with; nil for a first report.
    public var since: Instant?
    public var newSignals: [SignalChange]
    public var closedSignals: [SignalChange]
    public var reversedSignals: [SignalChange]
    /// Symbols whose regime by rules is another one, for two bars now.
    public var regimes: [RegimeChange]
    /// Bars whose stored values the provider changed.
    public var restatedBars: [RestatedBar]
    public var newSymbols: [Symbol]
    public var missingSymbols: [Symbol]

    public init(
      since: Instant? = nil, newSignals: [SignalChange] = [], closedSignals: [SignalChange] = [], reversedSignals: [SignalChange] = [],
      regimes: [RegimeChange] = [], restatedBars: [RestatedBar] = [], newSymbols: [Symbol] = [], missingSymbols: [Symbol] = []
    ) {
      (self.since, self.newSignals, self.closedSignals, self.reversedSignals) = (since, newSignals, closedSignals, reversedSignals)
      (self.restatedBars, self.newSymbols, self.missingSymbols, self.regimes) = (restatedBars, newSymbols, missingSymbols, regimes)
    }
  }

  /// A signal that came, went or turned.
  public struct SignalChange: Sendable, Equatable {
    public var symbol: Symbol
    public var strategy: String
    public var direction: Direction
    /// What happened and at which values.
    public var sentence: String

    public init(symbol: Symbol, strategy: String, direction: Direction, sentence: String) {
      (self.symbol, self.strategy, self.direction, self.sentence) = (symbol, strategy, direction, sentence)
    }
  }

  /// A regime that became another one.
  public struct RegimeChange: Sendable, Equatable {
    public var symbol: Symbol
    public var interval: Interval
    /// `trend` or `volatility`.
    public var part: String
    public var from, to: String
    /// The first bar of the new one.
    public var since: Instant

    public init(symbol: Symbol, interval: Interval, part: String, from: String, to: String, since: Instant) {
      (self.symbol, self.interval, self.part, self.from, self.to, self.since) = (symbol, interval, part, from, to, since)
    }

    /// `1d trend range → bull since 2026-01-13`
    var text: String {
      "\(interval) \(part) \(from) → \(to) since \(TimeStyle.barTime(since, daily: TimeStyle.isMidnight(since)))"
    }
  }

  /// A stored number that the provider has changed; the old value is kept.
  public struct RestatedBar: Sendable, Equatable {
    public var symbol: Symbol
    public var interval: Interval
    public var openTime: Instant
    /// `close`, `volume`.
    public var field: String
    public var old: Double?
    public var new: Double?

    public init(symbol: Symbol, interval: Interval, openTime: Instant, field: String, old: Double?, new: Double?) {
      (self.symbol, self.interval, self.openTime, self.field, self.old, self.new) = (symbol, interval, openTime, field, old, new)
    }

    /// `1d 2026-11-17 close 10.20 → 10.25`
    var text: String {
      let style = NumberStyle.prices([old, new].compactMap { $0 })
      let time = TimeStyle.barTime(openTime, daily: TimeStyle.isMidnight(openTime))
      return "\(interval) \(time) \(field) \(style.text(old)) → \(style.text(new))"
    }
  }

  /// Where the reader can go from this page. Only files that exist; nil leaves the link out.
  public struct Links: Sendable, Equatable {
    public var index: RelativePath?
    public var previous: ReportLink?
    public var next: ReportLink?
    public var run: RelativePath?
    /// The tables as CSV and `report.json`.
    public var files: [ReportLink]
    /// The page of each symbol that has one.
    public var symbols: [Symbol: RelativePath]

    public init(
      index: RelativePath? = nil, previous: ReportLink? = nil, next: ReportLink? = nil, run: RelativePath? = nil,
      files: [ReportLink] = [], symbols: [Symbol: RelativePath] = [:]
    ) {
      (self.index, self.previous, self.next, self.run, self.files, self.symbols) = (index, previous, next, run, files, symbols)
    }
  }
}

/// Where a signal points.
public enum Direction: String, Sendable, CaseIterable {
  case long, short, flat

  /// Told apart without colour.
  public var shape: String {
    switch self {
    case .long: "▲"
    case .short: "▼"
    case .flat: "◆"
    }
  }
}
