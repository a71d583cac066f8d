import Scheduling
import Testing

@testable import MarketData

@Suite struct `A hole in a series` {
  private func hour(_ number: Int64) -> Instant { Instant(milliseconds: number * 3_600_000) }
  private func day(_ number: Int64) -> Instant { hour(number * 24) }

  private func gaps(_ hours: [Double], _ interval: Interval = .hour1) -> [Range<Int64>] {
    var finder = GapFinder(interval)
    return hours.compactMap { finder.gap(before: Instant(milliseconds: Int64($0 * 3_600_000))) }
      .map { $0.lowerBound.milliseconds / 3_600_000..<$0.upperBound.milliseconds / 3_600_000 }
  }

  @Test func `is where slots of the grid have no bar, also where bars stand off it`() {
    #expect(gaps([0, 1, 2]) == [])
    #expect(gaps([0, 3, 4, 6]) == [1..<3, 5..<6])
    #expect(gaps([0]) == [] && gaps([]) == [])
    // The bars of February 2018: an outage, bars 28 minutes late, and back to the grid.
    #expect(gaps([0, 9.47, 10.47, 11]) == [1..<9])
    #expect(gaps([8, 9.47]) == [])
    #expect(gaps([0, 24 * 31, 24 * 90], .month1) == [24 * 59..<24 * 90])
  }

  @Test func `is asked for again after one, two, four days, and at last every 64`() {
    #expect((0...9).map { CandleHole.distance(afterAsks: $0) } == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64].map { .days($0) })
    let gap = hour(1)..<hour(5)
    var (known, asked, date) = ([CandleHole](), [Int64](), day(10))
    known = CandleHole.reviewed([gap], known: [], asked: [], at: date)
    #expect(known == [CandleHole(range: gap, foundAt: day(10), asks: 0, nextAskAt: day(11))])
    for _ in 0..<200 {
      date = date + .days(1)
      guard known[0].nextAskAt <= date else { continue }
      asked.append(date.milliseconds / 86_400_000 - 10)
      known = CandleHole.reviewed([gap], known: known, asked: [hour(0)..<hour(6)], at: date)
    }
    #expect(asked == [1, 3, 7, 15, 31, 63, 127, 191])
    #expect(known[0].foundAt == day(10) && known[0].asks == 8)
  }

  @Test func `that is looked at without being asked for keeps its age, and so do its halves`() {
    let known = [CandleHole(range: hour(1)..<hour(9), foundAt: day(1), asks: 3, nextAskAt: day(20))]
    let seen = CandleHole.reviewed([hour(1)..<hour(4), hour(5)..<hour(9)], known: known, asked: [], at: day(12))
    #expect(seen.map(\.asks) == [3, 3] && seen.map(\.nextAskAt) == [day(20), day(20)] && seen.map(\.foundAt) == [day(1), day(1)])
    #expect(CandleHole.reviewed([], known: known, asked: [hour(0)..<hour(10)], at: day(12)) == [])
  }

  @Test func `shares a request with its neighbours while one request brings them all`() {
    let holes = [1, 5, 990, 1500, 9000, 20_000].map {
      CandleHole(range: hour($0)..<hour($0 + 2), foundAt: day(0), asks: 0, nextAskAt: day(1))
    }
    let ranges = CandleHole.ranges(toAsk: holes, .hour1, barsMax: 1000, rangesMax: 3)
    #expect(ranges == [hour(1)..<hour(992), hour(1500)..<hour(1502), hour(9000)..<hour(9002)])
    #expect(CandleHole.ranges(toAsk: [], .hour1, barsMax: 1000, rangesMax: 3) == [])
  }
}
