public import JobGraph

/// A job's steps as boxes in columns, each right of those that it waits for; a picture that stands alone.
public struct GraphDrawing: Sendable {
  private let job: Job
  private let nodes: [Step]
  private let arrows: [(from: Int, to: Int, isDashed: Bool)]
  private let layout: GraphLayout
  /// Of each column, where it begins and how wide its boxes are.
  private let columns: [(left: Double, width: Double)]

  private static let boxHeight = 46.0
  private static let gap = (x: 52.0, y: 18.0)
  private static let margin = 18.0
  private static let characters = 10...30
  private static let widthOfCharacter = 7.3

  public init(_ job: Job) {
    self.job = job
    nodes = job.steps + job.finally
    let index = Dictionary(nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let arrows = job.arrows.compactMap { arrow -> (from: Int, to: Int, isDashed: Bool)? in
      guard let from = index[arrow.from], let to = index[arrow.to] else { return nil }
      return (from, to, arrow.isDashed)
    }
    let levels = Self.levels(of: job, index, arrows)
    layout = GraphLayout(columns: levels, arrows: arrows.map { ($0.from, $0.to) }, height: Self.boxHeight, gap: Self.gap.y)
    self.arrows = arrows
    var (left, columns, longest) = (Self.margin, [(left: Double, width: Double)](), Array(repeating: 0, count: layout.columnCount))
    for (node, step) in nodes.enumerated() {
      longest[levels[node]] = max(longest[levels[node]], step.id.name.count, Self.work(of: step).count * 11 / 13 + 1)
    }
    for length in longest {
      let width = Double(min(max(length, Self.characters.lowerBound), Self.characters.upperBound)) * Self.widthOfCharacter + 24
      columns.append((left, width))
      left += width + Self.gap.x
    }
    self.columns = columns
  }

  /// The column of each node: `finally` steps right of all others.
  private static func levels(of job: Job, _ index: [StepID: Int], _ arrows: [(from: Int, to: Int, isDashed: Bool)]) -> [Int] {
    var levels = Array(repeating: 0, count: index.count)
    let ordinary = job.levels
    for (level, steps) in ordinary.enumerated() { for step in steps { levels[index[step.id]!] = level } }
    let names = Set(job.finally.map(\.id))
    let final = Job(
      name: "",
      steps: job.finally.map { step in
        var step = step
        step.needs.removeAll { !names.contains($0) }
        return step
      })
    for (level, steps) in final.levels.enumerated() { for step in steps { levels[index[step.id]!] = ordinary.count + level } }
    return levels
  }

  private static func work(of step: Step) -> String { step.uses + (step.each.isEmpty ? "" : " × \(step.taskCount)") }

  /// SVG with its own colours, light and dark; no script.
  public var svg: Markup {
    let width = (columns.last.map { $0.left + $0.width } ?? Self.margin) + Self.margin
    let height = layout.height + Self.margin * 2
    var writer = MarkupWriter()
    writer.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(PathData.number(width)) \(PathData.number(height))",
        "width": PathData.number(width), "height": PathData.number(height), "role": "img",
      ]
    ) { writer in
      writer.element("title", text: "The steps of \(job.name)")
      writer.element("desc", text: description)
      writer.element("style", text: Self.style)
      writer.empty("rect", ["class": "page", "width": "100%", "height": "100%"])
      for number in arrows.indices { draw(arrow: number, &writer) }
      for node in nodes.indices { draw(node: node, &writer) }
    }
    return writer.markup
  }

  private var description: String {
    let final = job.finally.isEmpty ? "" : " and \(job.finally.count) at the end"
    return "\(job.steps.count) steps\(final); an arrow leads from a step to one that waits for it, dashed where that runs however it ends."
  }

  private static let style = """
    svg{font:13px system-ui,sans-serif;color:#1b1f24}.page{fill:#fff;stroke:none}rect{fill:#f6f8fa;stroke:#57606a}text{fill:#1b1f24}\
    .uses{font-size:11px;fill:#57606a}path{fill:none;stroke:#6e7781}.any{stroke-dasharray:5 3}.tip{fill:#6e7781;stroke:none}\
    .last rect{stroke-dasharray:2 2}\
    @media(prefers-color-scheme:dark){.page{fill:#16191d}rect{fill:#21262d;stroke:#8b949e}text{fill:#e6edf3}.uses{fill:#9da7b3}\
    path{stroke:#8b949e}.tip{fill:#8b949e}}
    """

  private func draw(node: Int, _ writer: inout MarkupWriter) {
    let (step, column) = (nodes[node], columns[layout.columns[node]])
    let top = layout.middles[node] - Self.boxHeight / 2 + Self.margin
    let room = Int((column.width - 24) / Self.widthOfCharacter)
    writer.element("g", ["class": node < job.steps.count ? "step" : "last"]) { writer in
      writer.element("title", text: tooltip(step))
      writer.empty(
        "rect",
        [
          "x": PathData.number(column.left), "y": PathData.number(top), "rx": "6", "width": PathData.number(column.width),
          "height": PathData.number(Self.boxHeight),
        ])
      let left = PathData.number(column.left + 12)
      writer.element("text", ["x": left, "y": PathData.number(top + 20)], text: PlainTable.cutInTheMiddle(step.id.name, to: room))
      writer.element(
        "text", ["class": "uses", "x": left, "y": PathData.number(top + 36)],
        text: PlainTable.cutInTheMiddle(Self.work(of: step), to: room * 13 / 11 + 1))
    }
  }

  private func tooltip(_ step: Step) -> String {
    [step.id.name, Self.work(of: step), step.description, step.conditionText ?? ""].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// A curve that leaves and enters level, through the places that the arrow has in the columns between.
  private func draw(arrow number: Int, _ writer: inout MarkupWriter) {
    let arrow = arrows[number]
    let (start, end) = (columns[layout.columns[arrow.from]], columns[layout.columns[arrow.to]])
    var (x, y) = (start.left + start.width, layout.middles[arrow.from] + Self.margin)
    var path = "M\(PathData.number(x)) \(PathData.number(y))"
    func curve(to endX: Double, _ endY: Double) {
      let middle = PathData.number((x + endX) / 2)
      path += "C\(middle) \(PathData.number(y)) \(middle) \(PathData.number(endY)) \(PathData.number(endX)) \(PathData.number(endY))"
      (x, y) = (endX, endY)
    }
    for (step, bend) in layout.bends[number].enumerated() {
      let column = columns[layout.columns[arrow.from] + 1 + step]
      curve(to: column.left, bend + Self.margin)
      x = column.left + column.width
      path += "H\(PathData.number(x))"
    }
    curve(to: end.left - 7, layout.middles[arrow.to] + Self.margin)
    writer.empty("path", ["class": arrow.isDashed ? "any" : "all", "d": path])
    writer.empty("path", ["class": "tip", "d": "M\(PathData.number(x)) \(PathData.number(y - 4))l7 4l-7 4z"])
  }
}
