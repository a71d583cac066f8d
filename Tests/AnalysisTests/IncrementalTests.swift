import Analysis
import Foundation
import MarketData
import Scheduling
import Testing

/// Series on which a difference to the columns would show: real ones, and walks with flat, silent and missing stretches.
private let followed: [(name: String, series: CandleSeries)] =
  Fixtures.symbols.map { ($0, Fixtures.candles[$0]!) } + [
    ("walk 1d, seed 51", .randomWalk(seed: 51, count: 900)),
    ("walk 1h, seed 52", .randomWalk(seed: 52, count: 900, .hour1)),
    ("walk 5m, seed 53, around 1e-8", .randomWalk(seed: 53, count: 650, around: 1e-8, .minute5)),
    ("walk 4h, seed 54, around 1e6", .randomWalk(seed: 54, count: 650, around: 1e6, .hour4)),
    ("walk 1w, seed 55", .randomWalk(seed: 55, count: 300, .week1)),
    ("walk 1M, seed 56", .randomWalk(seed: 56, count: 260, .month1)),
    ("equal closes", .closes([Double](repeating: 12.1, count: 450))),
    ("equal closes without volume, 1h", .closes([Double](repeating: 0.1, count: 450), volume: 0, .hour1)),
    ("one bar", .closes([5])), ("one bar of an hour", .randomWalk(seed: 57, count: 1, .hour1)),
    ("volumes beyond what a sum can hold, 1h", heavy(.randomWalk(seed: 58, count: 300, .hour1))),
    ("before 1970, 1h", early(.randomWalk(seed: 59, count: 300, .hour1))),
  ]

/// The same bars, some with a volume so large that sums over it are infinite.
private func heavy(_ series: CandleSeries) -> CandleSeries {
  var index = 0
  return series.mapped(0..<series.count) { bar in
    index += 1
    return Bar(open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: index % 70 > 60 ? 1e308 : bar.volume)
  }
}

/// The same bars, sixty years earlier.
private func early(_ series: CandleSeries) -> CandleSeries {
  CandleSeries(
    symbol: series.symbol, interval: series.interval, openTimes: series.openTimes.map { $0 - .days(60 * 365) }, open: series.open,
    high: series.high, low: series.low, close: series.close, volume: series.volume)
}

@Suite struct `Incremental indicators` {
  @Test(arguments: followed.indices)
  func `are the last entries of the columns at every bar, bit for bit`(index: Int) {
    let (name, series) = followed[index]
    #expect(differences(on: series) { _, _ in } == [], "\(name)")
  }

  @Test(arguments: followed.indices, [61, 62] as [UInt64])
  func `go on as if they had never been saved`(index: Int, seed: UInt64) {
    let (name, series) = followed[index]
    var generator = SeededGenerator(seed: seed)
    let found = differences(on: series) { state, bar in
      if bar < 3 || Int.random(in: 0..<4, using: &generator) == 0 { state = readBack(state) }
    }
    #expect(found == [], "\(name), seed \(seed)")
  }

  @Test func `are saved as finite numbers that stay what they are`() throws {
    for (name, series) in followed {
      let state = IncrementalIndicators(series)
      let read = try #require(IncrementalIndicators(numbers: state.numbers), "\(name)")
      #expect(state.numbers.allSatisfy { $0.isFinite })
      #expect(state.numbers.count <= 834)
      #expect(read.numbers.map(\.bitPattern) == state.numbers.map(\.bitPattern), "\(name)")
      #expect(read.interval == series.interval)
      #expect(read.count == series.count)
      #expect(read.lastOpenTime == series.openTimes.last)
    }
  }

  @Test(arguments: Interval.allCases) func `are all undefined before the first bar`(interval: Interval) throws {
    for state in [IncrementalIndicators(interval: interval), readBack(IncrementalIndicators(interval: interval))] {
      #expect(state.interval == interval)
      #expect(state.lastOpenTime == nil)
      #expect(state.values.map(\.name) == Indicator.all.map(\.name))
      #expect(state.values.allSatisfy { $0.value == nil })
    }
  }

  @Test func `are not read from numbers that are no state`() {
    let state = IncrementalIndicators(.randomWalk(seed: 63, count: 30, .hour1)).numbers
    #expect(IncrementalIndicators(numbers: state) != nil)
    #expect(IncrementalIndicators(numbers: []) == nil)
    for count in 0..<state.count { #expect(IncrementalIndicators(numbers: Array(state.prefix(count))) == nil, "\(count) numbers") }
    #expect(IncrementalIndicators(numbers: state + [1]) == nil)
    for place in state.indices {
      for number in [Double.nan, .infinity, -.infinity] {
        #expect(IncrementalIndicators(numbers: state.with(number, at: place)) == nil, "\(number) at \(place)")
      }
    }
  }

  @Test(
    arguments: [
      ("another version", 0, 2), ("no interval", 1, 12), ("a part of a bar", 2, 30.5), ("fewer bars than it has", 2, -30),
      ("other bars than it has", 2, 31), ("a part of a millisecond", 3, 0.5), ("too late a time", 3, 1e17), ("half a set", 4, 0.5),
      ("a negative set", 4, -1), ("a set of more than there is", 4, 0x1p40), ("a number that is none", 5, 1),
      ("a high below the close", 34, 1e-9), ("a low of zero", 35, 0), ("a close below the low", 36, 1e-9), ("a negative volume", 37, -1),
    ] as [(String, Int, Double)])
  func `are not read from a state with`(defect: String, place: Int, number: Double) {
    let state = IncrementalIndicators(.randomWalk(seed: 63, count: 30, .hour1)).numbers
    #expect(state.count == 34 + 4 * 30)
    #expect(IncrementalIndicators(numbers: state.with(number, at: place)) == nil)
  }

  @Test func `of no bars are not read from numbers that tell of some`() {
    let state = IncrementalIndicators(interval: .day1).numbers
    for place in 3..<state.count { #expect(IncrementalIndicators(numbers: state.with(1, at: place)) == nil) }
  }
}

extension IncrementalIndicators {
  /// After all bars of a series.
  fileprivate init(_ series: CandleSeries) {
    self.init(interval: series.interval)
    for index in 0..<series.count { append(series, index) }
  }

  fileprivate mutating func append(_ series: CandleSeries, _ index: Int) {
    let bar = series.bar(index)
    append(openTime: series.openTimes[index], open: bar.open, high: bar.high, low: bar.low, close: bar.close, volume: bar.volume)
  }
}

/// Where the values are others than those of the columns; the first few. The volume profile has a value at the last bar only.
private func differences(on series: CandleSeries, meanwhile: (inout IncrementalIndicators, Int) -> Void) -> [String] {
  var (state, found) = (IncrementalIndicators(interval: series.interval), [String]())
  let columns = IndicatorSet().compute(series)
  for index in 0..<series.count where found.count < 10 {
    state.append(series, index)
    meanwhile(&state, index)
    let profile = series.prefix(index + 1).volumeProfile()
    let levels = ["vp_poc": profile?.pointOfControl, "vp_vah": profile?.valueArea.upperBound, "vp_val": profile?.valueArea.lowerBound]
    let values = state.values
    if values.map(\.name) != columns.map(\.name) { found.append("other names at \(index)") }
    for (value, column) in zip(values, columns) {
      let expected = levels[value.name] ?? column.column[index]
      if value.value?.bitPattern != expected?.bitPattern {
        found.append("\(value.name) at \(index): \(value.value.debugDescription), not \(expected.debugDescription)")
      }
    }
  }
  return found
}

/// Saves as JSON and reads again.
private func readBack(_ state: IncrementalIndicators) -> IncrementalIndicators {
  do {
    let text = try JSONEncoder().encode(state.numbers)
    return try #require(IncrementalIndicators(numbers: JSONDecoder().decode([Double].self, from: text)))
  } catch {
    Issue.record(error)
    return state
  }
}

extension [Double] {
  fileprivate func with(_ number: Double, at place: Int) -> [Double] {
    var result = self
    result[place] = number
    return result
  }
}
