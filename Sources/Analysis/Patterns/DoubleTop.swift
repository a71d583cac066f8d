import MarketData

/// Two tops of about the same height after a rise, with a valley between them. Mirrored: a double bottom.
struct DoubleTop {
  let view: PatternView

  /// One finding for each confirmed second top.
  func findings() -> [PatternFinding] {
    view.pivots.indices.dropFirst(3).compactMap { place in
      view.pivots[place].isHigh ? finding(secondTop: place) : nil
    }
  }

  private func finding(secondTop place: Int) -> PatternFinding? {
    let (first, valley, second) = (view.pivots[place - 2], view.pivots[place - 1], view.pivots[place])
    let known = second.pivot.confirmedIndex ?? view.count - 1
    let height = min(first.price, second.price) - valley.price
    let difference = abs(first.price - second.price)
    guard height >= 1.5 * view.threshold(known) * abs(valley.price), difference <= 0.15 * height else { return nil }
    guard (5...80).contains(second.index - first.index) else { return nil }
    let rise = view.rise(into: place - 2, height: height)
    guard rise >= 0.8 * height else { return nil }
    let (half, tops) = (second.index - valley.index, max(first.price, second.price))
    let outcome = outcome(from: known, valley: valley.price, tops: tops, until: second.index + (second.index - first.index))
    let end = min(second.index + half, outcome.index ?? view.count - 1)
    let quality =
      0.45 * (1 - difference / (0.15 * height)) + 0.25 * likeness(valley.index - first.index, half)
      + 0.3 * min(1, rise / (2 * height))
    return PatternFinding(
      kind: view.isMirrored ? .doubleBottom : .doubleTop, pointsUp: false, state: outcome.state,
      bars: first.index...max(end, second.index), confirmedIndex: outcome.confirmedIndex, quality: quality,
      target: valley.price - height, stop: tops, turns: [first, valley, second],
      lines: [((first.index, first.price), (second.index, second.price)), ((first.index, valley.price), (end, valley.price))])
  }

  /// Confirmed by a close below the valley; failed by one above the tops, or when neither came by `last`.
  private func outcome(from known: Int, valley: Double, tops: Double, until last: Int) -> PatternFinding.Outcome {
    for index in known..<view.count {
      if view.close(index) < valley { return .confirmed(index) }
      if view.close(index) > tops || index > last { return .failed(index) }
    }
    return .forming
  }
}
