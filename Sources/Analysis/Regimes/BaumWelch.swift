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
  /// Whether every second iteration tries a leap: see ``ExpectationStep/leap(from:over:leastVariance:)``. Models of two dimensions never do.
  var isAccelerated = false
  /// A fit that was found before: a climb that comes near it, or that will not reach as high, is given up.
  var rival: Fit?

  struct Fit {
    var model: HiddenMarkovModel
    /// Of the observations under the model.
    let logLikelihood: Double
    let iterations: Int
    /// The share of the observations that each state explains.
    var occupancy: [Double]

    /// The same, its states from the narrowest to the widest.
    var ordered: Fit {
      var result = self
      let order = occupancy.indices.sorted { model.spread(ofState: $0) < model.spread(ofState: $1) }
      (result.model, result.occupancy) = (model.reordered(order), order.map { occupancy[$0] })
      return result
    }
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
    var (logLikelihood, iterations, sinceLeap) = (step.expect(), 1, 0)
    var (first, second) = (step, step)
    while iterations < iterationsMax {
      (first, second) = (second, step)
      step.maximize(leastVariance: leastVariance)
      let reached = step.expect()
      (iterations, sinceLeap) = (iterations + 1, sinceLeap + 1)
      let rise = reached - logLikelihood
      logLikelihood = reached
      if rise < tolerance || isIdle(step, at: reached, rise) { break }
      guard isAccelerated, sinceLeap >= 2, iterations < iterationsMax else { continue }
      sinceLeap = 0
      var leapt = step
      guard leapt.leap(from: first, over: second, leastVariance: leastVariance) else { continue }
      let tried = leapt.expect()
      iterations += 1
      if tried > logLikelihood { (step, logLikelihood) = (leapt, tried) }
    }
    return Fit(model: step.model, logLikelihood: logLikelihood, iterations: iterations, occupancy: step.occupancy)
  }

  /// Whether a climb leads to its rival, or would need more than 50 rises like its last to get as high.
  private func isIdle(_ step: ExpectationStep, at logLikelihood: Double, _ rise: Double) -> Bool {
    guard let rival else { return false }
    return logLikelihood + 50 * rise < rival.logLikelihood || step.isNear(rival.model)
  }
}
