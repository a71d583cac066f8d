import Foundation

/// The logarithm of each state's density, with the matrices of the model factored once.
struct LogDensity {
  private let dimension: Int
  private let means: [Double]
  /// Per state the inverse of the lower Cholesky factor, row by row.
  private let whitening: [Double]
  /// Per state the part that does not depend on the observation.
  private let constants: [Double]
  private var result: [Double]

  init(_ model: HiddenMarkovModel) {
    (dimension, means) = (model.dimension, model.means)
    let square = dimension * dimension
    var (whitening, constants) = (model.covariances, model.start)
    for state in constants.indices {
      whitening.withUnsafeMutableBufferPointer { buffer in
        constants[state] = Cholesky(dimension: model.dimension).whiten(buffer.baseAddress! + state * square, least: 0)
      }
    }
    (self.whitening, self.constants) = (whitening, constants)
    result = constants
  }

  /// One number per state; all are 0 for an observation that is not finite.
  mutating func of(_ observations: [Double], at index: Int) -> [Double] {
    let row = index * dimension
    let isKnown = observations[row..<row + dimension].allSatisfy(\.isFinite)
    for state in result.indices { result[state] = isKnown ? density(of: observations, row, state) : 0 }
    return result
  }

  private func density(of observations: [Double], _ row: Int, _ state: Int) -> Double {
    var distance = 0.0
    for i in 0..<dimension {
      var whitened = 0.0
      for j in 0...i {
        whitened += whitening[(state * dimension + i) * dimension + j] * (observations[row + j] - means[state * dimension + j])
      }
      distance += whitened * whitened
    }
    return constants[state] - distance / 2
  }
}

/// Factors small symmetric matrices in place.
struct Cholesky {
  let dimension: Int

  /// Replaces a covariance by the inverse W of its lower Cholesky factor, so that the squared length of W·(x - mean) is the Mahalanobis
  /// distance of x; what lies above the diagonal is left over.
  ///
  /// - Parameter least: a variance that is smaller, given the dimensions before it, counts as this.
  /// - Returns: the logarithm of the density at the mean.
  func whiten(_ matrix: UnsafeMutablePointer<Double>, least: Double) -> Double {
    var logDensity = -0.5 * log(2 * .pi) * Double(dimension)
    factor(matrix, least: least)
    for i in 0..<dimension { logDensity -= log(matrix[i * dimension + i]) }
    invert(matrix)
    return logDensity
  }

  /// Replaces the lower half by the Cholesky factor.
  func factor(_ matrix: UnsafeMutablePointer<Double>, least: Double) {
    for i in 0..<dimension {
      for j in 0...i {
        var sum = matrix[i * dimension + j]
        for k in 0..<j { sum -= matrix[i * dimension + k] * matrix[j * dimension + k] }
        matrix[i * dimension + j] = i == j ? max(sum, max(least, .leastNormalMagnitude)).squareRoot() : sum / matrix[j * dimension + j]
      }
    }
  }

  /// Replaces a lower factor L by its inverse.
  private func invert(_ lower: UnsafeMutablePointer<Double>) {
    for i in 0..<dimension {
      let pivot = 1 / lower[i * dimension + i]
      for j in 0..<i {
        var sum = 0.0
        for k in j..<i { sum += lower[i * dimension + k] * lower[k * dimension + j] }
        lower[i * dimension + j] = -sum * pivot
      }
      lower[i * dimension + i] = pivot
    }
  }
}
