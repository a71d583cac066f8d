public import Scheduling

/// A chart of columns over bars: what is drawn, not how. ``svg`` draws it, and its figures are those of the table beside it.
///
/// The horizontal axis counts bars, so that nights and weekends leave no holes; where bars are missing, ``gaps`` says so.
public struct Chart: Sendable {
  public typealias Column = [Double?]

  public enum Layer: Sendable {
    case candles(open: [Double], high: [Double], low: [Double], close: [Double])
    case line(name: String, values: Column, style: LineStyle)
    /// Columns from zero; `rises` draws a hollow one, else it is filled.
    case bars(name: String, values: Column, rises: [Bool])
    /// Columns from zero up and down.
    case histogram(name: String, values: Column)
    /// An area between the line and zero.
    case area(name: String, values: Column)
    /// A horizontal line at a value that means something: 30, 70, 0.
    case rule(Double)
    /// The stripe between two values.
    case band(from: Double, to: Double)
  }

  /// The lines of a chart are told apart by colour, dash and the name at their right end.
  public enum LineStyle: String, Sendable, CaseIterable {
    case first = "l1"
    case second = "l2"
    case third = "l3"
    case fourth = "l4"
  }

  /// A signal on a bar.
  public struct Mark: Sendable {
    public var index: Int
    public var direction: Direction
    public var text: String

    public init(index: Int, direction: Direction, text: String) {
      (self.index, self.direction, self.text) = (index, direction, text)
    }
  }

  /// Missing bars before the bar of this index.
  public struct Gap: Sendable {
    public var index: Int
    public var bars: Int

    public init(index: Int, bars: Int) { (self.index, self.bars) = (index, bars) }
  }

  public enum Range: Sendable {
    /// From the lowest to the highest value.
    case data
    /// The data and zero.
    case withZero
    case fixed(Double, Double)
  }

  /// What the chart shows, with its unit: `Price, USDT`.
  public var title: String
  /// What there is to see, in a sentence: the finding, for whoever cannot see it.
  public var finding: String
  public var times: [Instant]
  public var layers: [Layer]
  public var marks: [Mark]
  public var gaps: [Gap]
  public var range: Range
  /// Nil for short forms such as `1.2 M`.
  public var style: NumberStyle?
  /// Marks on the value axis; nil for round values found by the chart.
  public var ticks: [Double]?
  /// The height of the drawing area; the width is always 960, of which 832 are bars.
  public var height: Double
  public var showsDates: Bool

  public init(
    title: String, finding: String, times: [Instant], layers: [Layer], marks: [Mark] = [], gaps: [Gap] = [], range: Range = .data,
    style: NumberStyle? = nil, ticks: [Double]? = nil, height: Double, showsDates: Bool = true
  ) {
    (self.title, self.finding, self.times, self.layers, self.marks, self.gaps) = (title, finding, times, layers, marks, gaps)
    (self.range, self.style, self.ticks, self.height, self.showsDates) = (range, style, ticks, height, showsDates)
  }

  func text(_ value: Double) -> String { style?.text(value) ?? NumberStyle.short(value) }
}
