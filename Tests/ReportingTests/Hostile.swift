import JobGraph
import MarketData
import Reporting
import Scheduling

/// Reports whose every text tries to break out.
enum Hostile {
  static let text =
    "<b>canary</b><script>alert(1)</script>\"onload='x' ]]> --> {{{styleMarkup}}} \u{202E}evil\u{202C} \"\u{301}x=1 &amp; \r\nBcc: a@b"
  static let symbol = SampleReports.symbol("<b>canary\"onload='x'<script>]]>&")

  static let report: NightlyReport = {
    let change = NightlyReport.SignalChange(symbol: symbol, strategy: text, direction: .long, sentence: text)
    return NightlyReport(
      job: text, logicalDate: SampleReports.date, verdict: Verdict(.bad, word: text, sentences: [text], actions: [text]),
      changes: .ready(
        .init(
          since: SampleReports.date, newSignals: Array(repeating: change, count: 9), closedSignals: [change], reversedSignals: [change],
          restatedBars: [.init(symbol: symbol, interval: .day1, openTime: SampleReports.date, field: text, old: 1, new: nil)],
          newSymbols: [symbol], missingSymbols: [symbol])),
      signals: .ready([
        SignalRow(
          symbol: symbol, interval: .day1, strategy: text, direction: .flat, barTime: SampleReports.date, inputs: [NamedValue(text, 1)],
          sentence: text)
      ]),
      alerts: .ready([AlertRow(symbol: symbol, condition: text, isHit: true)]),
      movers: .ready([Mover(symbol: symbol, name: text, last: 1, zScore: 1, closes: [1, 2])]),
      risks: .ready([RiskRow(symbol: symbol, drawdown: 0.1)]),
      calendar: .ready([text]),
      quality: .ready([QualityRow(rule: text, severity: .bad, symbol: symbol, sentence: text, observed: text)]),
      health: .ready(
        Health(
          steps: [.init(step: text, state: .failed, succeeded: 0, reasons: Array(repeating: text, count: 20))],
          quotas: [.init(provider: text, unit: text, used: 1, limit: nil)],
          stale: [.init(symbol: symbol, interval: .day1, lastBar: nil, reason: text)])),
      links: .init(previous: ReportLink(text, RelativePath("\"onload=x/<script>.html")!), files: [ReportLink(text, RelativePath("a b")!)]),
      method: [text])
  }()

  /// Nothing happened, nothing is known.
  static let quiet = NightlyReport(job: "hourly", logicalDate: SampleReports.date, verdict: Verdict(.ok, word: "Complete", sentences: []))

  static func symbolPage(_ series: CandleSeries) -> SymbolPage {
    var page = SampleReports.symbolPage(series)
    page.symbol = symbol
    page.name = text
    page.source = text
    page.adjustmentNote = text
    page.overlays = page.overlays.map { .init(text, $0.values) }
    page.actions = [.init(date: SampleReports.date, sentence: text)]
    page.signals = page.signals.map { signal in
      var signal = signal
      signal.sentence = text
      return signal
    }
    return page
  }

  static let run: RunPage = {
    var run = SampleReports.run
    run.id = text
    run.trigger = text
    run.planNotes = [text]
    run.steps[1].step = text
    run.steps[1].note = text
    run.steps[1].tasks[0].name = text
    run.steps[1].tasks[11].attempts[0].error = text
    return run
  }()
}
