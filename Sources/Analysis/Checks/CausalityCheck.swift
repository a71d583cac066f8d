public import MarketData
public import Scheduling

/// Tries whether what is said of a bar depends on bars after it (look-ahead), and on where the history starts.
///
/// Truncation: what is said of a bar from the bars up to it is what is said of it from all bars, bit for bit. Start-up: it is the same, within
/// 1e-6 of its size, when history begins later; after how many bars that holds is measured.
public struct CausalityCheck: Sendable {
  /// What was tried: the name of an indicator, `patterns`, `regimes`, or a strategy.
  public let subject: String
  /// The first bar of which something else is said when the bars after it are missing; nil: none, as it must be.
  public let firstLookAhead: Instant?
  /// Bars that were looked at.
  public let truncations: Int
  /// After so many bars of history the start no longer matters; nil: it always does, or there are too few bars to tell.
  public let settlesAfter: Int?
  /// Whether the start was tried: for what has a number at each bar.
  public let triesStart: Bool

  public var isCausal: Bool { firstLookAhead == nil }
}

extension CausalityCheck {
  /// Tries every indicator, the patterns, the regimes by rules, and strategies.
  ///
  /// - Parameters:
  ///   - truncationsMax: so many bars are looked at, evenly spread; the last ones always.
  /// - Complexity: O(truncations · bars) for each subject.
  public static func all(on series: CandleSeries, strategies: [any Strategy], truncationsMax: Int = 300) -> [CausalityCheck] {
    let cuts = Self.cuts(series.count, most: truncationsMax)
    return indicators(series, cuts) + [patterns(series, cuts), regimes(series, cuts)] + strategies.map { strategy($0, series, cuts) }
  }

  /// Tries one strategy.
  public static func of(_ strategy: any Strategy, on series: CandleSeries, truncationsMax: Int = 2000) -> CausalityCheck {
    self.strategy(strategy, series, cuts(series.count, most: truncationsMax))
  }

  /// The bars at which the series is cut, rising; the last twenty, and others evenly spread.
  private static func cuts(_ count: Int, most: Int) -> [Int] {
    guard count > most else { return Array(0..<count) }
    let recent = Set(max(0, count - 20)..<count)
    let spread = Set((0..<max(1, most - recent.count)).map { $0 * count / max(1, most - recent.count) })
    return recent.union(spread).sorted()
  }

  private static func indicators(_ series: CandleSeries, _ cuts: [Int]) -> [CausalityCheck] {
    // What is defined at the last bar only says nothing of others.
    let set = IndicatorSet(Indicator.all.filter { !$0.name.hasPrefix("vp_") })
    let whole = set.compute(series)
    var wrong = [Int?](repeating: nil, count: whole.count)
    for cut in cuts {
      let part = set.compute(series.prefix(cut + 1))
      for index in whole.indices where wrong[index] == nil && part[index].column.storage[cut].bits != whole[index].column.storage[cut].bits
      {
        wrong[index] = cut
      }
    }
    let late = starts(series.count).map { (start: $0, columns: set.compute(series.suffix(series.count - $0))) }
    return whole.indices.map { index in
      let settled = late.map { settling(whole[index].column, $0.columns[index].column, from: $0.start) }
      return CausalityCheck(
        subject: whole[index].name, firstLookAhead: wrong[index].map { series.openTimes[$0] }, truncations: cuts.count,
        settlesAfter: settled.contains(nil) ? nil : settled.compactMap(\.self).max(), triesStart: !late.isEmpty)
    }
  }

  /// Where a history begins that begins late: two places, so that one of them is not luck.
  private static func starts(_ count: Int) -> [Int] { count < 40 ? [] : [count / 5, count / 3] }

  /// Bars behind `start` after which two columns stay within 1e-6 of their size; nil when they do not by the end.
  private static func settling(_ whole: Column, _ late: Column, from start: Int) -> Int? {
    let values = whole.storage[start...]
    let scale = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    var settled = late.count
    for index in late.storage.indices.reversed() {
      let (a, b) = (late.storage[index], values[start + index])
      let agrees = a.isFinite == b.isFinite && (!a.isFinite || abs(a - b) <= 1e-6 * max(abs(b), scale * 1e-3))
      guard agrees else { break }
      settled = index
    }
    return settled == late.count ? nil : settled
  }

  private static func regimes(_ series: CandleSeries, _ cuts: [Int]) -> CausalityCheck {
    let whole = series.ruleRegimes()
    let wrong = cuts.first { series.prefix($0 + 1).ruleRegimes()[$0] != whole[$0] }
    return CausalityCheck(
      subject: "regimes", firstLookAhead: wrong.map { series.openTimes[$0] }, truncations: cuts.count, settlesAfter: nil, triesStart: false)
  }

  /// What was confirmed by a bar must be the same with and without the bars after it.
  private static func patterns(_ series: CandleSeries, _ cuts: [Int]) -> CausalityCheck {
    let whole = series.chartPatterns().filter { $0.confirmedAt != nil }
    let wrong = cuts.first { cut in
      let end = series.openTimes[cut]
      let known = whole.filter { $0.confirmedAt! <= end }
      return series.prefix(cut + 1).chartPatterns().filter { $0.confirmedAt != nil } != known
    }
    return CausalityCheck(
      subject: "patterns", firstLookAhead: wrong.map { series.openTimes[$0] }, truncations: cuts.count, settlesAfter: nil,
      triesStart: false)
  }

  private static func strategy(_ strategy: any Strategy, _ series: CandleSeries, _ cuts: [Int]) -> CausalityCheck {
    let whole = Dictionary(uniqueKeysWithValues: strategy.opinions(on: series, from: 0).map { ($0.index, $0) })
    let wrong = cuts.first { cut in strategy.opinions(on: series.prefix(cut + 1), from: cut).first { $0.index == cut } != whole[cut] }
    let late = starts(series.count).map { start -> Int? in
      let found = Dictionary(
        uniqueKeysWithValues: strategy.opinions(on: series.suffix(series.count - start), from: 0).map { ($0.index + start, $0) })
      let differs = (start..<series.count).last { index in
        let (a, b) = (whole[index], found[index])
        guard let a, let b else { return (a == nil) != (b == nil) }
        return a.direction != b.direction || abs(a.strength - b.strength) > 1e-6
      }
      let settled = differs.map { $0 + 1 - start } ?? 0
      return settled < series.count - start ? settled : nil
    }
    return CausalityCheck(
      subject: strategy.name, firstLookAhead: wrong.map { series.openTimes[$0] }, truncations: cuts.count,
      settlesAfter: late.contains(nil) ? nil : late.compactMap(\.self).max(), triesStart: !late.isEmpty)
  }
}

extension Double {
  /// Equal for all numbers that are not finite: they are all undefined.
  fileprivate var bits: UInt64 { isFinite ? bitPattern : .max }
}
