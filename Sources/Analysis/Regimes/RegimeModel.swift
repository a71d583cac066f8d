import Foundation

/// Regimes that a hidden Markov model finds in log returns: few states, ordered from the calmest to the most turbulent.
///
/// Fit it on the bars up to some moment, then filter forward: what it says of a bar is then known at that bar's close.
public struct RegimeModel: Sendable, Equatable {
  /// In units of ``deviation``, around ``mean``.
  public let model: HiddenMarkovModel
  /// Of the returns it was fitted on; the deviation is that of a population.
  public let mean, deviation: Double
  /// Calmest first.
  public let states: [State]
  /// Of the standardised returns.
  public let logLikelihood: Double
  /// For each number of states that was fitted and accepted, the Bayesian information criterion: the lowest is taken. Numbers beyond one
  /// that did much worse are not fitted.
  public let bic: [Int: Double]

  public var stateCount: Int { states.count }

  public struct State: Sendable, Equatable {
    public let label: Label
    /// Log return per bar, and its deviation.
    public let meanReturn, sigma: Double
    /// The share of the bars it was fitted on, 0...1.
    public let occupancy: Double
    public let drift: Drift
  }

  public enum Label: String, Sendable, CaseIterable {
    case calm, normal, turbulent
  }

  /// The sign of the mean return, where its t-value is at least 2 or at most -2.
  public enum Drift: String, Sendable, CaseIterable {
    case up, down, flat
  }

  /// When the criterion of a number of states is above the lowest by more than this, no larger number is fitted: a difference of 6 to 10 is
  /// strong evidence (Kass and Raftery, Journal of the American Statistical Association 90, 1995).
  private static let surplusMax = 6.0

  /// How a fit is sought.
  public struct Options: Sendable {
    public var stateCounts = 2...4
    public var restarts = 5
    /// With fewer returns there is no fit.
    public var returnsMin = 249
    /// A fit in which a state has a smaller share of the bars is not accepted.
    public var occupancyMin = 0.01

    public init() {}
  }

  /// Fits each number of states from several starting points and takes that with the lowest BIC.
  ///
  /// - Parameters:
  ///   - returns: log returns, oldest first; what is not finite is left out.
  ///   - seed: chooses the starting points; the same seed gives the same model, bit for bit.
  /// - Returns: nil when there are too few returns, when they do not differ, or when no fit is accepted: take the rules then.
  /// - Complexity: O(*n*) per iteration; some hundreds of them.
  public static func fit(returns: [Double], seed: UInt64, options: Options = Options()) -> RegimeModel? {
    let known = returns.filter(\.isFinite)
    guard known.count >= max(2, options.returnsMin) else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    let deviation = (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)).squareRoot()
    guard deviation > 1e-12 * max(1e-9, abs(mean)), deviation > .leastNormalMagnitude else { return nil }
    let observations = known.map { ($0 - mean) / deviation }
    var bic: [Int: Double] = [:]
    var best: BaumWelch.Fit?
    let search = FitSearch(observations, dimension: 1, seed: seed, options: options)
    for count in options.stateCounts {
      let lowest = bic.values.min() ?? .infinity
      if let before = bic[count - 1], before > lowest + surplusMax { break }
      guard let fit = search.bestFit(states: count) else { continue }
      let parameters = Double(HiddenMarkovModel.freeParameters(states: count, dimension: 1))
      let value = -2 * fit.logLikelihood + parameters * log(Double(known.count))
      if value < lowest { best = fit }
      bic[count] = value
    }
    return best.map { RegimeModel($0, mean: mean, deviation: deviation, count: known.count, bic: bic) }
  }

  private init(_ fit: BaumWelch.Fit, mean: Double, deviation: Double, count: Int, bic: [Int: Double]) {
    (model, logLikelihood, self.bic) = (fit.model, fit.logLikelihood, bic)
    (self.mean, self.deviation) = (mean, deviation)
    let last = fit.model.stateCount - 1
    states = (0...last).map { index in
      let label: Label = index == 0 ? .calm : (index == last ? .turbulent : .normal)
      let sigma = fit.model.covariances[index].squareRoot() * deviation
      let meanReturn = mean + fit.model.means[index] * deviation
      let tValue = meanReturn / (sigma / (fit.occupancy[index] * Double(count)).squareRoot())
      return State(
        label: label, meanReturn: meanReturn, sigma: sigma, occupancy: fit.occupancy[index],
        drift: tValue >= 2 ? .up : (tValue <= -2 ? .down : .flat))
    }
  }
}
