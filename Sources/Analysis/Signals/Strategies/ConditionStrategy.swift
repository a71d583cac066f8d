public import MarketData

/// Speaks when a condition becomes true: bullish when one does, bearish when another does.
///
/// It speaks on the first bar of each stretch on which the condition holds, and only where it is known not to have held on the bar before.
/// A bar on which both become true is passed over. The strength is 0.5: a condition holds or does not.
public struct ConditionStrategy: Strategy, Equatable {
  public let name: String
  public let bullish: Condition?
  public let bearish: Condition?

  /// - Precondition: one of the conditions is there.
  public init(name: String, bullish: Condition?, bearish: Condition?) {
    precondition(bullish != nil || bearish != nil, "a strategy has a condition")
    (self.name, self.bullish, self.bearish) = (name, bullish, bearish)
  }

  public var warmUp: Int { max(bullish?.warmUp ?? 0, bearish?.warmUp ?? 0) + 1 }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let sides = [(bullish, Signal.Direction.bullish), (bearish, .bearish)].compactMap { condition, direction in
      condition.map { (evaluation: Condition.Evaluation($0, series), direction: direction, text: $0.text) }
    }
    let answers = sides.map(\.evaluation.answers)
    var opinions: [Opinion] = []
    for index in max(first, 1)..<max(first, 1, series.count) {
      let speaking = sides.indices.filter { answers[$0][index] == true && answers[$0][index - 1] == false }
      guard speaking.count == 1 else { continue }
      let side = sides[speaking[0]]
      var inputs = side.evaluation.inputs(at: index)
      if !inputs.contains(where: { $0.name == "close" }) { inputs.insert(Signal.Input("close", series.close[index]), at: 0) }
      opinions.append(
        Opinion(
          index: index, direction: side.direction, strength: 0.5, inputs: inputs, sentence: "`\(side.text)` became true."))
    }
    return opinions
  }
}
