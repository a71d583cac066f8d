import Foundation

/// The memory of one fit, and the two halves of an iteration over it.
struct ExpectationStep {
  private let count, states, dimension: Int
  private let memory: UnsafeMutablePointer<Double>
  // Parameters.
  private let start, transition, means, covariances: UnsafeMutablePointer<Double>
  /// Per state the whitening matrix and the logarithm of the density at the mean.
  private let whitening, constants: UnsafeMutablePointer<Double>
  // Per observation and state: the density over the largest one, and the forward probability.
  private let densities, forward: UnsafeMutablePointer<Double>
  /// Per observation the factor that makes its forward probabilities sum to 1.
  private let scales: UnsafeMutablePointer<Double>
  // Sums over the observations, and the backward probabilities of one.
  private let weights, pairs, firstMoments, secondMoments, backward, difference: UnsafeMutablePointer<Double>
  private let firstWeights: UnsafeMutablePointer<Double>

  init(count: Int, _ model: HiddenMarkovModel) {
    let (k, d) = (model.stateCount, model.dimension)
    (self.count, states, dimension) = (count, k, d)
    let sizes = [k, k * k, k * d, k * d * d, k * d * d, k, count * k, count * k, count, k, k * k, k * d, k * d * d, 2 * k, d, k]
    memory = .allocate(capacity: sizes.reduce(0, +))
    memory.initialize(repeating: 0, count: sizes.reduce(0, +))
    var next = memory
    let parts = sizes.map { size in
      defer { next += size }
      return next
    }
    (start, transition, means, covariances) = (parts[0], parts[1], parts[2], parts[3])
    (whitening, constants, densities, forward, scales) = (parts[4], parts[5], parts[6], parts[7], parts[8])
    (weights, pairs, firstMoments, secondMoments) = (parts[9], parts[10], parts[11], parts[12])
    (backward, difference, firstWeights) = (parts[13], parts[14], parts[15])
    for (index, value) in model.start.enumerated() { start[index] = max(value, BaumWelch.leastProbability) }
    for (index, value) in model.transition.enumerated() { transition[index] = max(value, BaumWelch.leastProbability) }
    for (index, value) in model.means.enumerated() { means[index] = value }
    for (index, value) in model.covariances.enumerated() { covariances[index] = value }
  }

  func deallocate() { memory.deallocate() }

  var model: HiddenMarkovModel {
    func array(_ pointer: UnsafeMutablePointer<Double>, _ count: Int) -> [Double] {
      Array(UnsafeBufferPointer(start: pointer, count: count))
    }
    return HiddenMarkovModel(
      dimension: dimension, start: array(start, states), transition: array(transition, states * states),
      means: array(means, states * dimension), covariances: array(covariances, states * dimension * dimension))
  }

  var occupancy: [Double] { (0..<states).map { weights[$0] / Double(count) } }

  /// Factors the covariances, and writes them back as far as `least` changed them.
  func factor(least: Double) {
    let square = dimension * dimension
    let cholesky = Cholesky(dimension: dimension)
    for state in 0..<states {
      let (matrix, factor) = (covariances + state * square, whitening + state * square)
      factor.update(from: matrix, count: square)
      cholesky.factor(factor, least: least)
      for i in 0..<dimension {
        for j in 0..<dimension {
          var sum = 0.0
          for k in 0...min(i, j) { sum += factor[i * dimension + k] * factor[j * dimension + k] }
          matrix[i * dimension + j] = sum
        }
      }
      factor.update(from: matrix, count: square)
      constants[state] = cholesky.whiten(factor, least: least)
    }
  }

  /// - Returns: the log-likelihood of the observations under the parameters.
  func run(_ observations: UnsafePointer<Double>) -> Double {
    let logLikelihood = weighDensities(observations) + goForward()
    goBackward(observations)
    return logLikelihood
  }

  /// The densities over the largest of each observation; returns the sum of the logarithms of those largest.
  private func weighDensities(_ observations: UnsafePointer<Double>) -> Double {
    switch dimension {
    case 1:
      weighDensities { state, index in whitening[state] * (observations[index] - means[state]) } rest: { _, _ in 0 }
    case 2:
      weighDensities { state, index in
        whitening[4 * state] * (observations[2 * index] - means[2 * state])
      } rest: { state, index in
        whitening[4 * state + 2] * (observations[2 * index] - means[2 * state])
          + whitening[4 * state + 3] * (observations[2 * index + 1] - means[2 * state + 1])
      }
    default: weighDensities { state, index in distance(observations, state, index).squareRoot() } rest: { _, _ in 0 }
    }
  }

  /// `first` and `rest` are the lengths of the whitened observation along the first dimension and along the others.
  @inline(__always)
  private func weighDensities(_ first: (Int, Int) -> Double, rest: (Int, Int) -> Double) -> Double {
    var sum = 0.0
    for index in 0..<count {
      let row = densities + index * states
      var largest = -Double.infinity
      for state in 0..<states {
        let (a, b) = (first(state, index), rest(state, index))
        row[state] = constants[state] - 0.5 * (a * a + b * b)
        largest = row[state] > largest ? row[state] : largest
      }
      for state in 0..<states { row[state] = exp(row[state] - largest) }
      sum += largest
    }
    return sum
  }

  private func distance(_ observations: UnsafePointer<Double>, _ state: Int, _ index: Int) -> Double {
    var distance = 0.0
    for i in 0..<dimension {
      var whitened = 0.0
      for j in 0...i {
        let offset = observations[index * dimension + j] - means[state * dimension + j]
        whitened += whitening[(state * dimension + i) * dimension + j] * offset
      }
      distance += whitened * whitened
    }
    return distance
  }

  /// Fills the forward probabilities; returns the sum of the logarithms of what scaled them.
  private func goForward() -> Double {
    var logLikelihood = 0.0
    for index in 0..<count {
      let (row, density) = (forward + index * states, densities + index * states)
      var sum = 0.0
      for state in 0..<states {
        var prior = start[state]
        if index > 0 {
          prior = 0
          for other in 0..<states { prior += (row - states)[other] * transition[other * states + state] }
        }
        row[state] = prior * density[state]
        sum += row[state]
      }
      let scale = 1 / sum
      for state in 0..<states { row[state] *= scale }
      scales[index] = scale
      logLikelihood += log(sum)
    }
    return logLikelihood
  }

  /// Goes back over the observations and sums what the other half needs.
  private func goBackward(_ observations: UnsafePointer<Double>) {
    let later = backward + states
    for state in 0..<states { backward[state] = 1 }
    weights.update(repeating: 0, count: states)
    pairs.update(repeating: 0, count: states * states)
    firstMoments.update(repeating: 0, count: states * dimension)
    secondMoments.update(repeating: 0, count: states * dimension * dimension)
    for index in stride(from: count - 1, through: 0, by: -1) {
      let (row, density) = (forward + index * states, densities + index * states)
      for state in 0..<states {
        let weight = row[state] * backward[state]
        if index == 0 { firstWeights[state] = weight }
        add(observations + index * dimension, weight, to: state)
        later[state] = density[state] * backward[state] * scales[index]
      }
      guard index > 0 else { break }
      let before = row - states
      for from in 0..<states {
        var sum = 0.0
        for to in 0..<states {
          let step = transition[from * states + to] * later[to]
          pairs[from * states + to] += before[from] * step
          sum += step
        }
        backward[from] = sum
      }
    }
  }

  @inline(__always)
  private func add(_ observation: UnsafePointer<Double>, _ weight: Double, to state: Int) {
    weights[state] += weight
    for i in 0..<dimension {
      let scaled = weight * (observation[i] - means[state * dimension + i])
      firstMoments[state * dimension + i] += scaled
      for j in 0...i {
        secondMoments[(state * dimension + i) * dimension + j] += scaled * (observation[j] - means[state * dimension + j])
      }
    }
  }

  /// The parameters that fit the sums best. A state that explains nothing keeps its own.
  func maximize() {
    for state in 0..<states {
      start[state] = max(firstWeights[state], BaumWelch.leastProbability)
      var sum = 0.0
      for to in 0..<states { sum += pairs[state * states + to] }
      if sum > BaumWelch.leastProbability {
        for to in 0..<states { transition[state * states + to] = max(pairs[state * states + to] / sum, BaumWelch.leastProbability) }
      }
      if weights[state] > 1e-8 { moveMoments(of: state) }
    }
  }

  private func moveMoments(of state: Int) {
    let weight = weights[state]
    for i in 0..<dimension { difference[i] = firstMoments[state * dimension + i] / weight }
    for i in 0..<dimension {
      for j in 0...i {
        let value = secondMoments[(state * dimension + i) * dimension + j] / weight - difference[i] * difference[j]
        covariances[(state * dimension + i) * dimension + j] = value
        covariances[(state * dimension + j) * dimension + i] = value
      }
    }
    for i in 0..<dimension { means[state * dimension + i] += difference[i] }
  }
}
