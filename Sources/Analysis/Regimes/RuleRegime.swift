public import MarketData

/// What the rules make of one bar: where prices go, and how much they move.
public struct RuleRegime: Sendable, Equatable {
  public let trend: Trend
  public let volatility: Volatility

  public enum Trend: String, Sendable, CaseIterable {
    case bull, bear, range
  }

  public enum Volatility: String, Sendable, CaseIterable {
    case low, normal, high
    /// Fewer than 60 values to compare with.
    case unknown
  }

  public init(trend: Trend, volatility: Volatility) {
    (self.trend, self.volatility) = (trend, volatility)
  }
}

extension CandleSeries {
  /// The regime of each bar by fixed rules; one entry per bar, nil for the first 49.
  ///
  /// Bull: the close stands above its fast average, that one above the slow one, and the ADX of 14 bars is at least 20. Bear: mirrored. Else
  /// range, also where a part is undefined. The averages are those of 50 and 200 closes, and of 21 and 50 on the first 199 bars.
  /// Volatility: the mid-rank of the deviation of 20 log returns among the last 252 of them; from 0.8 on high, up to 0.2 low.
  ///
  /// The entry of a bar depends on no later bar, and not on the unit of the price as long as it changes by a power of two.
  ///
  /// - Complexity: O(*n* · 252).
  public func ruleRegimes() -> [RuleRegime?] {
    let (sma21, sma50, sma200) = (sma(21), sma(50), sma(200))
    let adx = directionalMovement().adx
    let ranks = realizedVolatility(20).midRanks(window: 252, atLeast: 60)
    return (0..<count).map { index in
      guard let middle = sma50[index] else { return nil }
      let (fast, slow) = index < 199 ? (sma21[index], middle) : (middle, sma200[index])
      let trend = Self.trend(close[index], fast, slow, strength: adx[index])
      return RuleRegime(trend: trend, volatility: Self.volatility(ranks[index]))
    }
  }

  private static func trend(_ close: Double, _ fast: Double?, _ slow: Double?, strength: Double?) -> RuleRegime.Trend {
    guard let fast, let slow, let strength, strength >= 20 else { return .range }
    if close > fast && fast > slow { return .bull }
    return close < fast && fast < slow ? .bear : .range
  }

  private static func volatility(_ rank: Double?) -> RuleRegime.Volatility {
    guard let rank else { return .unknown }
    if rank >= 0.8 { return .high }
    return rank <= 0.2 ? .low : .normal
  }
}

extension Column {
  /// Where each value stands among the last ones, itself included: the share below it and half of that equal to it, 0...1.
  ///
  /// - Parameters:
  ///   - window: entries looked at, defined or not, above zero.
  ///   - least: with fewer defined values among them the rank is undefined.
  func midRanks(window: Int, atLeast least: Int) -> Column {
    Column.computed(count: count, warmUp: 0) { output in
      storage.withUnsafeBufferPointer { buffer in
        let values = buffer.baseAddress!
        var known = 0
        for index in 0..<count {
          let (value, length) = (values[index], min(window, index + 1))
          known += value.isFinite ? 1 : 0
          if index >= window, values[index - window].isFinite { known -= 1 }
          guard value.isFinite, known >= least else {
            output[index] = .nan
            continue
          }
          let (below, equal) = Self.counts(of: values + (index + 1 - length), count: length, besides: value)
          output[index] = (Double(below) + Double(equal) / 2) / Double(known)
        }
      }
    }
  }

  /// How many values are below one, and how many equal to it.
  @inline(__always)
  private static func counts(of values: UnsafePointer<Double>, count: Int, besides value: Double) -> (below: Int, equal: Int) {
    var (below, equal, index) = (SIMD4<Int64>(), SIMD4<Int64>(), 0)
    let wanted = SIMD4(repeating: value)
    while index &+ 4 <= count {
      let four = UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Double>.self)
      // A lane of a mask is -1 where it holds.
      below &-= unsafeBitCast(four .< wanted, to: SIMD4<Int64>.self)
      equal &-= unsafeBitCast(four .== wanted, to: SIMD4<Int64>.self)
      index &+= 4
    }
    var (fewBelow, fewEqual) = (Int(below.wrappedSum()), Int(equal.wrappedSum()))
    while index < count {
      fewBelow += values[index] < value ? 1 : 0
      fewEqual += values[index] == value ? 1 : 0
      index &+= 1
    }
    return (fewBelow, fewEqual)
  }
}
