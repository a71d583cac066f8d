public import MarketData

/// A strategy that is heard only while a condition holds, under a name of its own: a regime filter, for example.
public struct FilteredStrategy: Strategy {
  public let name: String
  public let base: any Strategy
  /// nil: always heard.
  public let filter: Condition?

  public init(name: String, _ base: any Strategy, onlyWhen filter: Condition?) {
    (self.name, self.base, self.filter) = (name, base, filter)
  }

  public var warmUp: Int { max(base.warmUp, filter?.warmUp ?? 0) }

  public func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
    let opinions = base.opinions(on: series, from: first)
    guard let filter, !opinions.isEmpty else { return opinions }
    let answers = filter.answers(on: series)
    return opinions.filter { answers[$0.index] == true }
  }
}
