import Foundation

/// The parameters and the memory of one fit, and the two halves of an iteration over them. Each state has a lane.
struct ExpectationStep {
  let states, dimension: Int
  private let count: Int
  private let observations: UnsafePointer<Double>
  // Per observation: the densities over the largest of them, and the forward probabilities.
  private let densities, forward: UnsafeMutablePointer<SIMD4<Double>>
  /// Per observation the factor that makes its forward probabilities sum to 1.
  private let scales: UnsafeMutablePointer<Double>

  private var start: SIMD4<Double>
  /// By the state gone to: the probabilities of going there from each state.
  private var transition: Lanes4
  private(set) var emissions: Emissions

  private var sums = Sums()

  /// Four vectors, side by side.
  typealias Lanes4 = (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>)

  /// What the second half needs, summed over the observations.
  private struct Sums {
    /// Of each state: its share in all observations, and in the first.
    var weight = SIMD4<Double>(), first = SIMD4<Double>()
    /// By the state gone to: the forward times the backward probabilities.
    var pairs: Lanes4 = (.zero, .zero, .zero, .zero)
    // Moments about the mean.
    var x = SIMD4<Double>(), y = SIMD4<Double>(), xx = SIMD4<Double>(), xy = SIMD4<Double>(), yy = SIMD4<Double>()
  }

  /// - Parameters:
  ///   - observations: d numbers each; they must outlive this value.
  ///   - scratch: room for 2 vectors per observation.
  ///   - scales: room for a number per observation.
  init(
    _ observations: UnsafePointer<Double>, count: Int, _ model: HiddenMarkovModel, leastVariance: Double,
    scratch: UnsafeMutablePointer<SIMD4<Double>>, scales: UnsafeMutablePointer<Double>
  ) {
    (self.count, states, dimension) = (count, model.stateCount, model.dimension)
    (self.observations, densities, forward, self.scales) = (observations, scratch, scratch + count, scales)
    let states = model.stateCount
    start = SIMD4(lanes: states) { max(model.start[$0], BaumWelch.leastProbability) }
    func column(_ to: Int) -> SIMD4<Double> {
      to < states ? SIMD4(lanes: states) { max(model.transition[$0 * states + to], BaumWelch.leastProbability) } : .zero
    }
    transition = (column(0), column(1), column(2), column(3))
    emissions = Emissions(model, leastVariance: leastVariance)
  }

  var model: HiddenMarkovModel {
    let columns = [transition.0, transition.1, transition.2, transition.3]
    return HiddenMarkovModel(
      dimension: dimension, start: (0..<states).map { start[$0] },
      transition: (0..<states).flatMap { from in (0..<states).map { columns[$0][from] } },
      means: emissions.means, covariances: emissions.covariances)
  }

  /// The transitions by the state gone to, the means and the variances: what a leap carries on.
  var parameters: [SIMD4<Double>] {
    [transition.0, transition.1, transition.2, transition.3, emissions.meanX, emissions.varianceX]
  }

  /// Takes ``parameters`` that were carried on, after bringing them back to where they may be.
  mutating func take(_ parameters: [SIMD4<Double>], leastVariance: Double) {
    let floor = SIMD4(lanes: states) { _ in BaumWelch.leastProbability }
    func column(_ to: Int) -> SIMD4<Double> { to < states ? parameters[to].raised(to: floor) : .zero }
    let columns = (column(0), column(1), column(2), column(3))
    let total = columns.0 + columns.1 + columns.2 + columns.3
    let divisor = total.replacing(with: 1, where: total .<= 0)
    transition = (columns.0 / divisor, columns.1 / divisor, columns.2 / divisor, columns.3 / divisor)
    emissions.place(x: parameters[4], variance: parameters[5], leastVariance)
  }

  /// Each state's share in the observations.
  var occupancy: [Double] { (0..<states).map { sums.weight[$0] / Double(count) } }

  /// The first half: how likely each state is at each observation.
  /// - Returns: the log-likelihood of the observations under the parameters.
  mutating func expect() -> Double {
    switch (dimension, states) {
    case (1, ...2): expect(in: Shapes.LineOfTwo.self)
    case (1, 3): expect(in: Shapes.LineOfThree.self)
    case (1, _): expect(in: Shapes.LineOfFour.self)
    case (_, ...2): expect(in: Shapes.PlaneOfTwo.self)
    case (_, 3): expect(in: Shapes.PlaneOfThree.self)
    default: expect(in: Shapes.PlaneOfFour.self)
    }
  }

  private mutating func expect<S: Shape>(in shape: S.Type) -> Double {
    weighDensities(shape)
    let logLikelihood = goForward(shape)
    goBackward(shape)
    return logLikelihood
  }

  /// The densities over the largest of each observation, whose logarithm waits where the scale will be.
  @inline(__always)
  private func weighDensities<S: Shape>(_ shape: S.Type) {
    let (lanes, isPlane) = (S.lanes, S.isPlane)
    let emissions = emissions
    NegativePowers.open { powers in
      for index in 0..<count {
        let (x, y) = isPlane ? (observations[2 &* index], observations[2 &* index &+ 1]) : (observations[index], 0)
        let logDensity = isPlane ? emissions.logDensity(x, y) : emissions.logDensity(x)
        let largest = logDensity.largest(lanes: lanes)
        let offsets = logDensity - SIMD4(repeating: largest)
        densities[index] = SIMD4(
          lowHalf: powers(offsets.lowHalf),
          highHalf: lanes > 3 ? powers(offsets.highHalf) : lanes > 2 ? SIMD2(powers(SIMD2(repeating: offsets.z)).x, 0) : .zero)
        scales[index] = largest
      }
    }
  }

  /// The forward probabilities are carried on as they come out, and only brought back to a sum of 1 before they get too small: a division
  /// at each observation would have the next one wait for it.
  @inline(__always)
  private func goForward<S: Shape>(_ shape: S.Type) -> Double {
    let lanes = S.lanes
    var (logLikelihood, before, prior) = (0.0, 1.0, start)
    let rows = rows
    for index in 0..<count {
      let joint = prior * densities[index]
      let sum = joint.total(lanes: lanes)
      let inverse = 1 / sum
      logLikelihood += scales[index]
      (forward[index], scales[index]) = (joint * inverse, before * inverse)
      before = sum
      prior = joint.x * rows.0 + joint.y * rows.1
      if lanes > 2 { prior += joint.z * rows.2 }
      if lanes > 3 { prior += joint.w * rows.3 }
      if sum < 1e-100 {
        (logLikelihood, before) = (logLikelihood + log(sum), 1)
        prior *= inverse
      }
    }
    return logLikelihood + log(before)
  }

  /// By the state come from: the probabilities of going to each state.
  private var rows: Lanes4 {
    let columns = transition
    func row(_ from: Int) -> SIMD4<Double> { SIMD4(columns.0[from], columns.1[from], columns.2[from], columns.3[from]) }
    return (row(0), row(1), row(2), row(3))
  }

  @inline(__always)
  private mutating func goBackward<S: Shape>(_ shape: S.Type) {
    let (lanes, isPlane) = (S.lanes, S.isPlane)
    let (transition, meanX, meanY) = (transition, emissions.meanX, emissions.meanY)
    var sums = Sums()
    var backward = SIMD4<Double>(repeating: 1)
    var index = count - 1
    while true {
      let x = observations[isPlane ? 2 &* index : index]
      let weight = forward[index] * backward
      let offsetX = SIMD4(repeating: x) - meanX
      let weighedX = weight * offsetX
      sums.weight += weight
      sums.x += weighedX
      sums.xx += weighedX * offsetX
      if isPlane {
        let offsetY = SIMD4(repeating: observations[2 &* index &+ 1]) - meanY
        let weighedY = weight * offsetY
        sums.y += weighedY
        sums.xy += weighedX * offsetY
        sums.yy += weighedY * offsetY
      }
      guard index > 0 else {
        sums.first = weight
        break
      }
      let later = densities[index] * scales[index] * backward
      let before = forward[index &- 1]
      sums.pairs.0 += before * later.x
      sums.pairs.1 += before * later.y
      backward = transition.0 * later.x + transition.1 * later.y
      if lanes > 3 {
        sums.pairs.2 += before * later.z
        sums.pairs.3 += before * later.w
        backward += transition.2 * later.z + transition.3 * later.w
      } else if lanes > 2 {
        sums.pairs.2 += before * later.z
        backward += transition.2 * later.z
      }
      index &-= 1
    }
    self.sums = sums
  }

  /// The second half: the parameters that fit the sums best. A state that explains nothing keeps its own.
  mutating func maximize(leastVariance: Double) {
    let floor = SIMD4(lanes: states) { _ in BaumWelch.leastProbability }
    start = sums.first.raised(to: floor)
    let pairs = (
      sums.pairs.0 * transition.0, sums.pairs.1 * transition.1, sums.pairs.2 * transition.2, sums.pairs.3 * transition.3
    )
    let total = pairs.0 + pairs.1 + pairs.2 + pairs.3
    let hasLeft = total .> SIMD4(repeating: BaumWelch.leastProbability)
    func share(_ pair: SIMD4<Double>, _ old: SIMD4<Double>, _ to: Int) -> SIMD4<Double> {
      to < states ? old.replacing(with: (pair / total).raised(to: floor), where: hasLeft) : .zero
    }
    transition = (
      share(pairs.0, transition.0, 0), share(pairs.1, transition.1, 1), share(pairs.2, transition.2, 2), share(pairs.3, transition.3, 3)
    )
    for state in 0..<states where sums.weight[state] > 1e-8 {
      let weight = sums.weight[state]
      emissions.move(
        state, x: sums.x[state] / weight, y: sums.y[state] / weight, xx: sums.xx[state] / weight, xy: sums.xy[state] / weight,
        yy: sums.yy[state] / weight)
    }
    emissions.factor(leastVariance)
  }
}

extension SIMD4<Double> {
  /// The larger of two values in each lane.
  fileprivate func raised(to least: SIMD4<Double>) -> SIMD4<Double> { replacing(with: least, where: least .> self) }
}

/// How many states and dimensions a model has, as a type, so that each shape gets loops of its own: what is constant in them is not asked
/// for at every observation.
private protocol Shape {
  /// As many as there are states, or more; at least 2.
  static var lanes: Int { get }
  /// Whether there are two dimensions.
  static var isPlane: Bool { get }
}

private enum Shapes {
  enum LineOfTwo: Shape {
    static var lanes: Int { 2 }
    static var isPlane: Bool { false }
  }
  enum LineOfThree: Shape {
    static var lanes: Int { 3 }
    static var isPlane: Bool { false }
  }
  enum LineOfFour: Shape {
    static var lanes: Int { 4 }
    static var isPlane: Bool { false }
  }
  enum PlaneOfTwo: Shape {
    static var lanes: Int { 2 }
    static var isPlane: Bool { true }
  }
  enum PlaneOfThree: Shape {
    static var lanes: Int { 3 }
    static var isPlane: Bool { true }
  }
  enum PlaneOfFour: Shape {
    static var lanes: Int { 4 }
    static var isPlane: Bool { true }
  }
}
