import MarketData

/// A series as the detectors see it: upright, or mirrored at zero, so that bottoms look like tops and each shape is described once.
struct PatternView {
  let series: CandleSeries
  let isMirrored: Bool
  /// Confirmed pivots, oldest first.
  let pivots: [Turn]
  /// What may become the next pivot, once the price has gone half the threshold away from it.
  let provisional: Turn?
  let zigzag: Zigzag

  /// A pivot in the prices of the view.
  struct Turn {
    let index: Int
    let price: Double
    let isHigh: Bool
    let pivot: Pivot
  }

  init(_ series: CandleSeries, _ zigzag: Zigzag, isMirrored: Bool) {
    (self.series, self.isMirrored, self.zigzag) = (series, isMirrored, zigzag)
    func turn(_ pivot: Pivot) -> Turn {
      Turn(
        index: pivot.index, price: isMirrored ? -pivot.price : pivot.price, isHigh: (pivot.kind == .high) != isMirrored, pivot: pivot)
    }
    pivots = zigzag.pivots.map(turn)
    provisional = zigzag.provisional.flatMap { pivot in
      let way = abs(series.close[series.count - 1] - pivot.price)
      let threshold = zigzag.thresholds.last ?? .infinity
      return way >= 0.5 * threshold * pivot.price ? turn(pivot) : nil
    }
  }

  var count: Int { series.count }

  func close(_ index: Int) -> Double { isMirrored ? -series.close[index] : series.close[index] }

  /// A price of the view as one of the series.
  func price(_ value: Double) -> Double { isMirrored ? -value : value }

  /// The noise at a bar as a share of the price; see ``Zigzag``.
  func threshold(_ index: Int) -> Double { zigzag.thresholds[index] ?? .infinity }

  /// How far the price had risen into the high at `place` in ``pivots``, from the lowest pivot since a higher high.
  ///
  /// - Parameter height: of the pattern. Zero is the answer when a top of the same height, with a real fall after it, came before: then this
  ///   high does not end a rise.
  func rise(into place: Int, height: Double) -> Double {
    let top = pivots[place].price
    var lowest = top
    for turn in pivots[..<place].reversed().prefix(12) {
      if turn.isHigh {
        if turn.price >= top - 0.15 * height && lowest <= top - 0.6 * height { return 0 }
        if turn.price > top + 0.15 * height { break }
      } else {
        lowest = min(lowest, turn.price)
      }
    }
    return top - lowest
  }
}

/// A straight line through points whose positions differ.
struct Trendline {
  let slope, atZero: Double
  /// The largest distance of a point.
  let residual: Double

  /// The least squares through the points, measured from `origin`.
  /// - Precondition: there are two points at different positions.
  init(_ points: [PatternView.Turn], origin: Int) {
    let count = Double(points.count)
    let meanX = points.reduce(0.0) { $0 + Double($1.index - origin) } / count
    let base = points[0].price
    let meanY = points.reduce(0.0) { $0 + ($1.price - base) } / count
    var (xx, xy) = (0.0, 0.0)
    for point in points {
      let x = Double(point.index - origin) - meanX
      xx += x * x
      xy += x * (point.price - base - meanY)
    }
    let slope = xy / xx
    let atZero = base + meanY - slope * meanX
    (self.slope, self.atZero) = (slope, atZero)
    residual = points.reduce(0) { max($0, abs($1.price - (atZero + slope * Double($1.index - origin)))) }
  }

  func price(_ offset: Int) -> Double { atZero + slope * Double(offset) }
}
