import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `A scan for signals` {
  @Test func `names its strategies by their parameters`() {
    #expect(
      SignalScanner.standard.strategies.map(\.name) == [
        "sma_cross_9_21", "sma_cross_50_200", "rsi_14_30_70", "macd_cross_12_26_9", "bollinger_breakout_20_2", "volume_spike_20",
      ])
    #expect(SignalScanner.standard.strategies.map(\.warmUp) == [210, 210, 210, 245, 21, 21])
    #expect(SignalScanner.everyKind.warmUp == 1400)
    #expect(SignalScanner([]).warmUp == 0)
  }

  @Test func `finds in order of time, and each key once`() {
    let signals = SignalScanner.everyKind.signals(in: Fixtures.bitcoin)
    #expect(Set(signals.map(\.key)).count == signals.count)
    #expect(zip(signals, signals.dropFirst()).allSatisfy { $0.barTime <= $1.barTime })
    #expect(Set(signals.map(\.strategy)).count == 7)
    #expect(signals.allSatisfy { (0...1).contains($0.strength) && !$0.inputs.isEmpty && $0.inputs.allSatisfy(\.value.isFinite) })
    #expect(signals.allSatisfy { $0.validFrom == $0.barTime + .days(1) })
  }

  @Test func `finds in real candles what a program of another hand found`() {
    let found = SignalScanner.standard.signals(in: Fixtures.bitcoin).map { "\($0.barTime),\($0.strategy),\($0.direction)" }
    #expect(found.count == 320)
    #expect(Set(found) == Fixtures.bitcoinSignals)
  }

  @Test func `says what happened in a sentence`() {
    let signals = SignalScanner.standard.signals(in: Fixtures.bitcoin, from: Instant(iso8601: "2019-01-01")!)
    let cross = signals.first { $0.strategy == "sma_cross_50_200" }
    #expect(cross?.summary == "BTCUSDT 1d: The 50-bar average crossed above the 200-bar average.")
    #expect(cross?.barTime.iso8601 == "2019-04-24T00:00:00Z")
  }

  @Test(arguments: SignalScanner.everyKind.strategies.map(\.name))
  func `with the bars that a strategy asks for finds what the whole history gives`(name: String) throws {
    let series = Fixtures.bitcoin
    let strategy = try #require(SignalScanner.everyKind.strategies.first { $0.name == name })
    let scanner = SignalScanner([strategy])
    let whole = scanner.signals(in: series)
    let starts = stride(from: min(strategy.warmUp, series.count - 200), to: series.count, by: 67)
    for first in starts {
      let start = series.openTimes[first]
      let expected = whole.filter { $0.barTime >= start }
      let found = scanner.signals(in: series.suffix(series.count - first + strategy.warmUp), from: start)
      #expect(found.map(\.key) == expected.map(\.key))
      #expect(found.map(\.direction) == expected.map(\.direction))
      #expect(zip(found, expected).allSatisfy { abs($0.strength - $1.strength) < 1e-3 })
    }
  }

  @Test func `judges only bars that open at or after the start`() {
    let series = Fixtures.bitcoin
    let whole = SignalScanner.standard.signals(in: series)
    let start = whole[whole.count / 2].barTime
    #expect(SignalScanner.standard.signals(in: series, from: start) == whole.filter { $0.barTime >= start })
    #expect(SignalScanner.standard.signals(in: series, from: series.openTimes[1199] + .days(1)) == [])
    #expect(SignalScanner.standard.signals(in: .empty()) == [])
    #expect(SignalScanner([]).signals(in: series) == [])
  }

  @Test(arguments: [0, 1, 2, 20, 21]) func `of hardly any bars is silent`(count: Int) {
    #expect(SignalScanner.standard.signals(in: .closes((0..<count).map { 10 + Double($0) })) == [])
  }

  @Test func `of a flat market is silent`() {
    #expect(SignalScanner.everyKind.signals(in: .closes(Array(repeating: 0.1, count: 500))) == [])
  }
}

extension SignalScanner {
  /// The standard strategies and one over exponential averages.
  static let everyKind: SignalScanner = {
    let exponential = try? MovingAverageCross(.exponential, fast: 50, slow: 200)  // constants in order: never nil
    return SignalScanner(standard.strategies + [exponential!])
  }()
}
