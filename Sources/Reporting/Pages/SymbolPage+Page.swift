import MarketData
import Scheduling

extension SymbolPage {
  static let template = """
    {{<frame}}{{$main}}<h1>{{symbol}} <span class="soft">{{name}}</span></h1>
    \(Fact.template)
    <p class="note">{{origin}}</p>
    {{>sections}}{{/main}}{{/frame}}
    """

  var view: View {
    let frame = PageFrame(
      title: "\(symbol) \(interval), \(TimeStyle.date(logicalDate))",
      crumbs: [("Overview", overview), (symbol.name, nil)], previous: previous, next: next,
      notes: [
        "A hollow candle closed at or above its open, a filled one below. The horizontal axis counts bars; where bars are missing, the chart says so.",
        "An indicator is missing where too few bars lie before it.",
      ])
    return frame.view { view in
      view["symbol"] = .text(symbol.name)
      view["name"] = .text([name, interval.rawValue].compactMap { $0 }.joined(separator: " · "))
      view["origin"] = .text("Source: \(source). \(adjustmentNote)")
      view["facts"] = .list(facts.map(\.view))
      view["sections"] = .list(sections.map(\.view))
    }
  }

  private var facts: [Fact] {
    let style = priceStyle
    return [
      Fact("Last close", style.text(candles.close.last)), Fact("Change", NumberStyle.change.text(share: lastChange)),
      Fact("Last bar", candles.openTimes.last.map { TimeStyle.barTime($0, daily: isDaily) }), Fact("High", style.text(candles.high.max())),
      Fact("Low", style.text(candles.low.min())), Fact("Bars shown", candles.count), Fact("Signals", signals.count),
    ] + (regime.map { [Fact("Regime", $0.text)] } ?? [])
  }

  private var sections: [PageSection] {
    var sections = [PageSection("chart", "Chart", blocks: chartBlocks)]
    sections.append(
      PageSection(
        "signals", "Signals", count: NumberStyle.count.text(signals.count),
        blocks: signals.isEmpty ? [.note("No signal on this symbol.")] : [.markup(SignalTable.markup(signals))]))
    if !patterns.isEmpty {
      sections.append(
        PageSection(
          "patterns", "Chart patterns", count: NumberStyle.count.text(patterns.count), blocks: [.markup(PatternTable.markup(patterns))]))
    }
    if !actions.isEmpty { sections.append(PageSection("actions", "Corporate actions", blocks: [.markup(actionTable)])) }
    sections.append(
      PageSection("quality", "Data quality", blocks: quality.isEmpty ? [.note("All rules hold.")] : [.markup(QualityTable.markup(quality))])
    )
    sections.append(
      PageSection(
        "bars", "Bars",
        blocks: [
          .markup(barTable(last: 30).markup),
          .fold(summary: "All \(NumberStyle.count.text(candles.count)) bars of the charts", barTable(last: candles.count).markup),
        ]))
    return sections
  }

  private var chartBlocks: [PageSection.Block] {
    guard !candles.isEmpty else { return [.note("There are no bars to draw.")] }
    return charts.map { .markup(Figure.markup(heading: $0.finding, note: $0.title, $0.svg)) }
  }

  private var actionTable: Markup {
    HTMLTable(
      caption: "Splits and dividends", columns: [.text("Date"), .text("Action")],
      rows: actions.map { [.text(TimeStyle.isoDate($0.date)), .prose($0.sentence)] }
    ).markup
  }

  /// The figures of the charts, newest first: what a chart draws stands here in the same columns.
  func barTable(last count: Int) -> HTMLTable {
    let (style, daily) = (priceStyle, isDaily)
    let volumeStyle = NumberStyle.prices(candles.volume).decimals > 2 ? NumberStyle(decimals: 2) : NumberStyle.count
    let columns = tableColumns
    let titles = ["Open", "High", "Low", "Close", "Volume"] + columns.map(\.name)
    let shown = (max(0, candles.count - count)..<candles.count).reversed()
    return HTMLTable(
      caption: count >= candles.count ? "All bars of the charts" : "The last \(count) bars",
      columns: [.text("Bar")] + titles.map { .number($0) },
      rows: shown.map { index in
        let prices = [candles.open[index], candles.high[index], candles.low[index], candles.close[index]]
        return [.text(TimeStyle.barTime(candles.openTimes[index], daily: daily))] + prices.map { .price($0, style) }
          + [.number(volumeStyle.text(candles.volume[index]))] + columns.map { .price($0.values[index], $0.style) }
      })
  }

  /// The columns behind open, high, low, close and volume.
  var tableColumns: [(name: String, values: Column, style: NumberStyle)] {
    var columns = overlays.map { (name: $0.name, values: $0.values, style: priceStyle) }
    if let rsi { columns.append((name: "RSI", values: rsi, style: NumberStyle(decimals: 1))) }
    if let macd {
      let style = SymbolPage.oscillatorStyle((macd.line + macd.signal).compactMap { $0 })
      columns.append((name: "MACD", values: macd.line, style: style))
      columns.append((name: "Signal", values: macd.signal, style: style))
      columns.append((name: "Histogram", values: macd.histogram, style: style))
    }
    return columns
  }
}
