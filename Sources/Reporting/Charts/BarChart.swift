/// Horizontal bars for a ranking: the name left, the bar, its figure behind it.
public struct BarChart: Sendable {
  public var title: String
  public var finding: String
  /// Values at or above zero; nil is shown as missing, without a bar.
  public var bars: [NamedValue]
  public var style: NumberStyle
  /// Whether the values are shares that are written as percent.
  public var isShare: Bool

  public init(title: String, finding: String, bars: [NamedValue], style: NumberStyle, isShare: Bool = false) {
    (self.title, self.finding, self.bars, self.style, self.isShare) = (title, finding, bars, style, isShare)
  }

  func text(_ value: Double?) -> String { isShare ? style.text(share: value) : style.text(value) }

  static let nameWidth = 104.0
  static let barWidth = 270.0

  /// Inline SVG, 440 wide, 20 per bar.
  public var svg: Markup {
    var writer = MarkupWriter()
    let largest = bars.compactMap(\.value).filter(\.isFinite).max() ?? 0
    writer.element("svg", ["class": "chart bars", "viewBox": "0 0 440 \(bars.count * 20 + 4)", "width": "100%", "role": "img"]) { writer in
      writer.element("title", text: title)
      writer.element("desc", text: finding)
      for (index, bar) in bars.enumerated() {
        let y = Double(index * 20)
        let length = largest > 0 ? max(0, bar.value ?? 0) / largest * Self.barWidth : 0
        writer.element(
          "text", ["class": "label", "x": PathData.number(Self.nameWidth - 8), "y": PathData.number(y + 14), "text-anchor": "end"],
          text: PlainTable.cutInTheMiddle(VisibleText.shown(bar.name), to: 16))
        if length > 0 {
          var path = PathData()
          path.rectangle(x: Self.nameWidth, y: y + 4, width: length, height: 12)
          writer.empty("path", ["class": "bar", "d": path.text])
        }
        let x = PathData.number(Self.nameWidth + length + 6)
        writer.element("text", ["class": "figure", "x": x, "y": PathData.number(y + 14)], text: text(bar.value))
      }
    }
    return writer.markup
  }
}
