import MarketData
import Reporting
import Scheduling
import Storage

/// The verdicts of a night as programs read them.
struct QualityDocument: Encodable {
  let schema = "jobs.quality/1"
  let logicalDate: String
  let series: Int
  let findings: Int
  let verdicts: [Verdict]
  let quarantine: [Row]
  /// What users of the realtime database wrote and the last pull did not take. Without the values, which are private.
  let users: [UserValue]

  struct UserValue: Encodable {
    let path: String
    let rule: String
    let sentence: String
    /// The logical date of the run that found it first.
    let found: String
  }

  struct Verdict: Encodable {
    let source: String
    let symbol: String
    let interval: String
    let rule: String
    let severity: String
    let passed: Bool
    let observed: Double?
    let sentence: String
  }

  /// A row that is no candle.
  struct Row: Encodable {
    let source: String
    let symbol: String
    let interval: String
    let logicalDate: String
    let reason: String
    let response: String
    let index: Int
    let text: String
  }

  /// - Parameter showsAll: also the rules that are met.
  init(
    _ checked: Instant, _ results: [StoredVerdict], _ rows: [(SeriesKey, [QuarantinedRow])],
    users: [(value: QuarantinedUserValue, firstFoundAt: Instant)], showsAll: Bool
  ) {
    self.users = users.map {
      UserValue(path: $0.value.path, rule: $0.value.rule, sentence: $0.value.sentence, found: $0.firstFoundAt.iso8601)
    }
    let failed = results.filter { !$0.passed }
    (logicalDate, series, findings) = (checked.iso8601, Set(results.map(\.key)).count, failed.count)
    let ranks = ["error": 0, "warning": 1, "info": 2]
    let shown = failed.enumerated().sorted { (ranks[$0.element.severity] ?? 3, $0.offset) < (ranks[$1.element.severity] ?? 3, $1.offset) }
    verdicts = (shown.map(\.element) + (showsAll ? results.filter(\.passed) : [])).map {
      Verdict(
        source: $0.key.source, symbol: $0.key.symbol.name, interval: $0.key.interval.rawValue, rule: $0.rule, severity: $0.severity,
        passed: $0.passed, observed: $0.observed, sentence: $0.sentence)
    }
    quarantine = rows.flatMap { key, rows in
      rows.map {
        Row(
          source: key.source, symbol: key.symbol.name, interval: key.interval.rawValue, logicalDate: $0.logicalDate.iso8601,
          reason: $0.reason, response: $0.responseHash, index: $0.index, text: $0.text)
      }
    }
  }

  func text(width: Int?) -> String {
    var text = PlainTable(
      [.init("VERDICT", mayShrink: false), .init("SOURCE"), .init("RULE", mayShrink: false), .init("WHAT")],
      rows: verdicts.map { [$0.passed ? "met" : $0.severity, $0.source, $0.rule, $0.sentence] }
    ).text(width: width)
    if verdicts.isEmpty { text = "" }
    for row in quarantine {
      text += VisibleText.shown("quarantine  \(row.symbol) \(row.interval) for \(row.logicalDate): \(row.reason)") + "\n"
      text += VisibleText.shown("  row \(row.index) of \(row.response)") + "\n  " + VisibleText.shown(row.text) + "\n"
    }
    for value in users { text += VisibleText.shown("quarantine  \(value.path) since \(value.found): \(value.sentence)") + "\n" }
    return text + "\(series) series checked for \(logicalDate), \(findings == 0 ? "every rule is met" : "\(findings) findings")\n"
  }
}
