import MarketData
import Scheduling

/// The report as a mail: a subject that begins with the verdict, a text that is good enough alone, and HTML that every client shows.
public struct MailVersion: Sendable, Equatable {
  /// `[jobs] OK: nightly 20 Nov 2026, 3 new signals, 1 gap`
  public let subject: String
  /// 8 to 12 lines.
  public let plainText: String
  /// Below 100 KB whatever the size of the report: tables, inline styles, no SVG, no script. Longer lists are cut and say so.
  public let html: String

  /// - Parameter place: where the full report lies, as words: a path or an address.
  public init(_ report: NightlyReport, fullReport place: String, renderer: ReportRenderer) {
    let content = MailContent(report, place: place)
    subject = content.subject
    plainText = content.plainText
    html = renderer.html(content)
  }
}

/// What the mail says, before it is set as text or HTML.
struct MailContent {
  let subject: String
  let heading: String
  let verdict: Verdict
  let facts: [(name: String, value: String)]
  let changes: [String]
  let changesNote: String?
  let movers: [Mover]
  let failures: [String]
  let place: String

  private static let changesMax = 20

  init(_ report: NightlyReport, place: String) {
    let changes = Self.changes(of: report)
    self.place = VisibleText.shown(place)
    verdict = report.verdict
    heading = "\(report.job), \(report.dateText)"
    facts = report.facts.map { ($0.name, $0.value) }
    self.changes = Array(changes.prefix(Self.changesMax))
    changesNote = changes.count > Self.changesMax ? "and \(changes.count - Self.changesMax) more in the full report" : nil
    if let movers = report.movers.content {
      let (top, bottom) = NightlyReport.extremes(of: movers)
      self.movers = top + bottom.reversed()
    } else {
      movers = []
    }
    failures = Self.failures(of: report)
    subject = Self.subject(of: report)
  }

  private static func subject(of report: NightlyReport) -> String {
    let counts = [
      report.changes.content.map { count($0.newSignals.count, "new signal") },
      report.coverage.gaps.flatMap { $0 > 0 ? count($0, "gap") : nil },
    ].compactMap { $0 }
    let text = "[jobs] \(report.verdict.word): \(report.job) \(report.dateText)" + counts.map { ", \($0)" }.joined()
    return PlainTable.cutInTheMiddle(VisibleText.shown(text), to: 120)
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private static func changes(of report: NightlyReport) -> [String] {
    guard let changes = report.changes.content else { return [] }
    func lines(_ kind: String, _ rows: [NightlyReport.SignalChange]) -> [String] {
      rows.map { "\(kind): \($0.direction.shape) \($0.symbol) \($0.strategy), \($0.sentence)" }
    }
    let hits = (report.alerts?.content ?? []).filter(\.isHit).map { "Alert: \($0.symbol) \($0.alert), \($0.sentence ?? $0.condition)" }
    return hits + lines("New", changes.newSignals) + lines("Reversed", changes.reversedSignals) + lines("Closed", changes.closedSignals)
      + changes.regimes.map { "Regime: \($0.symbol) \($0.text)" } + changes.restatedBars.map { "Restated: \($0.symbol) \($0.text)" }
      + changes.newSymbols.map { "New symbol: \($0)" } + changes.missingSymbols.map { "Missing symbol: \($0)" }
  }

  private static func failures(of report: NightlyReport) -> [String] {
    [
      ("What changed", report.changes.failure), ("Signals", report.signals.failure), ("Chart patterns", report.patterns?.failure),
      ("Strategies", report.strategies?.failure), ("Alerts", report.alerts?.failure),
      ("Movers", report.movers.failure), ("Risk", report.risks.failure), ("Calendar", report.calendar.failure),
      ("Data quality", report.quality.failure), ("Pipeline health", report.health.failure),
    ].compactMap { name, reason in reason.map { "\(name) could not be made: \($0)" } }
  }

  /// One line per kind of fact, so that there are 8 to 12; long lists are counted.
  var plainText: String {
    var lines = ["\(verdict.word.uppercased())  \(heading)"]
    lines.append(contentsOf: verdict.sentences.prefix(2))
    let half = (facts.count + 1) / 2
    for part in [facts.prefix(half), facts.dropFirst(half)] { lines.append(part.map { "\($0.name): \($0.value)" }.joined(separator: "; ")) }
    lines.append(changes.isEmpty ? "Nothing changed since the report before." : changes[0])
    lines.append(contentsOf: changes.dropFirst().prefix(1))
    if changes.count > 2 { lines.append("... and \(changes.count - 2)\(changesNote == nil ? "" : "+") more changes in the full report.") }
    lines.append("Movers: " + (movers.isEmpty ? NumberStyle.missing : Self.moverLine(movers)))
    if let failure = failures.first { lines.append(failure + (failures.count > 1 ? " (and \(failures.count - 1) more)" : "")) }
    lines.append("To do: " + (verdict.actions.isEmpty ? "nothing." : verdict.actions.joined(separator: " ")))
    while lines.count < 7 { lines.append("") }
    lines.append("Full report: \(place)")
    return lines.map { VisibleText.shown($0) + "\n" }.joined()
  }

  private static func moverLine(_ movers: [Mover]) -> String {
    let ends = movers.count > 4 ? Array(movers.prefix(2)) + movers.suffix(2) : movers
    return ends.map { "\($0.symbol) \(NumberStyle.change.text(share: $0.change))" }.joined(separator: ", ")
  }
}
