extension Chart {
  /// Everything right of the plot: the last value in a tag, the names of the lines at their ends, and the round values that still
  /// have room. What would overlap is moved (names) or left out (round values).
  func drawLabels(_ layout: ChartLayout, _ writer: inout MarkupWriter) {
    var labels = lineLabels(layout)
    if let tag = lastTag(layout) { labels.append(tag) }
    let placed = Self.spread(labels, from: ChartLayout.top + 2, to: layout.bottom)
    let style = tickText(layout)
    for tick in valueTicks(layout) {
      let y = layout.scale.y(tick)
      guard !placed.contains(where: { abs($0.y - y) < 12 }) else { continue }
      writer.element(
        "text", ["class": "tick", "x": PathData.number(ChartLayout.right + 6), "y": PathData.number(y + 3.5)], text: style(tick))
    }
    for label in placed { draw(label, layout, &writer) }
  }

  private struct Label {
    var text: String
    var style: String
    var y: Double
    var isTag = false
  }

  private func lineLabels(_ layout: ChartLayout) -> [Label] {
    layers.compactMap { layer in
      switch layer {
      case .line(let name, let values, let style): label(name, values, style.rawValue, layout)
      case .area(let name, let values): label(name, values, "l2", layout)
      case .bars(let name, let values, _): label(name, values, "quiet", layout)
      case .candles, .histogram, .rule, .band: nil
      }
    }
  }

  private func label(_ name: String, _ values: Column, _ style: String, _ layout: ChartLayout) -> Label? {
    guard let last = values.last ?? nil, last.isFinite else { return nil }
    return Label(text: "\(name) \(text(last))", style: style, y: layout.scale.y(last))
  }

  private func lastTag(_ layout: ChartLayout) -> Label? {
    for case .candles(let open, _, _, let close) in layers {
      guard let last = close.last, let first = open.last else { return nil }
      return Label(text: text(last), style: last >= first ? "up" : "down", y: layout.scale.y(last), isTag: true)
    }
    return nil
  }

  /// Moves labels apart until each has 13 units, keeping their order and staying inside where there is room.
  private static func spread(_ labels: [Label], from top: Double, to bottom: Double) -> [Label] {
    var placed = labels.sorted { $0.y < $1.y }
    for index in placed.indices { placed[index].y = max(placed[index].y, index == 0 ? top : placed[index - 1].y + 13) }
    var limit = bottom
    for index in placed.indices.reversed() {
      placed[index].y = min(placed[index].y, limit)
      limit = placed[index].y - 13
    }
    return placed
  }

  private func draw(_ label: Label, _ layout: ChartLayout, _ writer: inout MarkupWriter) {
    let (x, y) = (ChartLayout.right + 6, PathData.number(label.y + 3.5))
    guard label.isTag else {
      writer.element("text", ["class": "name \(label.style)", "x": PathData.number(x), "y": y], text: label.text)
      return
    }
    var path = PathData()
    path.rectangle(x: x - 4, y: label.y - 7, width: Double(label.text.count) * 6.7 + 8, height: 14)
    writer.element("g", ["class": "tag \(label.style)"]) { writer in
      writer.empty("path", ["d": path.text])
      writer.element("text", ["x": PathData.number(x), "y": y], text: label.text)
    }
  }

  private func tickText(_ layout: ChartLayout) -> (Double) -> String {
    guard style != nil else { return { NumberStyle.short($0) } }
    let style = layout.scale.tickStyle(valueTicks(layout))
    return { style.text($0) }
  }

  func drawMarks(_ layout: ChartLayout, _ writer: inout MarkupWriter) {
    for mark in marks where times.indices.contains(mark.index) {
      guard let (low, high) = reach(at: mark.index) else { continue }
      let below = mark.direction == .long
      let y = below ? min(layout.scale.y(low) + 7, layout.bottom - 9) : max(layout.scale.y(high) - 7, ChartLayout.top + 9)
      let (x, size) = (layout.x(mark.index), below ? 8.0 : -8.0)
      var path = PathData()
      path.move(x, y)
      path.line(x - 5, y + size)
      path.line(x + 5, y + size)
      path.close()
      writer.element("g", ["class": "mark \(below ? "up" : "down")"]) { writer in
        writer.element("title", text: mark.text)
        writer.empty("path", ["d": path.text])
      }
    }
  }

  private func reach(at index: Int) -> (low: Double, high: Double)? {
    for layer in layers {
      switch layer {
      case .candles(_, let high, let low, _): return (low[index], high[index])
      case .line(_, let values, _): if let value = values[index] { return (value, value) }
      default: continue
      }
    }
    return nil
  }
}
