public import MarketData

/// Speaks when a chart pattern is confirmed: in the direction that the pattern announces, on the bar whose close confirmed it.
///
/// Strength: the confidence of the pattern, the quality of its shape.
public struct PatternConfirmed: Strategy, Equatable {
  /// Those that are listened to; all when empty.
  public let kinds: [ChartPattern.Kind]
  /// Patterns of a lower confidence are passed over.
  public let confidenceMin: Double
  public let name: String

  public init(name: String = "pattern", kinds: [ChartPattern.Kind] = [], confidenceMin: Double = 0.6) throws(StrategyDefect) {
    guard (0...1).contains(confidenceMin) else { throw .confidenceOutOfRange(confidenceMin) }
    (self.name, self.kinds, self.confidenceMin) = (name, kinds, confidenceMin)
  }

  /// A pattern spans 120 bars at most, its pole or the swings before it another 60; the swings need 50 bars for their size.
  public var warmUp: Int { 250 }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    var best: [Int: ChartPattern] = [:]
    for pattern in series.chartPatterns() where pattern.confidence >= confidenceMin && (kinds.isEmpty || kinds.contains(pattern.kind)) {
      guard let confirmedAt = pattern.confirmedAt else { continue }
      let index = series.firstIndex(openingAtOrAfter: confirmedAt)
      guard index >= first else { continue }
      if best[index].map({ $0.confidence < pattern.confidence }) ?? true { best[index] = pattern }
    }
    return best.sorted { $0.key < $1.key }.map { index, pattern in opinion(on: pattern, at: index, of: series) }
  }

  private func opinion(on pattern: ChartPattern, at index: Int, of series: CandleSeries) -> Opinion {
    var inputs = [
      Signal.Input("close", series.close[index]), Signal.Input("confidence", pattern.confidence), Signal.Input("stop", pattern.stop),
    ]
    if let target = pattern.target { inputs.append(Signal.Input("target", target)) }
    let words = pattern.kind.rawValue.replacing("_", with: " ")
    return Opinion(
      index: index, direction: pattern.direction, strength: pattern.confidence, inputs: inputs,
      sentence: "The close confirmed \("aeiou".contains(words.first ?? " ") ? "an" : "a") \(words).")
  }
}
