extension Chart {
  /// The chart as inline SVG: real text, `role="img"`, title and finding; styled by the classes of the page's style sheet.
  ///
  /// More than 600 bars are drawn in groups (first open, highest high, lowest low, last close), lines thinned to as many points.
  public var svg: Markup {
    var writer = MarkupWriter()
    guard let layout = ChartLayout(self) else {
      writer.element("p", ["class": "empty"], text: "\(title): no data to draw.")
      return writer.markup
    }
    let box = "0 0 \(PathData.number(ChartLayout.width)) \(PathData.number(layout.totalHeight))"
    writer.element("svg", ["class": "chart", "viewBox": box, "width": "100%", "role": "img"]) { writer in
      writer.element("title", text: title)
      writer.element("desc", text: finding)
      drawBands(layout, &writer)
      drawAxes(layout, &writer)
      for layer in layers { draw(layer, layout, &writer) }
      drawGaps(layout, &writer)
      drawMarks(layout, &writer)
      drawLabels(layout, &writer)
      drawReadings(layout, &writer)
    }
    return writer.markup
  }

  private func drawBands(_ layout: ChartLayout, _ writer: inout MarkupWriter) {
    for case .band(let from, let to) in layers {
      let (top, bottom) = (layout.scale.y(max(from, to)), layout.scale.y(min(from, to)))
      var path = PathData()
      path.rectangle(x: ChartLayout.left, y: top, width: ChartLayout.right - ChartLayout.left, height: bottom - top)
      writer.empty("path", ["class": "band", "d": path.text])
    }
  }

  private func drawAxes(_ layout: ChartLayout, _ writer: inout MarkupWriter) {
    var grid = PathData()
    for tick in valueTicks(layout) {
      grid.move(ChartLayout.left, layout.scale.y(tick))
      grid.horizontal(to: ChartLayout.right)
    }
    let dates = TimeTick.ticks(for: times, atMost: 13)
    for tick in dates {
      let x = layout.x(tick.index) - layout.step / 2
      grid.move(x, ChartLayout.top)
      grid.vertical(to: layout.bottom)
    }
    if !grid.isEmpty { writer.empty("path", ["class": "grid", "d": grid.text]) }
    var axis = PathData()
    axis.move(ChartLayout.left, layout.bottom)
    axis.horizontal(to: ChartLayout.right)
    writer.empty("path", ["class": "axis", "d": axis.text])
    if showsDates { drawDates(dates, layout, &writer) }
  }

  private func drawDates(_ dates: [TimeTick], _ layout: ChartLayout, _ writer: inout MarkupWriter) {
    var free = -Double.infinity
    for tick in dates {
      let x = layout.x(tick.index) - layout.step / 2
      let end = x + Double(tick.label.count) * 6.6
      guard x >= free, end < ChartLayout.right + 40 else { continue }
      let style = tick.isMajor ? "tick major" : "tick"
      writer.element("text", ["class": style, "x": PathData.number(x), "y": PathData.number(layout.bottom + 14)], text: tick.label)
      free = end + 8
    }
  }

  private func drawGaps(_ layout: ChartLayout, _ writer: inout MarkupWriter) {
    for gap in gaps where times.indices.contains(gap.index) {
      let x = layout.x(gap.index) - layout.step / 2
      let isLeft = x > ChartLayout.right - 110
      var path = PathData()
      path.move(x, ChartLayout.top)
      path.vertical(to: layout.bottom)
      writer.element("g", ["class": "gap"]) { writer in
        writer.empty("path", ["d": path.text])
        let label = gap.bars == 1 ? "1 bar missing" : "\(NumberStyle.count.text(gap.bars)) bars missing"
        writer.element(
          "text",
          ["x": PathData.number(x + (isLeft ? -4 : 4)), "y": PathData.number(layout.bottom - 5), "text-anchor": isLeft ? "end" : "start"],
          text: label)
      }
    }
  }

  /// Transparent columns over the bars of a candle chart: pointing at one shows its figures, without a script.
  private func drawReadings(_ layout: ChartLayout, _ writer: inout MarkupWriter) {
    for case .candles(let open, let high, let low, let close) in layers {
      let daily = times.allSatisfy(TimeStyle.isMidnight)
      writer.element("g", ["class": "readings"]) { writer in
        for group in layout.groups {
          let (first, last) = (group.lowerBound, group.upperBound - 1)
          let reading =
            "\(TimeStyle.barTime(times[first], daily: daily)) open \(text(open[first])) high \(text(high[group].max() ?? high[first])) "
            + "low \(text(low[group].min() ?? low[first])) close \(text(close[last]))"
          let width = layout.step * Double(group.count)
          writer.element(
            "rect",
            [
              "x": PathData.number(layout.x(first) - layout.step / 2), "y": PathData.number(ChartLayout.top),
              "width": PathData.number(width), "height": PathData.number(layout.bottom - ChartLayout.top),
            ]
          ) { $0.element("title", text: reading) }
        }
      }
    }
  }

  func valueTicks(_ layout: ChartLayout) -> [Double] { ticks ?? layout.scale.ticks(about: height > 150 ? 5 : height > 60 ? 3 : 2) }
}
