import Foundation

/// Where the restarts of a fit begin: observations are dealt to states, each state takes the moments of what it got.
struct StartingPoints {
  let dimension, states: Int
  /// d numbers each, of mean 0 and variance 1 in each dimension.
  let observations: [Double]
  /// The observations by their distance from the centre, see ``ranks(_:dimension:)``.
  let ranks: [Int]

  private var count: Int { observations.count / dimension }

  /// Restart 0 deals by distance from the centre, in equal shares; 1 and 2 with shares drawn at random; later ones deal each observation
  /// to the nearest of some drawn ones.
  func model(restart: Int, _ draws: inout SplitMix64) -> HiddenMarkovModel {
    let dealt = restart < 3 ? dealtByDistance(equally: restart == 0, &draws) : dealtToNearest(&draws)
    let stay = restart == 0 ? 0.9 : 0.5 + 0.48 * draws.unit()
    return moments(dealt, stay: stay)
  }

  private func dealtByDistance(equally: Bool, _ draws: inout SplitMix64) -> [Int] {
    let shares = (0..<states).map { _ in equally ? 1 : 0.3 + draws.unit() }
    let whole = shares.reduce(0, +)
    var (dealt, state, bound) = ([Int](repeating: 0, count: count), 0, shares[0])
    for (rank, index) in ranks.enumerated() {
      while state < states - 1 && Double(rank) >= bound / whole * Double(count) {
        state += 1
        bound += shares[state]
      }
      dealt[index] = state
    }
    return dealt
  }

  /// The observations, nearest to the centre first.
  static func ranks(_ observations: [Double], dimension: Int) -> [Int] {
    let distances = (0..<observations.count / dimension).map { index in
      (0..<dimension).reduce(0) { $0 + observations[index * dimension + $1] * observations[index * dimension + $1] }
    }
    return distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
  }

  private func dealtToNearest(_ draws: inout SplitMix64) -> [Int] {
    let centres = (0..<states).map { _ in Int(draws.unit() * Double(count)) }
    return (0..<count).map { index in
      (0..<states).min { distance(index, centres[$0]) < distance(index, centres[$1]) }!
    }
  }

  private func distance(_ a: Int, _ b: Int) -> Double {
    (0..<dimension).reduce(0) {
      let offset = observations[a * dimension + $1] - observations[b * dimension + $1]
      return $0 + offset * offset
    }
  }

  /// A tenth of each state's covariance is that of all observations, so that none is empty or flat.
  private func moments(_ dealt: [Int], stay: Double) -> HiddenMarkovModel {
    let square = dimension * dimension
    var sizes = [Double](repeating: 0, count: states)
    var means = [Double](repeating: 0, count: states * dimension)
    for (index, state) in dealt.enumerated() {
      sizes[state] += 1
      for i in 0..<dimension { means[state * dimension + i] += observations[index * dimension + i] }
    }
    for i in means.indices { means[i] /= max(1, sizes[i / dimension]) }
    var covariances = [Double](repeating: 0, count: states * square)
    for (index, state) in dealt.enumerated() {
      for i in 0..<square {
        let row = observations[index * dimension + i / dimension] - means[state * dimension + i / dimension]
        let column = observations[index * dimension + i % dimension] - means[state * dimension + i % dimension]
        covariances[state * square + i] += row * column
      }
    }
    for i in covariances.indices {
      let isDiagonal = i % square % (dimension + 1) == 0
      covariances[i] = 0.9 * covariances[i] / max(1, sizes[i / square]) + (isDiagonal ? 0.1 : 0)
    }
    let transition = (0..<states * states).map { $0 % (states + 1) == 0 ? stay : (1 - stay) / Double(states - 1) }
    return HiddenMarkovModel(
      dimension: dimension, start: [Double](repeating: 1 / Double(states), count: states), transition: transition, means: means,
      covariances: covariances)
  }
}
