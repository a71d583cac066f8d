import Foundation
import JobGraph
import MarketData
import Reporting
import Scheduling
import Storage

/// What there is to tell of a run when all but its last steps have ended.
struct RunNotices {
  private let run: RunID
  private let job: String
  private let date: Instant
  private(set) var notices: [Notice] = []

  /// Lines of one notice; more are counted.
  private static let linesMax = 20

  /// - Parameter place: where the report lies, if the run has made one.
  static func read(_ reader: WarehouseReader, run: RunID, job: String, logicalDate: Instant, place: ReportPlace) throws -> [Notice] {
    var result = RunNotices(run: run, job: job, date: logicalDate)
    let (plan, steps) = (try reader.plan(of: run), try reader.steps(of: run))
    let folder = place.folder(of: job, logicalDate)
    func ended(_ operation: String) -> Bool {
      let names = Set(plan.steps.filter { $0.uses == operation }.map(\.id))
      return steps.contains { names.contains($0.step) && $0.state == "succeeded" }
    }
    try result.addEnd(reader, plan, steps)
    if ended(Operations.nightlyReport.name) { try result.addVerdict(reader, place, folder) }
    try result.addLateness(reader)
    if ended(Operations.signals.name) { try result.addSignals(reader, plan, folder) }
    // What fired is stored, whatever became of the step's other tasks.
    if plan.steps.contains(where: { $0.uses == Operations.alerts.name }) { try result.addAlerts(reader) }
    if ended(Operations.quality.name) { try result.addQuality(reader) }
    return result.notices
  }

  private init(run: RunID, job: String, date: Instant) { (self.run, self.job, self.date) = (run, job, date) }

  /// `nightly for 15 Jan 2026`
  private var what: String { Self.what(job, date) }

  static func what(_ job: String, _ date: Instant) -> String {
    "\(job) for " + (date == date.utcDay.midnight ? TimeStyle.date(date) : TimeStyle.moment(date))
  }

  private mutating func add(
    _ kind: Notice.Kind, _ nature: Notice.Nature = .event, _ severity: Notice.Severity, about subject: String, word: String, title: String,
    lines: [String] = [], report: String? = nil
  ) {
    let shown = lines.count > Self.linesMax ? lines.prefix(Self.linesMax) + ["and \(lines.count - Self.linesMax) more"] : lines[...]
    notices.append(
      Notice(
        kind, nature, severity: severity, job: job, subject: subject, word: word, cause: run.name,
        title: "[jobs] " + VisibleText.shown(title), lines: shown.map { VisibleText.shown($0) }, report: report))
  }

  private mutating func addEnd(_ reader: WarehouseReader, _ plan: Plan, _ steps: [StepRow]) throws {
    switch RunPage.state(of: plan, steps) {
    case .failed:
      add(.failed, .trouble, .error, about: job, word: "failed", title: "Failed: \(what)", lines: try reasons(reader, plan, steps))
    case .partial:
      add(.partial, .trouble, .warning, about: job, word: "partial", title: "Partial: \(what)", lines: try reasons(reader, plan, steps))
    case .succeeded: add(.recovered, .wellbeing, .info, about: job, word: "succeeded", title: "Recovered: \(what)")
    default: break
    }
  }

  /// A line for each step that did not go through.
  private func reasons(_ reader: WarehouseReader, _ plan: Plan, _ steps: [StepRow]) throws -> [String] {
    let rows = Dictionary(steps.map { ($0.step, $0) }) { $1 }
    let failures = try reader.attempts(of: run).filter { $0.state == "failed" }
    return plan.steps.filter { !$0.isFinal }.compactMap { step in
      if let skip = step.skip, skip.isShortfall { return "\(step.id): skipped: \(skip.sentence)" }
      guard let row = rows[step.id], ["failed", "cancelled", "skipped"].contains(row.state) else { return nil }
      if row.state == "skipped" { return row.reason.map { "\(step.id): skipped: \($0)" } }
      let first = failures.first { $0.task.step == step.id }?.message ?? row.reason
      let count = row.tasks > 1 ? "\(row.failed) of \(row.tasks) tasks \(row.state)" : row.state
      return "\(step.id): \(count)" + (first.map { ": \($0)" } ?? "")
    } + ["Look at it with `jobs show \(run.name)`."]
  }

  private mutating func addVerdict(_ reader: WarehouseReader, _ place: ReportPlace, _ folder: String) throws {
    let published = try reader.reports(limit: 50).first { $0.job == job && $0.logicalDate == date }
    // The text was written a moment ago; without it the verdict is told in a word.
    let mail = FileManager.default.contents(atPath: "\(place.root)/\(folder)/mail.txt").map { String(decoding: $0, as: UTF8.self) }
    guard let published, let summary = ReportSummary(json: published.summary) else { return }
    let parts = mail?.split(separator: "\n\n", maxSplits: 1).map(String.init) ?? []
    let subject = parts.first.flatMap { $0.hasPrefix("Subject: [jobs] ") ? String($0.dropFirst(16)) : nil }
    let lines = parts.count == 2 ? parts[1].split(separator: "\n", omittingEmptySubsequences: false).map(String.init) : []
    let severity: Notice.Severity =
      switch Verdict.State(rawValue: published.verdict) {
      case .ok: .info
      case .bad: .error
      default: .warning
      }
    add(
      .verdict, .event, severity, about: "\(job) report", word: summary.word, title: subject ?? "\(summary.word): \(what)",
      lines: lines.last == "" ? lines.dropLast() : lines, report: folder)
  }

  private mutating func addLateness(_ reader: WarehouseReader) throws {
    let line = try reader.log(of: run).first { $0.task == nil && $0.level == .warning && $0.message.contains(" was to be ready by ") }
    guard let line else { return }
    // Told already while it went on, unless it was killed just then.
    notices.append(.lateness(of: run, job: job, logicalDate: date, sentence: line.message))
  }

  private mutating func addSignals(_ reader: WarehouseReader, _ plan: Plan, _ folder: String) throws {
    let since = try reader.report(of: job, before: date, notIn: folder)?.logicalDate ?? date - .days(1)
    let followed = Set(plan.expectedSeries(Interval.allCases))
    let signals = try reader.signals(validAfter: since, until: date).filter { followed.isEmpty || followed.contains($0.key) }
    guard !signals.isEmpty else { return }
    let lines = signals.map { "\($0.readingDirection.shape) \($0.key.symbol) \($0.key.interval) \($0.strategy): \($0.sentence)" }
    let count = signals.count == 1 ? "1 new signal" : "\(signals.count) new signals"
    add(.signals, .event, .info, about: "\(job) signals", word: "signals", title: "\(count): \(what)", lines: lines)
  }

  private mutating func addAlerts(_ reader: WarehouseReader) throws {
    let fired = try reader.alerts(foundAfter: date - .milliseconds(1), until: date).map {
      ($0, Notice.Severity(rawValue: $0.severity) ?? .info)
    }
    .sorted { ($1.1, $0.0.key, $0.0.alert) < ($0.1, $1.0.key, $1.0.alert) }
    guard let worst = fired.first else { return }
    let count = fired.count == 1 ? "1 alert" : "\(fired.count) alerts"
    add(
      .alerts, .event, worst.1, about: "\(job) alerts", word: count, title: "\(count): \(what)",
      lines: fired.map { "\($0.0.key.symbol) \($0.0.key.interval) \($0.0.alert): \($0.0.sentence)" })
    // A run that is made again for the same date has the same alerts: they are told once.
    notices[notices.count - 1].cause = "\(job) \(date.iso8601)"
  }

  private mutating func addQuality(_ reader: WarehouseReader) throws {
    let failed = try reader.qualityResults(at: date).filter { !$0.passed && $0.severity == "error" }
    let rejected = try reader.quarantined(at: date)
    let subject = "\(job) quality"
    guard !failed.isEmpty || !rejected.isEmpty else {
      return add(.recovered, .wellbeing, .info, about: subject, word: "well", title: "Recovered: the data quality of \(what)")
    }
    add(
      .quality, .trouble, .warning, about: subject, word: "failing",
      title: "Data quality: \(what), \(failed.count) failed, \(rejected.count) rows in quarantine",
      lines: failed.map { "\($0.key.symbol) \($0.key.interval) \($0.rule): \($0.sentence)" }
        + rejected.map { "\($0.key.symbol) \($0.key.interval) in quarantine: \($0.reason)" })
  }
}
