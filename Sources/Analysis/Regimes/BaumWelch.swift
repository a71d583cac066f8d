import Foundation

/// Fits a hidden Markov model by expectation and maximisation, in memory that is taken once per fit.
///
/// The forward probabilities are scaled at each observation, by the largest density of that observation first, so that nothing underflows.
/// - Source: Rabiner, "A Tutorial on Hidden Markov Models", Proceedings of the IEEE 77 (1989), section V.
struct BaumWelch {
  /// No probability falls below this, so that no observation is impossible.
  static let leastProbability = 1e-100

  /// The iterations end when the log-likelihood rises by less than this.
  var tolerance = 1e-4
  var iterationsMax = 400
  /// A state's variance, in the unit of the observations, does not fall below this: a state of equal values would have an endless likelihood.
  var leastVariance = 1e-4

  struct Fit {
    var model: HiddenMarkovModel
    /// Of the observations under the model.
    let logLikelihood: Double
    let iterations: Int
    /// The share of the observations that each state explains.
    var occupancy: [Double]
  }

  /// - Parameters:
  ///   - observations: d numbers each, all finite, oldest first.
  ///   - model: where to begin; its optimum is the nearest, not the best.
  /// - Precondition: there is at least one observation; the model has at most 4 states and 2 dimensions.
  /// - Complexity: O(*n*) per iteration; 9 · *n* numbers of memory.
  func fit(_ observations: [Double], from model: HiddenMarkovModel) -> Fit {
    let count = observations.count / model.dimension
    precondition(count > 0, "a fit needs an observation")
    var result: Fit?
    observations.withUnsafeBufferPointer { buffer in
      withScratch(2 * count, of: SIMD4<Double>.self) { scratch in
        withScratch(count, of: Double.self) { scales in
          var step = ExpectationStep(
            buffer.baseAddress!, count: count, model, leastVariance: leastVariance, scratch: scratch, scales: scales)
          result = iterate(&step)
        }
      }
    }
    return result!
  }

  private func iterate(_ step: inout ExpectationStep) -> Fit {
    var (logLikelihood, iterations) = (step.expect(), 1)
    while iterations < iterationsMax {
      step.maximize(leastVariance: leastVariance)
      let reached = step.expect()
      iterations += 1
      let isDone = reached - logLikelihood < tolerance
      logLikelihood = reached
      if isDone { break }
    }
    return Fit(model: step.model, logLikelihood: logLikelihood, iterations: iterations, occupancy: step.occupancy)
  }
}
