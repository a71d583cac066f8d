public import MarketData

/// What a model says of one bar at its close: from that bar and those before it.
public struct FilteredRegime: Sendable, Equatable {
  /// The likeliest state, 0 for the calmest.
  public let state: Int
  /// One for each state; they sum to 1.
  public let probabilities: [Double]

  public init(probabilities: [Double]) {
    self.probabilities = probabilities
    state = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
  }
}

extension RegimeModel {
  /// The regimes of a series whose returns it was fitted on, or that goes on from there; nil for the first bar, which has no return.
  ///
  /// The entry of a bar depends on no later bar. Signals may use this, never ``likeliestPath(of:)``.
  ///
  /// - Complexity: O(*n* · k²).
  public func filtered(_ series: CandleSeries) -> [FilteredRegime?] {
    guard !series.isEmpty else { return [] }
    let probabilities = model.filtered(observations(of: series))
    return [nil]
      + (0..<series.count - 1).map {
        FilteredRegime(probabilities: Array(probabilities[$0 * stateCount..<($0 + 1) * stateCount]))
      }
  }

  /// The likeliest path through the states, with all bars known; nil for the first bar. It looks ahead: for looking back only.
  /// - Complexity: O(*n* · k²).
  public func likeliestPath(of series: CandleSeries) -> [Int?] {
    guard !series.isEmpty else { return [] }
    return [nil] + model.likeliestPath(observations(of: series)).map { $0 }
  }

  /// Fits on the log returns of all bars of a series. See ``fit(returns:seed:options:)``.
  public static func fit(_ series: CandleSeries, seed: UInt64, options: Options = Options()) -> RegimeModel? {
    fit(returns: series.logReturns().storage, seed: seed, options: options)
  }

  /// From the second bar on; not a number where there is no return.
  private func observations(of series: CandleSeries) -> [Double] {
    series.logReturns().storage.dropFirst().map { ($0 - mean) / deviation }
  }
}
