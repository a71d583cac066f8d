/// Where things stand in a chart.
struct ChartLayout {
  static let width = 960.0
  static let left = 4.0
  static let right = 836.0
  static let top = 16.0
  /// No more columns than this are drawn; more bars are drawn in groups.
  static let columnsMax = 600

  let scale: ValueScale
  let bottom: Double
  let totalHeight: Double
  let groups: [Range<Int>]
  let count: Int

  /// - Returns: nil when the chart has no finite value.
  init?(_ chart: Chart) {
    bottom = Self.top + chart.height
    totalHeight = bottom + (chart.showsDates ? 20 : 4)
    count = chart.times.count
    groups = Thinning.groups(of: count, atMost: Self.columnsMax)
    switch chart.range {
    case .fixed(let low, let high): scale = ValueScale(low: low, high: high, top: Self.top, bottom: bottom)
    case .data, .withZero:
      let zero: [Double] = if case .withZero = chart.range { [0] } else { [] }
      guard count > 0, let scale = ValueScale(covering: chart.layers.flatMap(\.values) + zero, top: Self.top, bottom: bottom) else {
        return nil
      }
      self.scale = scale
    }
  }

  var step: Double { (Self.right - Self.left) / Double(max(1, count)) }

  /// The middle of a bar.
  func x(_ index: Int) -> Double { Self.left + (Double(index) + 0.5) * step }

  /// The middle of a group of bars.
  func x(_ group: Range<Int>) -> Double { (x(group.lowerBound) + x(group.upperBound - 1)) / 2 }

  /// The width of a candle's body.
  var bodyWidth: Double { min(11, max(0.8, step * Double(groups.first?.count ?? 1) * 0.64)) }
}

extension Chart.Layer {
  /// All values that the scale must cover.
  var values: [Double] {
    switch self {
    case .candles(_, let high, let low, _): high + low
    case .line(_, let values, _): values.compactMap { $0 }
    case .bars(_, let values, _), .histogram(_, let values), .area(_, let values): values.compactMap { $0 } + [0]
    case .rule, .band: []
    }
  }
}
