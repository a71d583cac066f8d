public import MarketData

/// The turns of a series that are larger than its noise.
///
/// A high becomes a pivot when a later low is at or below high · (1 - threshold); a low when a later high is at or above low · (1 +
/// threshold). The threshold of a bar is 2.5 times the mean true range of the last 50 bars over their mean close, 1 % to 15 %; there is none
/// on the first 10 bars, which therefore confirm nothing. A pivot and its date of confirmation depend on no later bar.
public struct Zigzag: Sendable, Equatable {
  /// Highs and lows in turn, oldest first, all confirmed.
  public let pivots: [Pivot]
  /// The extreme since the last pivot: what may become the next one. Nil when there is no pivot.
  public let provisional: Pivot?
  /// Per bar; nil on the first 10.
  public let thresholds: Column

  private static let window = 50
  private static let barsMin = 10

  /// - Complexity: O(*n*).
  public init(_ series: CandleSeries) {
    thresholds = Self.thresholds(of: series)
    var turn = Turn(series)
    for index in 0..<series.count { turn.take(index, threshold: thresholds[index]) }
    pivots = turn.pivots
    provisional = turn.provisional
  }

  private static func thresholds(of series: CandleSeries) -> Column {
    series.column(warmUp: barsMin) { bars, output in
      func element(_ index: Int) -> SIMD2<Double> { SIMD2(bars.trueRange(index), bars.close[index]) }
      func threshold(_ sums: SIMD2<Double>) -> Double {
        let share = 2.5 * (sums.x / sums.y)
        return share.isFinite ? min(max(share, 0.01), 0.15) : .nan
      }
      var sums = SIMD2<Double>()
      for index in 1..<min(bars.count, window) {
        sums += element(index)
        if index >= barsMin { output[index] = threshold(sums) }
      }
      SlidingWindow(length: window).forEachSums(in: 1..<bars.count, element: element) { output[$0] = threshold($1) }
    }
  }
}

/// Where the search stands: the extremes since the last turn.
private struct Turn {
  private let series: CandleSeries
  /// What the next pivot will be; nil before the first one.
  private var sought: Pivot.Kind?
  private var highest = 0, lowest = 0
  private(set) var pivots: [Pivot] = []

  init(_ series: CandleSeries) { self.series = series }

  var provisional: Pivot? {
    sought.map { pivot($0, confirmedAt: nil) }
  }

  mutating func take(_ index: Int, threshold: Double?) {
    if series.high[index] > series.high[highest] {
      highest = index
      if sought == .high { lowest = index }
    }
    if series.low[index] < series.low[lowest] {
      lowest = index
      if sought == .low { highest = index }
    }
    guard let threshold else { return }
    if sought != .low, highest < index, series.low[index] <= series.high[highest] * (1 - threshold) {
      confirm(.high, at: index)
    } else if sought != .high, lowest < index, series.high[index] >= series.low[lowest] * (1 + threshold) {
      confirm(.low, at: index)
    }
  }

  /// The search goes on from the extreme on the other side since the pivot.
  private mutating func confirm(_ kind: Pivot.Kind, at index: Int) {
    pivots.append(pivot(kind, confirmedAt: index))
    let after = (kind == .high ? highest : lowest) + 1...index
    if kind == .high {
      lowest = after.min { (series.low[$0], $0) < (series.low[$1], $1) } ?? index
      (sought, highest) = (.low, lowest)
    } else {
      highest = after.min { (-series.high[$0], $0) < (-series.high[$1], $1) } ?? index
      (sought, lowest) = (.high, highest)
    }
  }

  private func pivot(_ kind: Pivot.Kind, confirmedAt index: Int?) -> Pivot {
    let place = kind == .high ? highest : lowest
    return Pivot(
      index: place, time: series.openTimes[place], price: kind == .high ? series.high[place] : series.low[place], kind: kind,
      confirmedIndex: index)
  }
}
