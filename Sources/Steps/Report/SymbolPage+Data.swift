import Analysis
import MarketData
import Reporting
import Scheduling
import Storage

extension SymbolPage {
  /// The page of one series.
  /// - Precondition: the data has the series.
  init(
    _ key: SeriesKey, _ data: ReportData, _ findings: Findings, overview: RelativePath?, previous: ReportLink?, next: ReportLink?
  ) {
    let whole = data.series[key]!
    let charted = whole.suffix(SymbolPage.chartedBars)
    let columns = Dictionary(
      uniqueKeysWithValues: IndicatorSet(SymbolPage.indicators).compute(whole).map {
        ($0.name, Array($0.column.values.suffix(charted.count)))
      })
    let isShare = MarketRules.assetClass(of: key) == .equity
    self.init(
      symbol: key.symbol, interval: key.interval, logicalDate: data.logicalDate, candles: charted,
      overlays: [("EMA 21", "ema_21"), ("SMA 50", "sma_50"), ("SMA 200", "sma_200")].map { Overlay($0.0, columns[$0.1]!) },
      rsi: columns["rsi_14"], macd: MACD(line: columns["macd"]!, signal: columns["macd_signal"]!, histogram: columns["macd_hist"]!),
      signals: (findings.signals[key] ?? []).map { data.row(of: $0) }, patterns: data.analyses.patternRows(of: key),
      regime: data.analyses.regime(of: key, at: charted.openTimes.last), gaps: charted.gaps(by: data.markets.calendar(of: key)),
      actions: (data.actions[key] ?? []).filter { $0.date.midnight >= charted.openTimes[0] }.map {
        CorporateAction(date: $0.date.midnight, sentence: $0.sentence)
      },
      quality: (findings.verdicts[key] ?? []).map(QualityRow.init), source: MarketRules.title(of: key.source),
      adjustmentNote: isShare ? "Prices are adjusted for splits, not for dividends." : "Prices are as traded.", overview: overview,
      previous: previous, next: next)
  }

  /// What was found of each series; looked up, because every page searching all findings is quadratic.
  struct Findings {
    let signals: [SeriesKey: [StoredSignal]]
    let verdicts: [SeriesKey: [StoredVerdict]]

    init(_ data: ReportData) {
      signals = Dictionary(grouping: data.signals, by: \.key)
      verdicts = Dictionary(grouping: data.verdicts, by: \.key)
    }
  }

  static let chartedBars = 250

  private static let indicators = ["ema_21", "sma_50", "sma_200", "rsi_14", "macd", "macd_signal", "macd_hist"].map {
    guard let indicator = Indicator.named($0) else { preconditionFailure("there is no indicator \($0)") }
    return indicator
  }
}

extension CandleSeries {
  /// Where bars are missing that the calendar expects.
  fileprivate func gaps(by calendar: SessionCalendar) -> [SymbolPage.Gap] {
    guard count > 1 else { return [] }
    return (1..<count).compactMap { index in
      let missing = missingBars(between: openTimes[index - 1], and: openTimes[index], calendar)
      return missing > 0 ? SymbolPage.Gap(before: openTimes[index], bars: missing) : nil
    }
  }

  private func missingBars(between earlier: Instant, and later: Instant, _ calendar: SessionCalendar) -> Int {
    let expected = interval.next(after: earlier)
    guard later > expected else { return 0 }
    guard calendar.isAlwaysOpen else {
      let (first, last) = (expected.utcDay, (later - .milliseconds(1)).utcDay)
      return first <= last ? calendar.sessions(in: first...last).count : 0
    }
    guard let length = interval.length else { return 0 }
    return Int((later.milliseconds - expected.milliseconds) / length.milliseconds)
  }
}
