import MarketData

/// A shape that a detector found, in the prices of its view.
struct PatternFinding {
  var kind: ChartPattern.Kind
  /// Whether it points up in the view.
  var pointsUp: Bool
  var state: ChartPattern.State
  var bars: ClosedRange<Int>
  /// The bar whose close confirmed it.
  var confirmedIndex: Int?
  /// 0...1, without regard to the confirmation.
  var quality: Double
  var target, stop: Double
  var turns: [PatternView.Turn]
  var lines: [(from: (Int, Double), to: (Int, Double))]

  /// How a pattern ended, if it did.
  enum Outcome: Equatable {
    case forming
    case confirmed(Int)
    case failed(Int)

    var state: ChartPattern.State {
      switch self {
      case .forming: .forming
      case .confirmed: .confirmed
      case .failed: .failed
      }
    }

    /// The bar on which it ended; nil while it is forming.
    var index: Int? {
      switch self {
      case .forming: nil
      case .confirmed(let index), .failed(let index): index
      }
    }

    var confirmedIndex: Int? {
      if case .confirmed(let index) = self { index } else { nil }
    }
  }

  /// The weight of the confirmation in the confidence.
  static let confirmationWeight = 0.2

  func pattern(in view: PatternView) -> ChartPattern {
    let series = view.series
    let target = view.price(target)
    func point(_ place: (Int, Double)) -> ChartPattern.Line.Point { .init(index: place.0, price: view.price(place.1)) }
    return ChartPattern(
      symbol: series.symbol, kind: kind, direction: pointsUp != view.isMirrored ? .bullish : .bearish, state: state,
      start: series.openTimes[bars.lowerBound], end: series.openTimes[bars.upperBound], bars: bars,
      confidence: min(1, max(0, quality * (1 - Self.confirmationWeight) + (state == .confirmed ? Self.confirmationWeight : 0))),
      confirmedAt: confirmedIndex.map { series.openTimes[$0] }, target: target > 0 && target.isFinite ? target : nil,
      stop: view.price(stop), pivots: turns.map(\.pivot), lines: lines.map { .init(from: point($0.from), to: point($0.to)) })
  }

  /// Whether the spans share at least half of the shorter one.
  func overlaps(_ other: PatternFinding) -> Bool {
    let shared = min(bars.upperBound, other.bars.upperBound) - max(bars.lowerBound, other.bars.lowerBound) + 1
    return 2 * shared >= min(bars.count, other.bars.count)
  }
}

/// How alike two lengths are: 1 when they are the same, toward 0 the more they differ.
func likeness(_ a: Int, _ b: Int) -> Double {
  Double(min(a, b)) / Double(max(a, b, 1))
}
