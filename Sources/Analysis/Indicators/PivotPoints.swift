public import MarketData
import Scheduling

/// Floor traders' levels for a period, from the high, low and close of the period before; in units of the price.
public struct PivotPoints: Sendable, Equatable {
  public let pivot: Column
  /// Resistances, nearest first; three.
  public let resistances: [Column]
  /// Supports, nearest first; three. May lie below zero.
  public let supports: [Column]
}

extension CandleSeries {
  /// Classic pivot points. The period is the bar for intervals of a day and longer, else the UTC day.
  ///
  /// Defined from index 1, or from the second UTC day of an intraday series; the day before is the last one that has bars. A series that
  /// begins within a day knows only a part of that day.
  ///
  /// - Complexity: O(*n*), one pass.
  public func pivotPoints() -> PivotPoints {
    let columns = columns(7, warmUp: 1) { bars, outputs in
      var period = PeriodSummary(bars, 0)
      var levels = SIMD8<Double>(repeating: .nan)
      for index in 1..<bars.count {
        if interval >= .day1 || openTimes[index].utcDayNumber != openTimes[index - 1].utcDayNumber {
          levels = period.levels
          period = PeriodSummary(bars, index)
        } else {
          period.extend(bars, index)
        }
        for level in 0..<7 { outputs[level][index] = levels[level] }
      }
    }
    return PivotPoints(pivot: columns[0], resistances: Array(columns[1...3]), supports: Array(columns[4...6]))
  }
}

/// What pivot points are made of.
struct PeriodSummary {
  var high = 0.0, low = 0.0, close = 0.0

  /// No period.
  init() {}

  init(_ bars: Bars, _ index: Int) {
    (high, low, close) = (bars.high[index], bars.low[index], bars.close[index])
  }

  mutating func extend(_ bars: Bars, _ index: Int) {
    (high, low, close) = (max(high, bars.high[index]), min(low, bars.low[index]), bars.close[index])
  }

  /// The pivot, three resistances, three supports and an unused number.
  var levels: SIMD8<Double> {
    let pivot = (high + low + close) / 3
    return SIMD8(
      pivot,
      2 * pivot - low, pivot + (high - low), high + 2 * (pivot - low),
      2 * pivot - high, pivot - (high - low), low - 2 * (high - pivot), .nan)
  }
}

extension Instant {
  /// Days since 1970-01-01 in UTC.
  @inline(__always) var utcDayNumber: Int64 {
    let day: Int64 = 86_400_000
    return milliseconds >= 0 ? milliseconds / day : (milliseconds + 1) / day - 1
  }
}
