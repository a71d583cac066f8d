import Analysis
import MarketData
import Scheduling
import Testing

@Suite struct `An alert on a stop` {
  private func bars(_ pairs: [(low: Double, close: Double)]) -> CandleSeries {
    .of(pairs.map { Bar(open: $0.close, high: max($0.close, $0.low), low: $0.low, close: $0.close, volume: 1) })
  }

  @Test(
    arguments: [
      // The low comes down to it, whatever the close; a touch is a hit.
      ([(101.0, 102.0), (100, 103)], [1]), ([(101, 102), (100.5, 101)], []),
      // A history that begins below it hits nothing, until a close lay above.
      ([(90, 95), (91, 96)], []), ([(90, 95), (96, 101), (97, 99)], [2]),
      // Told of once, until a close lies 1 % above: 100.9 is not far enough, 101 is.
      ([(101, 102), (99, 102), (99, 102), (99, 102)], [1, 3]), ([(101, 102), (99, 100.9), (99, 100.9), (99, 100.9)], [1]),
      ([(101, 102), (99, 99.5), (99, 101), (99, 100)], [1, 3]),
      // The bar of the hit arms nothing, though it closed far above.
      ([(101, 102), (95, 110), (99.9, 100.5)], [1]),
    ] as [([(Double, Double)], [Int])])
  func `of a price fires when the low comes down to it`(pairs: [(Double, Double)], expected: [Int]) throws {
    let found = try AlertRule(.stop(.price(100), by: .low)).firings(on: bars(pairs.map { (low: $0.0, close: $0.1) }))
    #expect(found.map(\.index) == expected)
  }

  @Test func `by the close passes over what a bar only touched`() throws {
    let series = bars([(101, 102), (90, 100.5), (95, 100), (95, 99)])
    let found = try AlertRule(.stop(.price(100), by: .close)).firings(on: series)
    #expect(found.map(\.index) == [2])
    #expect(found[0].observed == [.init("close", 100), .init("stop", 100)])
    #expect(found[0].sentence == "The close of 100 came down to the stop at 100.")
  }

  @Test func `that trails goes with the highest close, and begins anew once the price is back`() throws {
    // 10 % below 100 is 90, below 120 it is 108.
    let series = CandleSeries.closes([100, 91, 120, 109, 108, 80, 70, 109, 110, 99, 98])
    let found = try AlertRule(.stop(.trailing(0.1), by: .close)).firings(on: series)
    // Hit at 108; 109 lies 10 % above the lowest close since, so the next trail begins there, and its stop is 99 below 110.
    #expect(found.map(\.index) == [4, 9])
    #expect(found.map { $0.observed.first { $0.name == "highest_close" }?.value } == [120, 110])
    #expect(found[1].sentence == "The close of 99 came down to the stop at 99 behind the highest close of 110.")
  }

  @Test func `that trails begins anew where the price has turned, or is 1 % above the stop that was hit`() throws {
    let rule = try AlertRule(.stop(.trailing(0.1), by: .close))
    // 90 is hit at 88; 89 and 90.8 are neither, 91 is 1 % above 90: the next stop is 81.9.
    #expect(rule.firings(on: .closes([100, 88, 89, 90.8, 81, 100])).map(\.index) == [1])
    #expect(rule.firings(on: .closes([100, 88, 89, 91, 81.8])).map(\.index) == [1, 4])
    // In a long fall each recovery of 10 % has a trail of its own.
    #expect(rule.firings(on: .closes([100, 90, 60, 65, 59, 50, 56, 49, 48])).map(\.index) == [1, 7])
  }

  @Test func `never fires on a price that only rises, and once in one that only falls`() throws {
    let rule = try AlertRule(.stop(.trailing(0.1), by: .close))
    #expect(rule.firings(on: .closes((1...300).map(Double.init))).isEmpty)
    #expect(rule.firings(on: .closes((1...300).reversed().map(Double.init))).count == 1)
  }
}

@Suite struct `The distance of an alert` {
  private let flat = CandleSeries.closes([100, 80])

  @Test func `is a share of the close, and a number of average ranges`() throws {
    #expect(try AlertRule(.price(level: 100, .above)).distance(on: flat)?.share == 0.25)
    #expect(try AlertRule(.price(level: 100, .above)).distance(on: flat)?.ranges == nil, "two bars have no average range")
    #expect(abs(try #require(try AlertRule(.drawdown(limit: 0.5)).distance(on: flat)).share - 0.375) < 1e-12)
    #expect(try AlertRule(.macdCross(nil)).distance(on: flat) == nil)
    // Where the close lies beyond the level already, it must first go back.
    #expect(try AlertRule(.drawdown(limit: 0.1)).distance(on: flat) == nil)
    #expect(try AlertRule(.price(level: 70, .above)).distance(on: flat) == nil)
    #expect(try AlertRule(.price(level: 70, .below)).distance(on: flat)?.share == 0.125)
    #expect(try AlertRule(.price(level: 100, .below)).distance(on: flat) == nil)
    #expect(try AlertRule(.price(level: 100, .crosses)).distance(on: flat)?.share == 0.25)
    #expect(try AlertRule(.price(level: 100, .above)).distance(on: .empty()) == nil)
    let series = Fixtures.bitcoin
    let (close, atr) = (series.close.last!, try #require(series.atr()[series.count - 1]))
    let distance = try #require(try AlertRule(.price(level: close + 3 * atr, .above)).distance(on: series))
    #expect(abs(try #require(distance.ranges) - 3) < 1e-9 && abs(distance.share - 3 * atr / close) < 1e-12)
  }

  @Test func `to a stop is that to where it stands now, and none while it is not armed`() throws {
    let trailing = try AlertRule(.stop(.trailing(0.25), by: .close))
    #expect(trailing.distance(on: .closes([100, 80]))?.share == 0.0625)
    #expect(trailing.distance(on: .closes([100, 70])) == nil)
    #expect(try AlertRule(.stop(.price(90), by: .low)).distance(on: .closes([80])) == nil)
  }
}

@Suite struct `What fires anew` {
  private let series = CandleSeries.closes([90, 110, 90, 110])
  private var now: Instant { series.openTimes[3] + .days(1) }

  private func alert(until: String? = nil, muted: String? = nil) throws -> Alert {
    Alert(
      id: "up", symbols: [series.symbol], rule: try AlertRule(.price(level: 100, .above)), enabledUntil: until.flatMap(CivilDate.init),
      mutedUntil: muted.flatMap(CivilDate.init))
  }

  private func fired(
    _ alert: Alert, on closes: [Double]? = nil, from: Int, until: Int, told: [Int] = [], now: Instant? = nil
  ) -> [Int] {
    let times = series.openTimes
    let memory = Alert.Memory(judgedFrom: times[from], judgedUntil: times[until], told: Set(told.map { times[$0] }))
    return alert.newFirings(on: closes.map { .closes($0) } ?? series, memory: memory, now: now ?? self.now).map(\.index)
  }

  @Test func `is of an alert that is new what the newest bar says, and later what came since`() throws {
    let alert = try alert()
    #expect(alert.newFirings(on: series, memory: nil, now: now).map(\.index) == [3])
    #expect(fired(alert, from: 0, until: 0) == [1, 3])
    #expect(fired(alert, from: 3, until: 3, told: [3]).isEmpty)
    #expect(fired(alert, from: 3, until: 3).isEmpty == false, "judged and not told, as after a restatement")
    #expect(alert.newFirings(on: .empty(), memory: nil, now: now).isEmpty)
  }

  @Test func `is not the last bar of a series that stopped long ago`() throws {
    let alert = try alert()
    #expect(alert.newFirings(on: series, memory: nil, now: now + .days(4)).map(\.index) == [3])
    #expect(alert.newFirings(on: series, memory: nil, now: now + .days(5)).isEmpty)
  }

  @Test func `ends with the last day, and is silent while it is muted`() throws {
    // The bar of 2 January has closed by the end of that day, the one of 4 January has not.
    #expect(fired(try alert(until: "2026-01-02"), from: 0, until: 0) == [1])
    #expect(fired(try alert(muted: "2026-01-02"), from: 0, until: 0) == [3])
    #expect(fired(try alert(muted: "2026-01-31"), from: 0, until: 0) == [])
    // What was judged in silence is no news when the mute is over.
    #expect(fired(try alert(muted: "2026-01-02"), from: 0, until: 2) == [3])
  }

  @Test func `is a crossing that a restated bar shows late, once`() throws {
    let alert = try alert()
    // The second bar was 95 when it was judged, and nothing fired; then it was restated, and the third does not cross any more.
    #expect(fired(alert, on: [90, 110, 111, 112], from: 0, until: 1) == [1])
    #expect(fired(alert, on: [90, 110, 111, 112], from: 0, until: 1, told: [1]).isEmpty)
    // It was told of at the second bar, which was restated: the crossing has moved to the third, and stays told.
    #expect(fired(alert, on: [90, 95, 111, 112], from: 0, until: 3, told: [1]).isEmpty)
    // What lies before the first bar that was judged is nobody's news.
    #expect(fired(alert, on: [90, 110, 111, 112], from: 2, until: 3).isEmpty)
  }

  @Test func `is nothing of a run for an earlier date`() throws {
    #expect(fired(try alert(), on: [90, 110], from: 0, until: 3).isEmpty)
  }
}
