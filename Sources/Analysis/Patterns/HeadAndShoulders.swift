import MarketData

/// Three tops after a rise, the middle one the highest, over a neckline through the two valleys. Mirrored: the inverse.
struct HeadAndShoulders {
  let view: PatternView

  /// One finding for each right shoulder, of which the newest may be provisional.
  func findings() -> [PatternFinding] {
    let turns = view.pivots + (view.provisional.map { [$0] } ?? [])
    return turns.indices.dropFirst(5).compactMap { place in
      turns[place].isHigh ? finding(turns, rightShoulder: place) : nil
    }
  }

  private func finding(_ turns: [PatternView.Turn], rightShoulder place: Int) -> PatternFinding? {
    let shape = Shape(turns[place - 4...place])
    let known = turns[place].pivot.confirmedIndex ?? view.count - 1
    guard shape.height >= 1.5 * view.threshold(known) * abs(shape.neckline.price(shape.head.index - shape.origin)), shape.isBalanced
    else { return nil }
    let rise = view.rise(into: place - 4, height: shape.height)
    guard rise >= 0.5 * shape.height else { return nil }
    let outcome = outcome(of: shape, from: known)
    let end = min(shape.right.index + (shape.right.index - shape.secondValley.index), outcome.index ?? view.count - 1)
    let neck = shape.neckline.price((outcome.index ?? view.count - 1) - shape.origin)
    return PatternFinding(
      kind: view.isMirrored ? .inverseHeadShoulders : .headShoulders, pointsUp: false, state: outcome.state,
      bars: shape.left.index...max(end, shape.right.index), confirmedIndex: outcome.confirmedIndex,
      quality: 0.5 * shape.symmetry + 0.25 * shape.evenness + 0.25 * min(1, rise / shape.height),
      target: neck - shape.height, stop: shape.right.price, turns: shape.turns,
      lines: [((shape.left.index, shape.neckline.price(0)), (end, shape.neckline.price(end - shape.origin)))])
  }

  /// Confirmed by a close below the neckline; failed by one above the right shoulder, or when neither came in the length of the shape.
  private func outcome(of shape: Shape, from known: Int) -> PatternFinding.Outcome {
    let last = shape.right.index + (shape.right.index - shape.left.index)
    for index in known..<view.count {
      if view.close(index) < shape.neckline.price(index - shape.origin) { return .confirmed(index) }
      if view.close(index) > shape.right.price || index > last { return .failed(index) }
    }
    return .forming
  }

  private struct Shape {
    let turns: [PatternView.Turn]
    let left, firstValley, head, secondValley, right: PatternView.Turn
    let neckline: Trendline
    /// The head above the neckline.
    let height: Double

    var origin: Int { left.index }

    init(_ five: ArraySlice<PatternView.Turn>) {
      turns = Array(five)
      (left, firstValley, head, secondValley, right) = (turns[0], turns[1], turns[2], turns[3], turns[4])
      neckline = Trendline([turns[1], turns[3]], origin: turns[0].index)
      height = turns[2].price - neckline.price(turns[2].index - turns[0].index)
    }

    var isBalanced: Bool {
      head.price - max(left.price, right.price) >= 0.2 * height && abs(left.price - right.price) <= 0.25 * height
        && abs(firstValley.price - secondValley.price) <= 0.25 * height && (0.4...2.5).contains(timeRatio)
    }

    private var timeRatio: Double { Double(head.index - left.index) / Double(right.index - head.index) }

    /// 1 when the shoulders are of the same height and so are the valleys.
    var symmetry: Double {
      1 - (abs(left.price - right.price) + abs(firstValley.price - secondValley.price)) / (0.5 * height)
    }

    var evenness: Double { likeness(head.index - left.index, right.index - head.index) }
  }
}
