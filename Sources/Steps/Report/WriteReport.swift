public import Analysis
import Foundation
public import JobGraph
import MarketData
import Mirroring
import Reporting
public import Running
public import Scheduling
public import Storage

/// `report.nightly`: what people read in the morning. A pure function of the warehouse at a logical date: same rows, same bytes.
public struct WriteReport: StepOperation {
  private let warehouse: Warehouse
  private let place: ReportPlace
  private let markets: MarketRules
  private let alerts: [Alert]

  public init(_ warehouse: Warehouse, to place: ReportPlace, markets: MarketRules, alerts: [Alert]) {
    (self.warehouse, self.place, self.markets, self.alerts) = (warehouse, place, markets, alerts)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let edition = try await edition(
      of: context.run, step: context.task.id.step, job: context.job, context.logicalDate, context.parameters)
    try Task.checkCancellation()
    try edition.write(to: place)
    let (place, logicalDate) = (place, context.logicalDate)
    return try await context.commit(in: warehouse) { transaction in
      try transaction.upsert(edition.published)
      try transaction.enqueue(
        path: RealtimePath("reports", edition.published.job, logicalDate.iso8601).description, value: edition.published.summary,
        logicalDate: logicalDate)
      try ReportIndex.write(try transaction.reader.reports(limit: 400), to: place)
      return TaskOutcome(
        note: "\(edition.report.verdict.word), \(edition.bytes / 1024) KB",
        counts: [.init("bytes", edition.bytes), .init("pages", edition.pages)])
    }
  }

  /// Writes the report of a recorded run again.
  /// - Returns: the path of the overview.
  public func rebuild(run: RunID, job: String, logicalDate: Instant) async throws -> String {
    let plan = try await warehouse.read { try $0.plan(of: run) }
    guard let step = plan.steps.first(where: { $0.uses == Operations.nightlyReport.name }) else {
      throw TaskFailure(.permanent, "\(job) has no step that writes a report")
    }
    let edition = try await edition(of: run, step: step.id, job: job, logicalDate, Parameters(step.with))
    try edition.write(to: place)
    let place = place
    try await warehouse.write { transaction in
      try transaction.upsert(edition.published)
      try ReportIndex.write(try transaction.reader.reports(limit: 400), to: place)
    }
    return "\(place.root)/\(edition.published.path)/index.html"
  }

  private func edition(
    of run: RunID, step: StepID, job: String, _ logicalDate: Instant, _ parameters: Parameters
  ) async throws -> ReportEdition {
    let intervals = parameters.texts("intervals").compactMap { Interval(rawValue: $0) }
    let folder = place.folder(of: job, logicalDate)
    let data = try await warehouse.read { [markets, alerts] in
      try ReportData.read(
        $0, run: run, step: step, job: job, logicalDate: logicalDate, folder: folder, intervals: intervals.isEmpty ? [.day1] : intervals,
        markets: markets, alerts: alerts)
    }
    return try ReportEdition(data, folder: folder)
  }
}

/// A report on its way to its folder. The page of a symbol is made when it is written: a year of bars is some 200 KB of text, and a
/// report has hundreds of them.
struct ReportEdition {
  let report: NightlyReport
  /// As the warehouse and the index know it.
  let published: PublishedReport
  private let folder: String
  private let data: ReportData
  private let keys: [SeriesKey]
  private let renderer: ReportRenderer
  /// All files but those of the symbols.
  private let files: [File]

  private typealias File = (name: String, text: String)

  /// The size of the overview.
  let bytes: Int
  let pages: Int

  init(_ data: ReportData, folder: String) throws {
    (self.data, self.folder) = (data, folder)
    renderer = try ReportRenderer()
    keys = data.keysWithData
    let links = NightlyReport.Links(
      index: .known("../../index.html"), previous: data.previous.map { $0.link }, run: .known("run.html"),
      files: ReportEdition.dataFiles(data).map { ReportLink($0, .known($0)) },
      symbols: Dictionary(uniqueKeysWithValues: keys.map { ($0.symbol, .known("symbols/\(PageName.file(for: $0.symbol)).html")) }))
    report = NightlyReport(data, links: links)
    published = PublishedReport(
      job: data.job, logicalDate: data.logicalDate, verdict: report.verdict.state.rawValue, path: folder,
      summary: try ReportSummary(report, symbols: keys.map(\.symbol.name), newSignals: data.newSignals.count).json())
    var files: [File] = [("index.html", renderer.html(report)), ("report.json", report.json)]
    for table in report.csvTables { files += [("\(table.name).csv", table.text()), ("\(table.name).schema.json", table.schema)] }
    let mail = MailVersion(report, fullReport: "reports/\(folder)/index.html", renderer: renderer)
    files += [("mail.txt", "Subject: \(mail.subject)\n\n\(mail.plainText)"), ("mail.html", mail.html)]
    self.files = files
    bytes = files[0].text.utf8.count
    pages = keys.count + 1
  }

  /// The files of a symbol.
  private func files(at index: Int, _ findings: SymbolPage.Findings) -> [File] {
    let page = SymbolPage(
      keys[index], data, findings, overview: .known("../index.html"), previous: index > 0 ? keys[index - 1].link : nil,
      next: index + 1 < keys.count ? keys[index + 1].link : nil)
    let (name, table) = ("symbols/\(PageName.file(for: keys[index].symbol))", page.csvTable)
    return [("\(name).html", renderer.html(page)), ("\(name).csv", table.text()), ("\(name).schema.json", table.schema)]
  }

  /// What the overview links to beside the pages.
  private static func dataFiles(_ data: ReportData) -> [String] {
    let analyses = [("patterns.csv", data.analyses.patterns != nil), ("strategies.csv", data.analyses.outcomes != nil)]
    return ["report.json", "signals.csv"] + (data.alerts == nil ? [] : ["alerts.csv"]) + analyses.filter(\.1).map(\.0)
      + ["movers.csv", "risk.csv", "quality.csv", "steps.csv", "stale.csv"] + (data.bots == nil ? [] : ["bots.csv"]) + ["mail.html"]
  }

  /// Puts the whole report in its place in one step.
  func write(to place: ReportPlace) throws {
    let target = "\(place.root)/\(folder)"
    let parent = String(target[..<target.lastIndex(of: "/")!])
    let fresh = "\(parent)/.\(folder.split(separator: "/").last!).\(UInt32.random(in: 0...UInt32.max))"
    try AtomicFile.makeFolder("\(fresh)/symbols")
    do {
      func write(_ file: File) throws { try AtomicFile.write(file.text.utf8, to: "\(fresh)/\(file.name)", synced: false) }
      try files.forEach(write)
      let findings = SymbolPage.Findings(data)
      for index in keys.indices { try files(at: index, findings).forEach(write) }
      for name in ["run.html", "run.json"] {
        // The facts of an earlier run stay until this one writes its own.
        if let data = FileManager.default.contents(atPath: "\(target)/\(name)") {
          try AtomicFile.write(data, to: "\(fresh)/\(name)", synced: false)
        }
      }
      try AtomicFile.replaceFolder(at: target, with: fresh)
    } catch {
      // What could not be finished is rubbish; a failure to remove it changes nothing.
      try? FileManager.default.removeItem(atPath: fresh)
      throw error
    }
  }
}

extension SeriesKey {
  fileprivate var link: ReportLink { ReportLink(symbol.name, .known("\(PageName.file(for: symbol)).html")) }
}

extension PublishedReport {
  /// From a folder beside it.
  fileprivate var link: ReportLink {
    ReportLink(logicalDate.utcDay.description, .known("../\(path.split(separator: "/").last ?? "")/index.html"))
  }
}

extension RelativePath {
  /// A path that this program has made and knows to be one.
  static func known(_ path: String) -> RelativePath {
    guard let result = RelativePath(path) else { preconditionFailure("\(path) is no relative path") }
    return result
  }
}

extension ReportIndex {
  /// Writes `reports/index.html`.
  static func write(_ rows: [PublishedReport], to place: ReportPlace) throws {
    let entries = rows.compactMap { row -> Entry? in
      guard let summary = ReportSummary(json: row.summary) else { return nil }
      let coverage = NightlyReport.Coverage(
        dataThrough: summary.dataThrough.map { Instant(milliseconds: $0) }, symbolsExpected: summary.expected,
        symbolsDelivered: summary.delivered, gaps: summary.gaps, restatements: summary.restatements, quarantined: summary.quarantined)
      return Entry(
        job: row.job, logicalDate: row.logicalDate, state: Verdict.State(rawValue: summary.state) ?? .warning, word: summary.word,
        path: .known("\(row.path)/index.html"), coverage: coverage, newSignals: summary.newSignals, keyFigure: Double(summary.newSignals))
    }
    try AtomicFile.makeFolder(place.root)
    try AtomicFile.write(try ReportRenderer().html(ReportIndex(entries: entries)).utf8, to: "\(place.root)/index.html")
  }
}
