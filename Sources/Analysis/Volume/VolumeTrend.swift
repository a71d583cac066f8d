public import MarketData

/// Whether volume goes with the price: the trends of the closes and of on-balance volume, bar by bar.
public struct VolumeTrend: Sendable, Equatable {
  /// The t-values of the least-squares slopes, -1,000,000...1,000,000; 0 where nothing moves.
  public let closeT, volumeT: Column
  /// One per bar; nil during the warm-up.
  public let verdicts: [Verdict?]

  public enum Verdict: String, Sendable, CaseIterable {
    /// Both go the same way.
    case confirmed
    /// They go opposite ways, both with a t-value of at least 2.
    case divergent
    /// They do not agree, and not both are sure; or one of them does not move.
    case unclear
  }
}

extension CandleSeries {
  /// The trends over the last `period` bars; defined from index `period - 1`. What a bar shows depends on no later one.
  ///
  /// - Precondition: `period > 2`: two points always lie on a line.
  /// - Complexity: O(*n* · period).
  public func volumeTrend(_ period: Int = 20) -> VolumeTrend {
    precondition(period > 2, "a trend needs a period above two")
    let (closeT, volumeT) = (Column(close).slopeT(period), obv().slopeT(period))
    let verdicts = (0..<count).map { index -> VolumeTrend.Verdict? in
      guard let price = closeT[index], let volume = volumeT[index] else { return nil }
      if price * volume > 0 { return .confirmed }
      return price * volume < 0 && abs(price) >= 2 && abs(volume) >= 2 ? .divergent : .unclear
    }
    return VolumeTrend(closeT: closeT, volumeT: volumeT, verdicts: verdicts)
  }
}

extension Column {
  /// The t-value of the least-squares slope through the last `period` values, at most 1,000,000 either way.
  fileprivate func slopeT(_ period: Int) -> Column {
    let centre = Double(period - 1) / 2
    let spread = (0..<period).reduce(0.0) { $0 + (Double($1) - centre) * (Double($1) - centre) }
    return .computed(count: count, warmUp: period - 1) { output in
      for index in period - 1..<count {
        let first = index - period + 1
        // From the first value of the window, so that a level however high costs no digits.
        var (sum, product) = (0.0, 0.0)
        for offset in 0..<period {
          let value = storage[first + offset] - storage[first]
          sum += value
          product += (Double(offset) - centre) * value
        }
        let (mean, slope) = (sum / Double(period), product / spread)
        var rest = 0.0
        for offset in 0..<period {
          let distance = storage[first + offset] - storage[first] - mean - slope * (Double(offset) - centre)
          rest += distance * distance
        }
        let error = (rest / Double(period - 2) / spread).squareRoot()
        output[index] = slope == 0 ? 0 : Swift.min(1e6, Swift.max(-1e6, slope / error))
      }
    }
  }
}
