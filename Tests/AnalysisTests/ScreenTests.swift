import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `A screen` {
  private func row(_ closes: [Double], volume: Double = 10) throws -> Screen.Row? {
    var series = CandleSeries(symbol: try Symbol("A"), interval: .day1)
    for (index, close) in closes.enumerated() {
      series.append(
        openTime: Instant(milliseconds: Int64(index) * 86_400_000), open: close, high: close, low: close, close: close, volume: volume)
    }
    return Screen.Row(series)
  }

  @Test func `looks at the newest bar and the one before`() throws {
    let row = try #require(try row([50, 80, 100]))
    #expect((row.close, row.change, row.turnover) == (100, 0.25, 1000))
    #expect(row.barTime == Instant(milliseconds: 2 * 86_400_000))
    #expect(try self.row([]) == nil)
    #expect(try self.row([7])?.change == nil)
  }

  @Test(arguments: [
    (Screen(), true), (Screen(turnoverMin: 1000), true), (Screen(turnoverMin: 1000.1), false), (Screen(priceMin: 100), true),
    (Screen(priceMin: 101), false), (Screen(change: .either(0.25)), true), (Screen(change: .rise(0.25)), true),
    (Screen(change: .rise(0.26)), false), (Screen(change: .fall(0)), false),
    (Screen(turnoverMin: 1, priceMin: 1, change: .either(0.2)), true),
  ])
  func `lets pass what meets every bound`(screen: Screen, passes: Bool) throws {
    #expect(screen.passes(try #require(try row([80, 100]))) == passes)
  }

  @Test func `takes a fall as a positive number, and no change as none`() throws {
    let fallen = try #require(try row([100, 75]))
    #expect(Screen(change: .fall(0.25)).passes(fallen) && Screen(change: .either(0.25)).passes(fallen))
    #expect(!Screen(change: .fall(0.3)).passes(fallen) && !Screen(change: .rise(0)).passes(fallen))
    #expect(!Screen(change: .either(0)).passes(try #require(try row([5]))))
  }
}
