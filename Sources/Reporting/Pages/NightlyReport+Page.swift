import MarketData
import Scheduling

extension NightlyReport {
  static let template = """
    {{<frame}}{{$main}}<h1>{{job}} <span class="soft">{{date}}</span></h1>
    \(Verdict.template)
    \(Fact.template)
    {{>sections}}{{/main}}{{/frame}}
    """

  var view: View {
    let frame = PageFrame(
      title: "\(verdict.state.shape) \(verdict.word): \(job), \(dateText)",
      crumbs: [("Reports", links.index), (job, nil), (dateText, nil)],
      previous: links.previous, next: links.next, files: files, notes: method)
    return frame.view { view in
      view["job"] = .text(job)
      view["date"] = .text(dateText)
      view["verdict"] = .view(verdict.view)
      view["facts"] = .list(facts.map(\.view))
      view["sections"] = .list(sections.map(\.view))
    }
  }

  /// `20 Nov 2026`, with the time of day for a job that runs more often.
  var dateText: String {
    TimeStyle.date(logicalDate) + (TimeStyle.isMidnight(logicalDate) ? "" : ", \(TimeStyle.clock(logicalDate)) UTC")
  }

  private var files: [ReportLink] {
    (links.run.map { [ReportLink("Facts of the run", $0)] } ?? []) + links.files
  }

  var facts: [Fact] {
    let delivered = coverage.symbolsDelivered.map { NumberStyle.count.text($0) } ?? NumberStyle.missing
    let symbols = coverage.symbolsExpected.map { "\(delivered) of \(NumberStyle.count.text($0))" } ?? delivered
    let through = coverage.dataThrough.map { TimeStyle.isMidnight($0) ? TimeStyle.date($0) : TimeStyle.barTime($0, daily: false) }
    return [
      Fact("Data complete to", through), Fact("Symbols", symbols), Fact("Gaps", coverage.gaps),
      Fact("Restated bars", coverage.restatements),
      Fact("Quarantined", coverage.quarantined), Fact("New signals", changes.content?.newSignals.count),
      Fact("Closed signals", changes.content?.closedSignals.count),
    ]
  }

  private var sections: [PageSection] {
    [
      changesSection, alerts.map(alertsSection),
      PageSection("signals", "Signals", signals, count: \.count) { rows in
        rows.isEmpty ? [.note("No signal is open.")] : [.markup(SignalTable.markup(rows, links: links.symbols))]
      },
      patternsSection, strategiesSection, moversSection, risksSection,
      PageSection("calendar", "Calendar", calendar) { notes in
        notes.isEmpty ? [.note("Nothing is known for the coming sessions.")] : [.list(notes)]
      },
      PageSection("quality", "Data quality", quality, count: \.count) { rows in
        rows.isEmpty ? [.note("All rules hold.")] : [.markup(QualityTable.markup(rows, links: links.symbols))]
      },
      botsSection, healthSection,
    ].compactMap { $0 }
  }
}
