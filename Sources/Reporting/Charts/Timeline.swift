public import JobGraph
public import Scheduling

/// A Gantt chart: a row per step, a bar per attempt, time to the right.
public struct Timeline: Sendable {
  public struct Bar: Sendable {
    public var start: Instant
    public var end: Instant
    public var state: TaskState
    public var text: String

    public init(start: Instant, end: Instant, state: TaskState, text: String) {
      (self.start, self.end, self.state, self.text) = (start, end, state, text)
    }
  }

  public struct Row: Sendable {
    public var name: String
    public var state: TaskState
    public var isCritical: Bool
    public var bars: [Bar]

    public init(name: String, state: TaskState, isCritical: Bool = false, bars: [Bar]) {
      (self.name, self.state, self.isCritical, self.bars) = (name, state, isCritical, bars)
    }
  }

  public var title: String
  public var finding: String
  public var start: Instant
  public var end: Instant
  public var rows: [Row]

  public init(title: String, finding: String, start: Instant, end: Instant, rows: [Row]) {
    (self.title, self.finding, self.start, self.end, self.rows) = (title, finding, start, max(start, end), rows)
  }

  static let left = 190.0
  static let right = 880.0
  static let rowHeight = 24.0

  /// Inline SVG, 960 wide. Bars that would touch within half a unit are drawn as one, so that the size does not grow with the tasks.
  public var svg: Markup {
    var writer = MarkupWriter()
    let height = 22 + Double(rows.count) * Self.rowHeight
    writer.element("svg", ["class": "chart timeline", "viewBox": "0 0 960 \(PathData.number(height + 4))", "width": "100%", "role": "img"])
    {
      writer in
      writer.element("title", text: title)
      writer.element("desc", text: finding)
      drawGrid(height, &writer)
      for (index, row) in rows.enumerated() { draw(row, top: 22 + Double(index) * Self.rowHeight, &writer) }
    }
    return writer.markup
  }

  func x(_ time: Instant) -> Double {
    let length = Double(max(1, (end - start).milliseconds))
    return Self.left + min(max(Double((time - start).milliseconds) / length, 0), 1) * (Self.right - Self.left)
  }

  private func drawGrid(_ height: Double, _ writer: inout MarkupWriter) {
    let step = Self.tickStep(for: end - start)
    var grid = PathData()
    var offset = Duration.zero
    while offset <= end - start {
      let x = x(start + offset)
      grid.move(x, 18)
      grid.vertical(to: height)
      let label = offset == .zero ? TimeStyle.clock(start.floored(to: .seconds(1))) : "+" + Self.shortLength(offset)
      writer.element("text", ["class": "tick", "x": PathData.number(x), "y": "12"], text: label)
      offset += step
    }
    writer.empty("path", ["class": "grid", "d": grid.text])
  }

  private func draw(_ row: Row, top: Double, _ writer: inout MarkupWriter) {
    let middle = PathData.number(top + 16)
    let name = PlainTable.cutInTheMiddle(VisibleText.shown(row.name), to: 24)
    writer.element(
      "text",
      ["class": row.isCritical ? "label critical" : "label", "x": PathData.number(Self.left - 10), "y": middle, "text-anchor": "end"],
      text: (row.isCritical ? "◆ " : "") + name)
    drawSpan(of: row, top: top, &writer)
    var end = Self.left
    for bar in merged(row.bars) {
      let (x, right) = (x(bar.start), max(self.x(bar.start) + 1.5, self.x(bar.end)))
      end = max(end, right)
      writer.element(
        "rect",
        [
          "class": "task \(bar.state.rawValue)\(row.isCritical ? " critical" : "")", "x": PathData.number(x), "y": PathData.number(top + 5),
          "width": PathData.number(right - x), "height": "14",
        ]
      ) { $0.element("title", text: bar.text) }
    }
    writer.element("text", ["class": "figure", "x": PathData.number(min(end, 905) + 6), "y": middle], text: figure(of: row))
  }

  /// A thin line from the first to the last attempt: between the bars the step waited.
  private func drawSpan(of row: Row, top: Double, _ writer: inout MarkupWriter) {
    guard row.bars.count > 1, let start = row.bars.map(\.start).min(), let end = row.bars.map(\.end).max() else { return }
    var path = PathData()
    path.move(x(start), top + 12)
    path.horizontal(to: x(end))
    writer.empty("path", ["class": "span", "d": path.text])
  }

  private func figure(of row: Row) -> String {
    let mark = row.state == .succeeded ? "" : " " + row.state.rawValue
    guard let start = row.bars.map(\.start).min(), let end = row.bars.map(\.end).max() else { return row.state.rawValue }
    return TimeStyle.length(end - start) + mark
  }

  /// Bars of one state that follow each other closer than half a unit, as one.
  private func merged(_ bars: [Bar]) -> [Bar] {
    var result: [Bar] = []
    for bar in bars.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      if let last = result.last, last.state == bar.state, x(bar.start) - x(last.end) < 0.5 {
        result[result.count - 1].end = max(last.end, bar.end)
        if !last.text.hasSuffix(" …") { result[result.count - 1].text += " …" }
      } else {
        result.append(bar)
      }
    }
    return result
  }

  private static func tickStep(for length: Duration) -> Duration {
    let steps: [Duration] =
      [.milliseconds(10), .milliseconds(50), .milliseconds(100), .milliseconds(500)]
      + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400].map { .seconds($0) }
    if let step = steps.first(where: { length.milliseconds / $0.milliseconds <= 7 }) { return step }
    return .days(Int(length.milliseconds / 86_400_000 / 7) + 1)
  }

  /// `30 s`, `2 min`, `1 h`: marks are round.
  private static func shortLength(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    if milliseconds % 1000 != 0 { return "\(milliseconds) ms" }
    let seconds = milliseconds / 1000
    if seconds % 3600 == 0 { return "\(seconds / 3600) h" }
    if seconds % 60 == 0 { return "\(seconds / 60) min" }
    return seconds < 60 ? "\(seconds) s" : TimeStyle.length(duration)
  }
}
