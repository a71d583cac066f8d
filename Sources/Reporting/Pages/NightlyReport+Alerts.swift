import MarketData

extension NightlyReport {
  /// So many hits are listed, the gravest first, and so many that are near; all stand in alerts.csv.
  static let hitsShown = 30
  static let nearShown = 10

  func alertsSection(_ alerts: Section<[AlertRow]>) -> PageSection {
    PageSection("alerts", "Alerts", alerts, count: { $0.filter(\.isHit).count }) { rows in
      guard !rows.isEmpty else { return [.note("No alert was hit.")] }
      let hits = rows.filter(\.isHit).enumerated().sorted {
        (Self.rank($0.element.severity), $0.offset) < (Self.rank($1.element.severity), $1.offset)
      }
      let near = rows.filter { !$0.isHit }.enumerated().sorted {
        ($0.element.distance ?? .infinity, $0.offset) < ($1.element.distance ?? .infinity, $1.offset)
      }
      let shown = (hits.prefix(Self.hitsShown) + near.prefix(Self.nearShown)).map(\.element)
      let table = HTMLTable(
        caption: "Alerts, hit ones first, then the nearest",
        columns: [
          .text("Symbol"), .text("State"), .text("Alert"), .text("What"), .text("Bar"), .number("Distance"), .number("In ATR"),
        ], rows: shown.map { cells($0) })
      let more = hits.count - Self.hitsShown
      let rest: [PageSection.Block] = more > 0 ? [.note("and \(more) more hit\(more == 1 ? "" : "s"): alerts.csv has all of them.")] : []
      return (hits.isEmpty ? [.note("No alert was hit.")] : []) + [.markup(table.markup)] + rest
    }
  }

  private static func rank(_ severity: Verdict.State) -> Int { severity == .bad ? 0 : severity == .warning ? 1 : 2 }

  private func cells(_ row: AlertRow) -> [HTMLTable.Cell] {
    [
      .link(row.symbol.name, links.symbols[row.symbol]), row.isHit ? .state("hit", row.severity) : .text("not hit"),
      .text(row.alert.isEmpty ? NumberStyle.missing : row.alert), .prose(row.sentence ?? row.condition),
      // One that was not hit has no bar to tell of.
      row.isHit ? .missingOr(row.barTime.map { TimeStyle.barTime($0, daily: TimeStyle.isMidnight($0)) }) : .text("—"),
      row.distance == nil && row.isHit ? .text("") : .number(worded(NumberStyle.percent.text(share: row.distance.map(abs)), row)),
      row.distanceInRanges == nil && row.isHit ? .text("") : .number(NumberStyle(decimals: 1).text(row.distanceInRanges.map(abs))),
    ]
  }

  private func worded(_ text: String, _ row: AlertRow) -> String {
    row.isHit ? text + ((row.distance ?? 0) < 0 ? " back" : " beyond") : text
  }
}
