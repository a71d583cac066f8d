import Foundation

/// The normal distribution with mean 0 and deviation 1.
enum NormalDistribution {
  /// The probability of a value up to `z`, 0...1.
  static func probability(upTo z: Double) -> Double {
    0.5 * erfc(-z / 2.0.squareRoot())
  }

  /// The value that is exceeded with probability `1 - probability`; nil outside 0..<1 without 0.
  ///
  /// A rational start within 1e-9, then one step of Halley's method: exact to about 1e-15.
  /// - Source: Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
  static func quantile(_ probability: Double) -> Double? {
    guard probability > 0, probability < 1 else { return nil }
    let start = probability < 0.5 ? -upper(probability) : upper(1 - probability)
    let error = probability < 0.5 ? self.probability(upTo: start) - probability : (1 - probability) - self.probability(upTo: -start)
    let step = error * (2 * Double.pi).squareRoot() * exp(start * start / 2)
    return start - step / (1 + start * step / 2)
  }

  /// The value above which a tail of at most one half lies.
  private static func upper(_ tail: Double) -> Double {
    guard tail < 0.02425 else {
      let (q, r) = (0.5 - tail, (0.5 - tail) * (0.5 - tail))
      return horner(centre.above, r) * q / (horner(centre.below, r) * r + 1)
    }
    let q = (-2 * log(tail)).squareRoot()
    return -horner(tails.above, q) / (horner(tails.below, q) * q + 1)
  }

  private static func horner(_ coefficients: [Double], _ x: Double) -> Double {
    coefficients.reduce(0) { $0 * x + $1 }
  }

  private static let centre: (above: [Double], below: [Double]) = (
    [
      -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
      2.506628277459239e+00,
    ],
    [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01]
  )

  private static let tails: (above: [Double], below: [Double]) = (
    [
      -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
      2.938163982698783e+00,
    ],
    [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00]
  )
}
