import MarketData
import Scheduling

extension NightlyReport {
  /// How many stand at the top and at the bottom.
  static let moversShown = 5

  var moversSection: PageSection {
    PageSection("movers", "Movers", movers) { movers in
      guard !movers.isEmpty else { return [.note("No symbol has a bar to compare.")] }
      let (top, bottom) = Self.extremes(of: movers)
      var writer = MarkupWriter()
      writer.element("div", ["class": "pair"]) { writer in
        writer.insert(table(of: top, caption: "Highest z-score", showsCaption: true))
        writer.insert(table(of: bottom, caption: "Lowest z-score", showsCaption: true))
      }
      let all = movers.sorted { $0.symbol < $1.symbol }
      let ranked =
        top.isEmpty ? "No symbol has a z-score yet." : "Ranked by z-score: the change in standard deviations of the changes before it."
      return [
        .note(ranked + " Volume is compared with its median of 20 bars; the line shows the last closes."), .markup(writer.markup),
        .fold(summary: "All symbols (\(NumberStyle.count.text(all.count)))", table(of: all, caption: "All symbols")),
      ]
    }
  }

  /// The symbols with the highest and the lowest z, most extreme first; nobody stands in both, and who has no z in neither.
  static func extremes(of movers: [Mover]) -> (top: [Mover], bottom: [Mover]) {
    let ranked = movers.filter { $0.zScore?.isFinite == true }.sorted {
      ($1.zScore ?? 0, $0.symbol) < ($0.zScore ?? 0, $1.symbol)
    }
    let top = ranked.prefix(min(moversShown, (ranked.count + 1) / 2))
    return (Array(top), Array(ranked.dropFirst(top.count).suffix(moversShown).reversed()))
  }

  private func table(of movers: [Mover], caption: String, showsCaption: Bool = false) -> Markup {
    let daily = movers.allSatisfy { $0.barTime.map(TimeStyle.isMidnight) ?? true }
    let columns: [HTMLTable.Column] = [
      .text("Symbol"), .number("Last"), .number("Change"), .number("z"), .number("Volume", "Volume over its median of 20 bars"),
      .text("Closes"),
    ]
    return HTMLTable(
      caption: caption, showsCaption: showsCaption, columns: columns + (showsCaption ? [] : [.text("Bar")]),
      rows: movers.map { row in
        let style = NumberStyle.prices(row.closes.compactMap { $0 } + [row.last].compactMap { $0 })
        let cells: [HTMLTable.Cell] = [
          .link(row.symbol.name, links.symbols[row.symbol]), .price(row.last, style), .change(row.change),
          .number(NumberStyle(decimals: 1, showsPlus: true).text(row.zScore)),
          .number(NumberStyle(decimals: 1, suffix: " ×").text(row.volumeRatio)),
          row.closes.isEmpty ? .text(NumberStyle.missing) : .markup(Sparkline(row.closes, style: style).svg),
        ]
        return cells + (showsCaption ? [] : [.missingOr(row.barTime.map { TimeStyle.barTime($0, daily: daily) })])
      }
    ).markup
  }

  var risksSection: PageSection {
    PageSection("risk", "Risk of the watch list", risks) { rows in
      guard !rows.isEmpty else { return [.note("No symbol has enough bars.")] }
      let sorted = rows.sorted { ($1.drawdown ?? -1, $0.symbol) < ($0.drawdown ?? -1, $1.symbol) }
      let chart = Self.drawdownChart(of: sorted)
      return [
        .markup(Figure.markup(heading: chart.finding, note: "\(chart.title), percent of the peak", chart.svg)),
        .fold(summary: "Volatility, drawdown and regime of all \(NumberStyle.count.text(rows.count)) symbols", riskTable(sorted)),
      ]
    }
  }

  /// The ten deepest falls, as they stand in the table.
  static func drawdownChart(of sorted: [RiskRow]) -> BarChart {
    let shown = sorted.filter { $0.drawdown != nil }.prefix(10)
    let finding =
      shown.first.map { "\($0.symbol) is furthest below its peak: \(NumberStyle.percent.text(share: $0.drawdown))." }
      ?? "No drawdown is known."
    return BarChart(
      title: "Deepest falls from the peak", finding: finding, bars: shown.map { NamedValue($0.symbol.name, $0.drawdown) },
      style: NumberStyle.percent, isShare: true)
  }

  private func riskTable(_ rows: [RiskRow]) -> Markup {
    let hasRegimes = rows.contains { $0.regime != nil }
    return HTMLTable(
      caption: "Volatility and drawdown",
      columns: [
        .text("Symbol"), .number("Volatility", "Standard deviation of log returns, annualized"),
        .number("Percentile", "Share of its own past year with lower volatility"),
        .number("Drawdown", "Fall from the peak to the last close"),
        .number("Deepest"), .number("Periods a year"), .number("Bars"),
      ] + (hasRegimes ? [.text("Regime", "Trend by rules, and volatility beside the symbol's own past year")] : []),
      rows: rows.map { row in
        [
          .link(row.symbol.name, links.symbols[row.symbol]), .percent(row.volatility), .percent(row.volatilityPercentile),
          .percent(row.drawdown), .percent(row.drawdownMax), .count(row.periodsPerYear), .count(row.sample),
        ] + (hasRegimes ? [.missingOr(row.regime?.short)] : [])
      }
    ).markup
  }
}

/// A chart with its finding as heading.
enum Figure {
  static func markup(heading: String, note: String, _ svg: Markup) -> Markup {
    var writer = MarkupWriter()
    writer.element("figure") { writer in
      writer.element("figcaption") { writer in
        writer.element("strong", text: heading)
        writer.write(" ")
        writer.element("span", ["class": "quiet"], text: note)
      }
      writer.element("div", ["class": "sheet"]) { $0.insert(svg) }
    }
    return writer.markup
  }
}
