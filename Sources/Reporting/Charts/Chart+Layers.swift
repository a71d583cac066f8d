extension Chart {
  func draw(_ layer: Layer, _ layout: ChartLayout, _ writer: inout MarkupWriter) {
    switch layer {
    case .candles(let open, let high, let low, let close): drawCandles(open, high, low, close, layout, &writer)
    case .line(_, let values, let style): drawLine(values, style, layout, &writer)
    case .bars(_, let values, let rises): drawColumns(values, layout, &writer) { rises[$0] }
    case .histogram(_, let values): drawColumns(values, layout, &writer) { values[$0].map { $0 >= 0 } ?? true }
    case .area(_, let values): drawArea(values, layout, &writer)
    case .rule(let value):
      var path = PathData()
      path.move(ChartLayout.left, layout.scale.y(value))
      path.horizontal(to: ChartLayout.right)
      writer.empty("path", ["class": "rule", "d": path.text])
    case .band: break
    }
  }

  /// Hollow bodies rose, filled ones fell; a bar that did neither is a dash.
  private func drawCandles(
    _ open: [Double], _ high: [Double], _ low: [Double], _ close: [Double], _ layout: ChartLayout, _ writer: inout MarkupWriter
  ) {
    var (upBodies, upWicks, downBodies, downWicks) = (PathData(), PathData(), PathData(), PathData())
    let width = layout.bodyWidth
    for group in layout.groups {
      let (first, last) = (open[group.lowerBound], close[group.upperBound - 1])
      let (x, rises) = (layout.x(group), last >= first)
      let (top, bottom) = (layout.scale.y(max(first, last)), layout.scale.y(min(first, last)))
      let (peak, trough) = (layout.scale.y(high[group].max() ?? first), layout.scale.y(low[group].min() ?? first))
      var wick = PathData()
      wick.move(x, peak)
      wick.vertical(to: top)
      wick.move(x, bottom)
      wick.vertical(to: trough)
      var body = PathData()
      body.rectangle(x: x - width / 2, y: top, width: width, height: max(bottom - top, 0.4))
      if rises {
        upBodies.append(body)
        upWicks.append(wick)
      } else {
        downBodies.append(body)
        downWicks.append(wick)
      }
    }
    for (style, path) in [("wick up", upWicks), ("body up", upBodies), ("wick down", downWicks), ("body down", downBodies)]
    where !path.isEmpty {
      writer.empty("path", ["class": style, "d": path.text])
    }
  }

  private func drawColumns(_ values: Column, _ layout: ChartLayout, _ writer: inout MarkupWriter, rises: (Int) -> Bool) {
    var (up, down) = (PathData(), PathData())
    let (width, zero) = (layout.bodyWidth, layout.scale.y(0))
    for group in layout.groups {
      guard let index = group.filter({ values[$0]?.isFinite == true }).max(by: { abs(values[$0] ?? 0) < abs(values[$1] ?? 0) }),
        let value = values[index]
      else { continue }
      let y = layout.scale.y(value)
      var column = PathData()
      column.rectangle(x: layout.x(group) - width / 2, y: min(y, zero), width: width, height: abs(zero - y))
      if rises(index) { up.append(column) } else { down.append(column) }
    }
    if !up.isEmpty { writer.empty("path", ["class": "column up", "d": up.text]) }
    if !down.isEmpty { writer.empty("path", ["class": "column down", "d": down.text]) }
  }

  private func drawLine(_ values: Column, _ style: LineStyle, _ layout: ChartLayout, _ writer: inout MarkupWriter) {
    var path = PathData()
    for segment in segments(of: values, layout) {
      path.follow(segment)
      if segment.count == 1 { path.horizontal(to: segment[0].x + 1) }
    }
    if !path.isEmpty { writer.empty("path", ["class": "line \(style.rawValue)", "d": path.text]) }
  }

  private func drawArea(_ values: Column, _ layout: ChartLayout, _ writer: inout MarkupWriter) {
    let zero = layout.scale.y(0)
    var (area, edge) = (PathData(), PathData())
    for segment in segments(of: values, layout) {
      guard let first = segment.first, let last = segment.last else { continue }
      area.move(first.x, zero)
      for (index, point) in segment.enumerated() {
        area.line(point.x, point.y)
        index == 0 ? edge.move(point.x, point.y) : edge.line(point.x, point.y)
      }
      area.line(last.x, zero)
      area.close()
    }
    if !area.isEmpty {
      writer.empty("path", ["class": "area", "d": area.text])
      writer.empty("path", ["class": "line l2", "d": edge.text])
    }
  }

  /// The runs of known values as points, thinned together to the columns of the chart: an unknown value leaves a hole, never a zero.
  private func segments(of values: Column, _ layout: ChartLayout) -> [[Thinning.Point]] {
    var segments: [[Thinning.Point]] = []
    var current: [Thinning.Point] = []
    for (index, value) in values.enumerated() {
      if let value, value.isFinite {
        current.append(Thinning.Point(x: layout.x(index), y: layout.scale.y(value)))
      } else if !current.isEmpty {
        segments.append(current)
        current = []
      }
    }
    if !current.isEmpty { segments.append(current) }
    let limit = ChartLayout.columnsMax
    guard values.count > limit else { return segments }
    return segments.map { Thinning.thinned($0, to: max(3, $0.count * limit / values.count)) }
  }
}
