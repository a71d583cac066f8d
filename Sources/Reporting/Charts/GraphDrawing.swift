public import JobGraph

/// A job's steps as boxes in columns, each right of those that it waits for; a picture that stands alone.
public struct GraphDrawing: Sendable {
  private let job: Job
  private let columns: [[Step]]

  public init(_ job: Job) {
    self.job = job
    columns = job.levels + (job.finally.isEmpty ? [] : [job.finally])
  }

  private static let box = (width: 168.0, height: 44.0)
  private static let gap = (x: 56.0, y: 20.0)
  private static let margin = 16.0

  /// SVG with its own colours, light and dark.
  public var svg: Markup {
    let rows = Double(columns.map(\.count).max() ?? 1)
    let width = Self.margin * 2 + Double(columns.count) * (Self.box.width + Self.gap.x) - Self.gap.x
    let height = Self.margin * 2 + rows * (Self.box.height + Self.gap.y) - Self.gap.y
    var writer = MarkupWriter()
    writer.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(PathData.number(width)) \(PathData.number(height))",
        "width": PathData.number(width), "role": "img",
      ]
    ) { writer in
      writer.element("title", text: "The steps of \(job.name)")
      writer.element("desc", text: "\(job.steps.count) steps; an arrow leads from a step to one that waits for it.")
      writer.element("style", text: Self.style)
      for arrow in job.arrows { draw(arrow, &writer) }
      for (column, steps) in columns.enumerated() {
        for (row, step) in steps.enumerated() { draw(step, at: place(column, row), &writer) }
      }
    }
    return writer.markup
  }

  private static let style = """
    svg { color-scheme: light dark; font: 13px system-ui, sans-serif; } rect { fill: Canvas; stroke: currentColor; } \
    text { fill: currentColor; } .uses { font-size: 11px; opacity: 0.7; } path { fill: none; stroke: currentColor; opacity: 0.6; } \
    .any { stroke-dasharray: 4 3; } .tip { fill: currentColor; stroke: none; }
    """

  private func place(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
    (Self.margin + Double(column) * (Self.box.width + Self.gap.x), Self.margin + Double(row) * (Self.box.height + Self.gap.y))
  }

  private func place(of id: StepID) -> (x: Double, y: Double)? {
    for (column, steps) in columns.enumerated() {
      if let row = steps.firstIndex(where: { $0.id == id }) { return place(column, row) }
    }
    return nil
  }

  private func draw(_ step: Step, at place: (x: Double, y: Double), _ writer: inout MarkupWriter) {
    let (x, y) = (PathData.number(place.x), PathData.number(place.y))
    writer.empty(
      "rect",
      ["x": x, "y": y, "rx": "6", "width": PathData.number(Self.box.width), "height": PathData.number(Self.box.height)])
    let left = PathData.number(place.x + 10)
    writer.element("text", ["x": left, "y": PathData.number(place.y + 19)], text: PlainTable.cutInTheMiddle(step.id.name, to: 22))
    let tasks = step.each.isEmpty ? "" : " × \(step.each.reduce(1) { $0 * $1.values.count })"
    writer.element(
      "text", ["class": "uses", "x": left, "y": PathData.number(place.y + 35)], text: PlainTable.cutInTheMiddle(step.uses + tasks, to: 26))
  }

  private func draw(_ arrow: (from: StepID, to: StepID, isDashed: Bool), _ writer: inout MarkupWriter) {
    guard let from = place(of: arrow.from), let to = place(of: arrow.to) else { return }
    let (x1, y1) = (from.x + Self.box.width, from.y + Self.box.height / 2)
    let (x2, y2) = (to.x - 7, to.y + Self.box.height / 2)
    let middle = PathData.number((x1 + x2) / 2)
    let curve =
      "M\(PathData.number(x1)) \(PathData.number(y1))C\(middle) \(PathData.number(y1)) \(middle) \(PathData.number(y2)) "
      + "\(PathData.number(x2)) \(PathData.number(y2))"
    writer.empty("path", ["class": arrow.isDashed ? "any" : "all", "d": curve])
    let tip = "M\(PathData.number(x2)) \(PathData.number(y2 - 4))l7 4l-7 4z"
    writer.empty("path", ["class": "tip", "d": tip])
  }
}
