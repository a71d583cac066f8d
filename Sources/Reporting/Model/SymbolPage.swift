public import MarketData
public import Scheduling

/// Everything that is shown about one symbol and interval.
///
/// All columns (overlays, RSI, MACD) are as long as ``candles``; nil where the indicator is not defined yet.
public struct SymbolPage: Sendable {
  public typealias Column = [Double?]

  public var symbol: Symbol
  public var name: String?
  public var interval: Interval
  public var logicalDate: Instant
  /// The bars of the charts, oldest first: about 250.
  public var candles: CandleSeries
  public var overlays: [Overlay]
  public var rsi: Column?
  public var macd: MACD?
  public var signals: [SignalRow]
  public var patterns: [PatternRow]
  public var regime: RegimeState?
  /// Places where bars are missing between two that are there.
  public var gaps: [Gap]
  public var actions: [CorporateAction]
  public var quality: [QualityRow]
  /// `Binance`, and what one must know to read the prices: `not adjusted for splits`.
  public var source: String
  public var adjustmentNote: String
  public var overview: RelativePath?
  public var previous: ReportLink?
  public var next: ReportLink?

  /// - Precondition: every column is as long as the candles.
  public init(
    symbol: Symbol, name: String? = nil, interval: Interval, logicalDate: Instant, candles: CandleSeries, overlays: [Overlay] = [],
    rsi: Column? = nil, macd: MACD? = nil, signals: [SignalRow] = [], patterns: [PatternRow] = [], regime: RegimeState? = nil,
    gaps: [Gap] = [], actions: [CorporateAction] = [],
    quality: [QualityRow] = [], source: String, adjustmentNote: String, overview: RelativePath? = nil, previous: ReportLink? = nil,
    next: ReportLink? = nil
  ) {
    let columns = overlays.map(\.values) + [rsi, macd?.line, macd?.signal, macd?.histogram].compactMap { $0 }
    precondition(columns.allSatisfy { $0.count == candles.count }, "every column of \(symbol) must have \(candles.count) values")
    (self.symbol, self.name, self.interval, self.logicalDate) = (symbol, name, interval, logicalDate)
    (self.candles, self.overlays, self.rsi, self.macd, self.signals) = (candles, overlays, rsi, macd, signals)
    (self.patterns, self.regime) = (patterns, regime)
    (self.gaps, self.actions, self.quality, self.source) = (gaps, actions, quality, source)
    (self.adjustmentNote, self.overview, self.previous, self.next) = (adjustmentNote, overview, previous, next)
  }

  /// A line drawn over the prices: `SMA 50`.
  public struct Overlay: Sendable, Equatable {
    public var name: String
    public var values: Column

    public init(_ name: String, _ values: Column) { (self.name, self.values) = (name, values) }
  }

  public struct MACD: Sendable, Equatable {
    public var line: Column
    public var signal: Column
    public var histogram: Column

    public init(line: Column, signal: Column, histogram: Column) {
      (self.line, self.signal, self.histogram) = (line, signal, histogram)
    }
  }

  /// Bars that should exist and do not.
  public struct Gap: Sendable, Equatable {
    /// The open time of the first bar behind the gap.
    public var before: Instant
    /// How many bars are missing.
    public var bars: Int

    public init(before: Instant, bars: Int) { (self.before, self.bars) = (before, bars) }
  }

  /// A split or a dividend.
  public struct CorporateAction: Sendable, Equatable {
    public var date: Instant
    /// `Split 4 : 1`, `Dividend 0.73 USD`.
    public var sentence: String

    public init(date: Instant, sentence: String) { (self.date, self.sentence) = (date, sentence) }
  }

  /// Whether every bar opens at midnight UTC, so that a date says it all.
  var isDaily: Bool { candles.openTimes.allSatisfy(TimeStyle.isMidnight) }

  var priceStyle: NumberStyle { NumberStyle.prices(candles.close + candles.high.suffix(30) + candles.low.suffix(30)) }
}
