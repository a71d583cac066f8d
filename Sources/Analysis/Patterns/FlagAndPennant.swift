import MarketData

/// A steep move, the pole, and a rest after it that keeps most of it. Mirrored: those of a fall.
struct FlagAndPennant {
  let view: PatternView
  /// The mean true range of the 50 bars up to each; the first 10 have none.
  private let noise: Column

  init(_ view: PatternView) {
    self.view = view
    noise = view.series.meanTrueRange()
  }

  /// At most one finding for each end of a pole.
  func findings() -> [PatternFinding] {
    (3..<max(3, view.count)).compactMap { end in
      pole(endingAt: end).flatMap { rest(after: $0) }
    }
  }

  private struct Pole {
    let start, end: Int
    let height: Double
    /// How large a move must be at least to count.
    let least: Double
  }

  /// From the lowest close of the 3 to 10 bars before a close that is the highest since, and higher than the next one.
  private func pole(endingAt end: Int) -> Pole? {
    guard end + 1 < view.count, view.close(end + 1) < view.close(end), view.close(end - 1) < view.close(end) else { return nil }
    var start = end - 3
    for index in stride(from: end - 4, through: max(0, end - 10), by: -1) where view.close(index) < view.close(start) { start = index }
    guard let noise = noise[start] else { return nil }
    let height = view.close(end) - view.close(start)
    let least = max(0.05 * abs(view.close(start)), 5 * noise)
    guard height >= least, (start..<end).allSatisfy({ view.close($0) < view.close(end) }) else { return nil }
    return Pole(start: start, end: end, height: height, least: least)
  }

  /// Confirmed by a close beyond the end of the pole, from the 8th bar on; failed when half of the pole is lost, or after 26 bars.
  private func rest(after pole: Pole) -> PatternFinding? {
    var shape: Shape?
    for index in pole.end + 1..<view.count {
      let (length, kept) = (index - pole.end, view.close(index) - view.close(pole.end))
      let isLost = kept < -0.5 * pole.height
      if length > 7, kept > 0, let shape { return finding(pole, shape, .confirmed(index)) }
      if isLost || length > 26 { return shape.map { finding(pole, $0, .failed(index)) } }
      if kept > 0.1 * pole.height { return nil }
      shape = length >= 7 ? Shape(view, pole.end + 1...index, pole.height) : nil
    }
    return shape.map { finding(pole, $0, .forming) }
  }

  private func finding(_ pole: Pole, _ shape: Shape, _ outcome: PatternFinding.Outcome) -> PatternFinding {
    let kind: ChartPattern.Kind =
      shape.isPennant ? (view.isMirrored ? .bearPennant : .bullPennant) : (view.isMirrored ? .bearFlag : .bullFlag)
    let end = outcome.index ?? shape.bars.upperBound
    let quality =
      0.5 * (1 - min(1, shape.depth / (0.5 * pole.height))) + 0.15 * likeness(pole.end - pole.start, shape.bars.count)
      + 0.35 * min(1, pole.height / (2 * pole.least))
    let (upper, lower) = (shape.edge(above: true), shape.edge(above: false))
    return PatternFinding(
      kind: kind, pointsUp: true, state: outcome.state, bars: pole.start...end, confirmedIndex: outcome.confirmedIndex,
      quality: quality, target: view.close(pole.end) + pole.height, stop: shape.lowest, turns: [],
      lines: [((pole.start, view.close(pole.start)), (pole.end, view.close(pole.end))), upper, lower])
  }

  /// The rest, if it is a flag or a pennant.
  private struct Shape {
    let bars: ClosedRange<Int>
    let isPennant: Bool
    let lowest: Double
    /// The end of the pole above the lowest close.
    let depth: Double
    private let slope, middle, reach: Double

    init?(_ view: PatternView, _ bars: ClosedRange<Int>, _ height: Double) {
      self.bars = bars
      let closes = bars.map { view.close($0) }
      let centre = Double(closes.count - 1) / 2
      let mean = closes[0] + closes.reduce(0) { $0 + ($1 - closes[0]) } / Double(closes.count)
      var (xx, xy, path) = (0.0, 0.0, 0.0)
      for (index, close) in closes.enumerated() {
        let x = Double(index) - centre
        xx += x * x
        xy += x * (close - mean)
        if index > 0 { path += abs(close - closes[index - 1]) }
      }
      let slope = xy / xx
      let drift = slope * Double(closes.count - 1)
      let halves = [closes.prefix(closes.count / 2), closes.suffix(closes.count - closes.count / 2)].map { $0.max()! - $0.min()! }
      guard halves[0] > 0, path >= 1.5 * abs(closes[closes.count - 1] - closes[0]) else { return nil }
      let narrowing = halves[1] / halves[0]
      isPennant = narrowing <= 0.62
      let isFlag = narrowing <= 1.6 && drift >= -0.5 * height && drift <= 0.02 * height
      guard isPennant ? abs(drift) <= 0.2 * height : isFlag else { return nil }
      lowest = closes.min()!
      depth = view.close(bars.lowerBound - 1) - closes.min()!
      (self.slope, middle) = (slope, mean)
      reach = closes.enumerated().reduce(0) { max($0, abs($1.1 - (mean + slope * (Double($1.0) - centre)))) }
    }

    /// The line beside the closes, parallel to their drift.
    func edge(above: Bool) -> (from: (Int, Double), to: (Int, Double)) {
      let (half, offset) = (slope * Double(bars.count - 1) / 2, above ? reach : -reach)
      return ((bars.lowerBound, middle - half + offset), (bars.upperBound, middle + half + offset))
    }
  }
}

extension CandleSeries {
  /// The mean true range of the last 50 bars, or of all so far; from index 10.
  fileprivate func meanTrueRange() -> Column {
    column(warmUp: 10) { bars, output in
      var sum = 0.0
      for index in 1..<min(bars.count, 50) {
        sum += bars.trueRange(index)
        if index >= 10 { output[index] = sum / Double(index) }
      }
      SlidingWindow(length: 50).forEachSum(in: 1..<bars.count, element: { bars.trueRange($0) }, body: { output[$0] = $1 / 50 })
    }
  }
}
