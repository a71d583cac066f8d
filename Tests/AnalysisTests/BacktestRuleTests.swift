import Analysis
import MarketData
import Testing

/// Bars by hand: decisions as letters, `b` buy, `s` sell, anything else keep.
private func play(_ decisions: String, _ bars: [Bar], stop: Double? = nil, target: Double? = nil) throws -> BacktestRun {
  let terms = try TradingTerms(cash: 1000, stopLoss: stop, takeProfit: target)
  return BacktestRun(decisions.map { $0 == "b" ? .buy : $0 == "s" ? .sell : .keep }, on: .of(bars), terms: terms)
}

private func bar(_ open: Double, _ high: Double, _ low: Double, _ close: Double) -> Bar {
  Bar(open: open, high: high, low: low, close: close, volume: 0)
}

@Suite struct `A stop or a target` {
  @Test func `is hit by a price exactly at it`() throws {
    let stopped = try play("b--", [bar(100, 100, 100, 100), bar(100, 101, 99, 100), bar(100, 100, 75, 80)], stop: 0.25)
    #expect(stopped.trades.map(\.exitPrice) == [75])
    #expect(stopped.trades.map(\.reason) == [.stopLoss])
    let gained = try play("b--", [bar(100, 100, 100, 100), bar(100, 101, 99, 100), bar(100, 125, 100, 110)], target: 0.25)
    #expect(gained.trades.map(\.exitPrice) == [125])
    #expect(gained.trades.map(\.reason) == [.takeProfit])
  }

  @Test func `is not hit by a price just short of it`() throws {
    let run = try play(
      "b--", [bar(100, 100, 100, 100), bar(100, 101, 99, 100), bar(100, 125.nextDown, 75.nextUp, 110)], stop: 0.25, target: 0.25)
    #expect(run.trades.map(\.reason) == [.open])
  }

  @Test func `that a bar opens beyond fills at its open`() throws {
    let gap = try play("b--", [bar(100, 100, 100, 100), bar(100, 101, 99, 100), bar(60, 70, 50, 65)], stop: 0.25)
    #expect(gap.trades.map(\.exitPrice) == [60])
    let leap = try play("b--", [bar(100, 100, 100, 100), bar(100, 101, 99, 100), bar(140, 150, 130, 135)], target: 0.25)
    #expect(leap.trades.map(\.exitPrice) == [140])
  }

  @Test func `lives in the entry bar, and the stop comes first`() throws {
    let run = try play("b-", [bar(100, 100, 100, 100), bar(100, 130, 70, 100)], stop: 0.25, target: 0.25)
    #expect(run.trades.map(\.exitPrice) == [75])
    #expect(run.trades.map(\.bars) == [0])
    #expect(run.equity == [1000, 750])
  }

  @Test func `comes after a sale that was decided before`() throws {
    let run = try play("bs-", [bar(100, 100, 100, 100), bar(100, 101, 99, 100), bar(60, 70, 50, 65)], stop: 0.25)
    #expect(run.trades.map(\.reason) == [.signal])
    #expect(run.trades.map(\.exitPrice) == [60])
  }

  @Test func `leaves a decision of its own bar to the next open`() throws {
    let run = try play(
      "bb-", [bar(100, 100, 100, 100), bar(100, 100, 70, 80), bar(90, 99, 80, 90)], stop: 0.25)
    #expect(run.trades.map(\.entryIndex) == [1, 2])
    #expect(run.trades.map(\.reason) == [.stopLoss, .open])
  }
}
