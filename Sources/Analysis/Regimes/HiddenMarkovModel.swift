import Foundation

/// A hidden Markov model of at most 4 states, with Gaussian emissions of one or two dimensions:
/// states that follow one another at random, and what each shows.
public struct HiddenMarkovModel: Sendable, Equatable {
  /// Numbers per observation, d: 1 or 2.
  public let dimension: Int
  /// The probability of each of the k states at the first observation.
  public let start: [Double]
  /// Row by row: the probability of each next state. k · k numbers.
  public let transition: [Double]
  /// State by state, k · d numbers.
  public let means: [Double]
  /// State by state and row by row, k · d · d numbers; each matrix is symmetric and positive definite.
  public let covariances: [Double]

  public var stateCount: Int { start.count }

  /// - Precondition: the lengths fit one another, and there is a state and a dimension.
  public init(dimension: Int, start: [Double], transition: [Double], means: [Double], covariances: [Double]) {
    let count = start.count
    precondition(dimension > 0 && count > 0, "a model needs a state and a dimension")
    precondition(dimension <= 2 && count <= 4, "a model has at most 4 states and 2 dimensions")
    precondition(
      transition.count == count * count && means.count == count * dimension && covariances.count == count * dimension * dimension,
      "the parameters of a model have different lengths")
    (self.dimension, self.start, self.transition) = (dimension, start, transition)
    (self.means, self.covariances) = (means, covariances)
  }

  /// How many numbers a fit of this shape chooses freely.
  public static func freeParameters(states: Int, dimension: Int) -> Int {
    (states - 1) + states * (states - 1) + states * dimension + states * dimension * (dimension + 1) / 2
  }

  /// The trace of a state's covariance: how wide what it shows is spread.
  func spread(ofState state: Int) -> Double {
    (0..<dimension).reduce(0) { $0 + covariances[state * dimension * dimension + $1 * dimension + $1] }
  }

  /// The same model with its states in another order.
  func reordered(_ order: [Int]) -> HiddenMarkovModel {
    let square = dimension * dimension
    return HiddenMarkovModel(
      dimension: dimension, start: order.map { start[$0] },
      transition: order.flatMap { from in order.map { transition[from * stateCount + $0] } },
      means: order.flatMap { means[$0 * dimension..<($0 + 1) * dimension] },
      covariances: order.flatMap { covariances[$0 * square..<($0 + 1) * square] })
  }
}

extension HiddenMarkovModel {
  /// The model that expectation and maximisation reach from this one, and the logarithm of how likely it makes the observations.
  ///
  /// - Parameters:
  ///   - observations: d numbers each, all finite, oldest first.
  ///   - iterations: at most.
  ///   - tolerance: the iterations end when the log-likelihood rises by less.
  /// - Precondition: there is an observation.
  /// - Complexity: O(*n* · k²) per iteration.
  public func fitted(
    to observations: [Double], iterations: Int = 400, tolerance: Double = 1e-4
  ) -> (model: HiddenMarkovModel, logLikelihood: Double) {
    let fit = BaumWelch(tolerance: tolerance, iterationsMax: iterations).fit(observations, from: self)
    return (fit.model, fit.logLikelihood)
  }

  /// The probability of each state at each observation, given that one and those before it: k numbers per observation, which sum to 1.
  ///
  /// What comes out for an observation depends on no later one. An observation that is not finite tells nothing: the states only move on.
  ///
  /// - Parameter observations: d numbers each, oldest first.
  /// - Complexity: O(*n* · k²).
  public func filtered(_ observations: [Double]) -> [Double] {
    let (states, count) = (stateCount, observations.count / dimension)
    let emissions = Emissions(self, leastVariance: .leastNormalMagnitude)
    var result = [Double](repeating: 0, count: count * states)
    var before = start
    for index in 0..<count {
      let logDensity = logDensities(emissions, observations, index)
      let density = logDensity.overLargest(lanes: states)
      var sum = 0.0
      for state in 0..<states {
        let prior = index == 0 ? start[state] : (0..<states).reduce(0) { $0 + before[$1] * transition[$1 * states + state] }
        result[index * states + state] = max(prior, BaumWelch.leastProbability) * density[state]
        sum += result[index * states + state]
      }
      for state in 0..<states {
        result[index * states + state] /= sum
        before[state] = result[index * states + state]
      }
    }
    return result
  }

  /// The likeliest path through the states, given all observations: one state each. It looks ahead, so it is for looking back only.
  ///
  /// - Parameter observations: d numbers each, oldest first.
  /// - Complexity: O(*n* · k²).
  /// - Source: Viterbi, IEEE Transactions on Information Theory 13 (1967).
  public func likeliestPath(_ observations: [Double]) -> [Int] {
    let (states, count) = (stateCount, observations.count / dimension)
    guard count > 0 else { return [] }
    let logTransition = transition.map { log(max($0, BaumWelch.leastProbability)) }
    let emissions = Emissions(self, leastVariance: .leastNormalMagnitude)
    var score = start.map { log(max($0, BaumWelch.leastProbability)) }
    var origin = [Int](repeating: 0, count: count * states)
    for index in 0..<count {
      let logDensity = logDensities(emissions, observations, index)
      let before = score
      for state in 0..<states {
        guard index > 0 else {
          score[state] += logDensity[state]
          continue
        }
        let best = (0..<states).max { before[$0] + logTransition[$0 * states + state] < before[$1] + logTransition[$1 * states + state] }!
        origin[index * states + state] = best
        score[state] = before[best] + logTransition[best * states + state] + logDensity[state]
      }
    }
    var path = [Int](repeating: score.indices.max { score[$0] < score[$1] }!, count: count)
    for index in stride(from: count - 1, to: 0, by: -1) { path[index - 1] = origin[index * states + path[index]] }
    return path
  }

  /// One lane per state; all are 0 for an observation that is not finite.
  private func logDensities(_ emissions: Emissions, _ observations: [Double], _ index: Int) -> SIMD4<Double> {
    let (x, y) = (observations[index * dimension], dimension == 2 ? observations[index * dimension + 1] : 0)
    return x.isFinite && y.isFinite ? emissions.logDensity(x, y) : .zero
  }
}
