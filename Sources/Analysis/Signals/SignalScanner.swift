public import MarketData
public import Scheduling

/// Asks several strategies about a series.
public struct SignalScanner: Sendable {
  public let strategies: [any Strategy]

  /// - Precondition: no two strategies share a name.
  public init(_ strategies: [any Strategy]) {
    precondition(Set(strategies.map(\.name)).count == strategies.count, "two strategies must not share a name")
    self.strategies = strategies
  }

  /// Crosses of 9/21 and 50/200 simple averages, RSI 14 at 30/70, MACD 12/26/9, Bollinger 20/2 and volume 20.
  public static let standard = SignalScanner(standardStrategies)

  /// How many bars to load before the first one judged; see ``Strategy/warmUp``.
  public var warmUp: Int { strategies.map(\.warmUp).max() ?? 0 }

  /// The signals of the bars that open at or after `start`, in order of time, then of the strategies.
  ///
  /// Every bar given counts as closed: leave out the one that is still open. The signals of a bar do not depend on later bars. With at
  /// least ``warmUp`` bars before `start` they are those that the whole history gives.
  ///
  /// - Parameters:
  ///   - series: the bars to judge and those before them.
  ///   - start: nil for all bars.
  /// - Complexity: O(*n*) for each strategy.
  public func signals(in series: CandleSeries, from start: Instant? = nil) -> [Signal] {
    let first = start.map { series.firstIndex(openingAtOrAfter: $0) } ?? 0
    guard first < series.count else { return [] }
    let found = strategies.enumerated().flatMap { rank, strategy in
      strategy.opinions(on: series, from: first).map { (rank: rank, opinion: $0) }
    }
    return found.sorted { ($0.opinion.index, $0.rank) < ($1.opinion.index, $1.rank) }.map {
      Signal($0.opinion, of: strategies[$0.rank].name, in: series)
    }
  }

  /// A defect here is a mistake in this file, and traps at first use.
  private static var standardStrategies: [any Strategy] {
    do {
      return [
        try MovingAverageCross(.simple, fast: 9, slow: 21), try MovingAverageCross(.simple, fast: 50, slow: 200),
        try RSIReversal(), try MACDCross(), try BollingerBreakout(), try UnusualVolume(),
      ]
    } catch {
      preconditionFailure("a standard strategy is defective: \(error)")
    }
  }
}

extension Signal {
  fileprivate init(_ opinion: Opinion, of strategy: String, in series: CandleSeries) {
    let barTime = series.openTimes[opinion.index]
    self.init(
      symbol: series.symbol, interval: series.interval, barTime: barTime, strategy: strategy, direction: opinion.direction,
      strength: opinion.strength, inputs: opinion.inputs, validFrom: series.interval.next(after: barTime), sentence: opinion.sentence)
  }
}

extension CandleSeries {
  /// The index of the first bar that opens at `instant` or later; `count` when there is none.
  /// - Complexity: O(log *n*).
  public func firstIndex(openingAtOrAfter instant: Instant) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if openTimes[middle] < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
