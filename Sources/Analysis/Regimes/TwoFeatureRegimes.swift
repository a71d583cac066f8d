import Foundation
public import MarketData

/// A second opinion on the regimes: a model of returns together with how much they moved of late.
///
/// It is fitted with the number of states of a ``RegimeModel``. Its own criterion must not choose that number: windows that overlap make
/// the features depend on one another, and the criterion then falls with every further state.
public struct TwoFeatureRegimes: Sendable, Equatable {
  /// Of the standardised features, with full covariances; states ordered by their spread.
  public let model: HiddenMarkovModel
  public let logLikelihood: Double
  /// For each bar the filtered state, given it and those before; nil while a feature is undefined.
  public let states: [Int?]

  /// The log return of the bar, and the logarithm of the deviation of the last 10 of them.
  ///
  /// - Parameter seed: as for ``RegimeModel/fit(returns:seed:options:)``.
  /// - Returns: nil when there are fewer bars with both features than `options` ask for, when one of them does not vary, or when no fit is
  ///   accepted.
  public static func fit(
    _ series: CandleSeries, states count: Int, seed: UInt64, options: RegimeModel.Options = .init()
  ) -> TwoFeatureRegimes? {
    let (returns, deviations) = (series.logReturns(), series.realizedVolatility(10))
    let known = (0..<series.count).filter { returns[$0] != nil && (deviations[$0] ?? 0) > 0 }
    guard known.count >= max(2, options.returnsMin),
      let first = standardised(known.map { returns.storage[$0] }),
      let second = standardised(known.map { log(deviations.storage[$0]) })
    else { return nil }
    let observations = zip(first, second).flatMap { [$0, $1] }
    guard let fit = FitSearch(observations, dimension: 2, seed: seed, options: options).bestFit(states: count) else { return nil }
    let probabilities = fit.model.filtered(observations)
    var states = [Int?](repeating: nil, count: series.count)
    for (row, index) in known.enumerated() {
      states[index] = FilteredRegime(probabilities: Array(probabilities[row * count..<(row + 1) * count])).state
    }
    return TwoFeatureRegimes(model: fit.model, logLikelihood: fit.logLikelihood, states: states)
  }

  /// Less their mean, over their population deviation; nil when they do not vary.
  private static func standardised(_ values: [Double]) -> [Double]? {
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    return deviation > 1e-12 * abs(mean) && deviation > .leastNormalMagnitude ? values.map { ($0 - mean) / deviation } : nil
  }
}
