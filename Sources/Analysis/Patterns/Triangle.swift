import MarketData

/// Swings that narrow between two straight lines.
///
/// It is looked for upright only: its mirror image is another triangle.
struct Triangle {
  let view: PatternView

  /// The best window of 5 to 8 pivots that ends at each pivot, of which the newest may be provisional.
  func findings() -> [PatternFinding] {
    let turns = view.pivots + (view.provisional.map { [$0] } ?? [])
    return turns.indices.dropFirst(4).compactMap { last in
      (5...8).compactMap { last + 1 >= $0 ? finding(turns[last + 1 - $0...last]) : nil }
        .max { $0.quality < $1.quality }
    }
  }

  private func finding(_ window: ArraySlice<PatternView.Turn>) -> PatternFinding? {
    let turns = Array(window)
    guard let edges = Edges(turns) else { return nil }
    let known = turns[turns.count - 1].pivot.confirmedIndex ?? view.count - 1
    guard edges.startGap >= 1.5 * view.threshold(known) * abs(turns[0].price) else { return nil }
    let outcome = outcome(of: edges, from: known)
    let end = max(outcome.index ?? view.count - 1, edges.last)
    let pointsUp: Bool
    switch edges.kind {
    case .ascendingTriangle: pointsUp = true
    case .descendingTriangle: pointsUp = false
    default: pointsUp = outcome.confirmedIndex.map { view.close($0) > edges.upper.price($0 - edges.first) } ?? turns[0].isHigh
    }
    let offset = end - edges.first
    let (upper, lower) = (edges.upper.price(offset), edges.lower.price(offset))
    return PatternFinding(
      kind: edges.kind, pointsUp: pointsUp, state: outcome.state, bars: edges.first...end, confirmedIndex: outcome.confirmedIndex,
      quality: edges.quality, target: pointsUp ? upper + edges.startGap : lower - edges.startGap, stop: pointsUp ? lower : upper,
      turns: turns,
      lines: [
        ((edges.first, edges.upper.price(0)), (end, upper)), ((edges.first, edges.lower.price(0)), (end, lower)),
      ])
  }

  /// Left when a close is further beyond a line than a tenth of the gap at the start; failed when it leaves on the wrong side, or not
  /// before the lines have nearly met or half the length of the shape has passed.
  private func outcome(of edges: Edges, from known: Int) -> PatternFinding.Outcome {
    let margin = 0.1 * edges.startGap
    for index in known..<view.count {
      let offset = index - edges.first
      let (upper, lower) = (edges.upper.price(offset), edges.lower.price(offset))
      if view.close(index) > upper + margin { return edges.kind == .descendingTriangle ? .failed(index) : .confirmed(index) }
      if view.close(index) < lower - margin { return edges.kind == .ascendingTriangle ? .failed(index) : .confirmed(index) }
      if upper - lower < margin || 2 * (index - edges.last) > edges.span { return .failed(index) }
    }
    return .forming
  }

  /// The two lines, if the pivots make a triangle.
  private struct Edges {
    let upper, lower: Trendline
    let first, last: Int
    let startGap: Double
    let kind: ChartPattern.Kind
    /// 0...1.
    let quality: Double

    var span: Int { last - first }

    init?(_ turns: [PatternView.Turn]) {
      (first, last) = (turns[0].index, turns[turns.count - 1].index)
      let legs = zip(turns, turns.dropFirst()).map { $1.index - $0.index }
      let sorted = legs.sorted()
      let median = Double(sorted[(legs.count - 1) / 2] + sorted[legs.count / 2]) / 2
      guard (15...120).contains(last - first), Double(sorted[legs.count - 1]) <= 2 * median else { return nil }
      upper = Trendline(turns.filter(\.isHigh), origin: first)
      lower = Trendline(turns.filter { !$0.isHigh }, origin: first)
      startGap = upper.price(0) - lower.price(0)
      let residual = max(upper.residual, lower.residual)
      let endGap = upper.price(last - first) - lower.price(last - first)
      guard startGap > 0, endGap > 0, endGap <= 0.65 * startGap, residual <= 0.12 * startGap else { return nil }
      let run = Double(last - first) / startGap
      guard let kind = Edges.kind(upper: upper.slope * run, lower: lower.slope * run) else { return nil }
      self.kind = kind
      quality =
        0.5 * (1 - residual / (0.12 * startGap)) + 0.25 * likeness(sorted[0], sorted[legs.count - 1])
        + 0.25 * min(1, Double(turns.count - 3) / 3)
    }

    /// - Parameters: how much each line moves over the span, as a share of the gap at the start.
    private static func kind(upper: Double, lower: Double) -> ChartPattern.Kind? {
      if abs(upper) <= 0.18 && lower >= 0.25 { return .ascendingTriangle }
      if abs(lower) <= 0.18 && upper <= -0.25 { return .descendingTriangle }
      return upper <= -0.15 && lower >= 0.15 ? .symmetricalTriangle : nil
    }
  }
}
