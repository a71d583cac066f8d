import Scheduling

extension ReportIndex {
  static let template = """
    {{<frame}}{{$main}}<h1>Reports</h1>
    {{>sections}}{{/main}}{{/frame}}
    """

  var view: View {
    let frame = PageFrame(title: "Reports", crumbs: [("Reports", nil)])
    return frame.view { $0["sections"] = .list(sections.map(\.view)) }
  }

  private var sections: [PageSection] {
    guard !entries.isEmpty else { return [PageSection("reports", "All reports", blocks: [.note("No report has been made yet.")])] }
    let hidden = entries.count - shown.count
    let note = hidden > 0 ? "The newest \(NumberStyle.count.text(shown.count)) of \(NumberStyle.count.text(entries.count)) reports." : nil
    return [
      PageSection("jobs", "Latest of each job", blocks: [.markup(latestTable)]),
      PageSection(
        "reports", "All reports", count: NumberStyle.count.text(entries.count),
        blocks: [note.map { .note($0) }, .markup(table)].compactMap { $0 }),
    ]
  }

  /// The newest report of each job, with the course of its key figure over the last 30.
  private var latestTable: Markup {
    let byJob = Dictionary(grouping: shown, by: \.job)
    return HTMLTable(
      caption: "Latest report of each job",
      columns: [.text("Job"), .text("Date"), .text("Verdict"), .number(keyFigureName), .text("Last 30", "Oldest left, newest right")],
      rows: byJob.keys.sorted().compactMap { job in
        guard let reports = byJob[job], let latest = reports.first else { return nil }
        let figures = reports.prefix(30).reversed().map(\.keyFigure)
        let spark = Sparkline(figures, style: Self.figureStyle(figures))
        return [
          .link(job, latest.path), .text(Self.date(latest.logicalDate)), .state(latest.word, latest.state),
          .number(spark.style.text(latest.keyFigure)), figures.contains { $0 != nil } ? .markup(spark.svg) : .text(NumberStyle.missing),
        ]
      }, fillsWidth: false
    ).markup
  }

  private var table: Markup {
    HTMLTable(
      caption: "All reports, newest first",
      columns: [
        .text("Date"), .text("Job"), .text("Verdict"), .number("Symbols"), .number("Gaps"), .number("Restated"), .number("Quarantined"),
        .number("New signals"),
      ],
      rows: shown.map { entry in
        let coverage = entry.coverage
        let delivered = NumberStyle.count.text(coverage.symbolsDelivered)
        return [
          .link(Self.date(entry.logicalDate), entry.path), .text(entry.job), .state(entry.word, entry.state),
          .number(coverage.symbolsExpected.map { "\(delivered) of \(NumberStyle.count.text($0))" } ?? delivered), .count(coverage.gaps),
          .count(coverage.restatements), .count(coverage.quarantined), .count(entry.newSignals),
        ]
      }
    ).markup
  }

  private static func date(_ instant: Instant) -> String { TimeStyle.barTime(instant, daily: TimeStyle.isMidnight(instant)) }

  /// Counts stay counts.
  private static func figureStyle(_ figures: [Double?]) -> NumberStyle {
    let known = figures.compactMap { $0 }
    return known.allSatisfy { $0 == $0.rounded() } ? .count : NumberStyle.prices(known)
  }
}
