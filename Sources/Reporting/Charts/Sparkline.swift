/// A line of the size of a word: the course of the last bars, with the lowest, highest and last value marked.
public struct Sparkline: Sendable {
  /// Oldest first; nil leaves a hole.
  public var values: [Double?]
  public var style: NumberStyle

  public init(_ values: [Double?], style: NumberStyle? = nil) {
    self.values = values
    self.style = style ?? NumberStyle.prices(values.compactMap { $0 })
  }

  static let width = 96.0
  static let height = 22.0

  /// What it shows in words: `30 bars: low 1.20, high 3.40, last 2.20`.
  public var finding: String {
    let known = values.compactMap { $0 }.filter(\.isFinite)
    guard let low = known.min(), let high = known.max() else { return "no values" }
    let missing = values.count - known.count
    let last = style.text(values.last ?? nil)
    return "\(values.count) bars: low \(style.text(low)), high \(style.text(high)), last \(last)"
      + (missing == 0 ? "" : ", \(missing) missing")
  }

  /// Inline SVG of 96 by 22 pixels.
  public var svg: Markup {
    var writer = MarkupWriter()
    let points = self.points
    writer.element("svg", ["class": "spark", "viewBox": "0 0 96 22", "width": "96", "height": "22", "role": "img"]) { writer in
      writer.element("title", text: finding)
      guard let low = points.compactMap({ $0 }).max(by: { $0.y < $1.y }), let high = points.compactMap({ $0 }).min(by: { $0.y < $1.y })
      else { return }
      writer.empty("path", ["class": "line", "d": path(through: points).text])
      dot(low, "low", &writer)
      dot(high, "high", &writer)
      if let last = points.last ?? nil { dot(last, "last", &writer) }
    }
    return writer.markup
  }

  private var points: [Thinning.Point?] {
    guard let scale = ValueScale(covering: values.compactMap { $0 }, top: 3, bottom: Self.height - 3, air: 0) else { return [] }
    let step = (Self.width - 6) / Double(max(1, values.count - 1))
    return values.enumerated().map { index, value in
      value.flatMap { $0.isFinite ? Thinning.Point(x: 3 + Double(index) * step, y: scale.y($0)) : nil }
    }
  }

  private func path(through points: [Thinning.Point?]) -> PathData {
    var path = PathData()
    for segment in points.split(separator: nil) { path.follow(segment.compactMap { $0 }) }
    return path
  }

  private func dot(_ point: Thinning.Point, _ style: String, _ writer: inout MarkupWriter) {
    writer.empty(
      "circle", ["class": style, "cx": PathData.number(point.x), "cy": PathData.number(point.y), "r": style == "last" ? "2.2" : "1.6"])
  }
}
