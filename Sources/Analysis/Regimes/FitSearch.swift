/// The search for the likeliest fit of a number of states, from several starting points.
///
/// Expectation and maximisation climb to the nearest optimum, and most of their iterations are spent on the last thousandths. So each start
/// climbs a few iterations, the best of them go on, with leaps, and one that leads where another has been is given up. A start that was left
/// behind is taken up again when those before it are not accepted.
///
/// - Source: short runs before a long one: Biernacki, Celeux, Govaert, "Choosing starting values for the EM algorithm", Computational
///   Statistics & Data Analysis 41 (2003).
struct FitSearch {
  private let observations: [Double]
  private let dimension: Int
  private let seed: UInt64
  private let options: RegimeModel.Options
  private let ranks: [Int]

  /// Iterations of each start before they are compared.
  private static let shortRun = 8
  /// How many of them go on.
  private static let finalists = 3

  /// - Parameter observations: d numbers each, of mean 0 and variance 1 in each dimension.
  init(_ observations: [Double], dimension: Int, seed: UInt64, options: RegimeModel.Options) {
    (self.observations, self.dimension, self.seed, self.options) = (observations, dimension, seed, options)
    ranks = StartingPoints.ranks(observations, dimension: dimension)
  }

  /// The accepted fit with the highest likelihood, its states ordered by their spread; nil when none is accepted.
  func bestFit(states: Int) -> BaumWelch.Fit? {
    var best: BaumWelch.Fit?
    for (place, start) in shortRuns(states: states).enumerated() {
      if place >= FitSearch.finalists, best != nil { break }
      let fit = BaumWelch(isAccelerated: true, rival: best).fit(observations, from: start.model)
      guard fit.logLikelihood.isFinite, fit.occupancy.allSatisfy({ $0 >= options.occupancyMin }) else { continue }
      if fit.logLikelihood > best?.logLikelihood ?? -.infinity { best = fit.ordered }
    }
    return best
  }

  /// Where each restart is after a few iterations, the likeliest first.
  private func shortRuns(states: Int) -> [BaumWelch.Fit] {
    let points = StartingPoints(dimension: dimension, states: states, observations: observations, ranks: ranks)
    var draws = SplitMix64(seed: seed)
    return (0..<options.restarts)
      .map { BaumWelch(iterationsMax: FitSearch.shortRun).fit(observations, from: points.model(restart: $0, &draws)) }
      .filter(\.logLikelihood.isFinite)
      .sorted { $0.logLikelihood > $1.logLikelihood }
  }
}
