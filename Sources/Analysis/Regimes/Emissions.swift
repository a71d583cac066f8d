import Foundation

/// What the states of a model show, one state per lane: Gaussians of two dimensions. Of one dimension the second is always zero.
///
/// Lanes without a state have a density of zero.
struct Emissions {
  private(set) var meanX, meanY, varianceX, covariance, varianceY: SIMD4<Double>
  /// The inverse of the lower Cholesky factor of each covariance: `x`, `y` below it, and `yy` on the diagonal.
  private var whitenX = SIMD4<Double>(), whitenYX = SIMD4<Double>(), whitenY = SIMD4<Double>()
  /// The logarithm of the density at the mean.
  private var peak = SIMD4<Double>(repeating: -.infinity)
  private let dimension, states: Int

  /// - Precondition: the model has at most 4 states and 2 dimensions.
  init(_ model: HiddenMarkovModel, leastVariance: Double) {
    (dimension, states) = (model.dimension, model.stateCount)
    let (d, square) = (model.dimension, model.dimension * model.dimension)
    let second = d == 2
    meanX = SIMD4(lanes: states) { model.means[$0 * d] }
    meanY = SIMD4(lanes: states) { second ? model.means[$0 * d + 1] : 0 }
    varianceX = SIMD4(lanes: states) { model.covariances[$0 * square] }
    covariance = SIMD4(lanes: states) { second ? model.covariances[$0 * square + 1] : 0 }
    varianceY = SIMD4(lanes: states) { second ? model.covariances[$0 * square + 3] : 0 }
    factor(leastVariance)
  }

  /// State by state, d numbers each.
  var means: [Double] { (0..<states).flatMap { dimension == 2 ? [meanX[$0], meanY[$0]] : [meanX[$0]] } }

  /// State by state and row by row.
  var covariances: [Double] {
    (0..<states).flatMap { dimension == 2 ? [varianceX[$0], covariance[$0], covariance[$0], varianceY[$0]] : [varianceX[$0]] }
  }

  /// The logarithm of each state's density.
  @inline(__always) func logDensity(_ x: Double, _ y: Double) -> SIMD4<Double> {
    let (offsetX, offsetY) = (SIMD4(repeating: x) - meanX, SIMD4(repeating: y) - meanY)
    let first = whitenX * offsetX
    let second = whitenYX * offsetX + whitenY * offsetY
    return peak - 0.5 * (first * first + second * second)
  }

  /// The same of one dimension.
  @inline(__always) func logDensity(_ x: Double) -> SIMD4<Double> {
    let first = whitenX * (SIMD4(repeating: x) - meanX)
    return peak - 0.5 * (first * first)
  }

  /// Moves one state by moments about its mean, per unit of weight.
  mutating func move(_ state: Int, x: Double, y: Double, xx: Double, xy: Double, yy: Double) {
    meanX[state] += x
    meanY[state] += y
    varianceX[state] = xx - x * x
    covariance[state] = xy - x * y
    varianceY[state] = yy - y * y
  }

  /// Puts the states of one dimension elsewhere.
  mutating func place(x: SIMD4<Double>, variance: SIMD4<Double>, _ least: Double) {
    (meanX, varianceX) = (x, variance)
    factor(least)
  }

  /// Factors the covariances; a variance below `least`, given the dimension before it, is raised to it.
  mutating func factor(_ least: Double) {
    for state in 0..<states {
      varianceX[state] = max(varianceX[state], least)
      whitenX[state] = 1 / varianceX[state].squareRoot()
      peak[state] = -0.5 * log(2 * .pi) + log(whitenX[state])
      guard dimension == 2 else { continue }
      let explained = covariance[state] * covariance[state] / varianceX[state]
      let rest = max(varianceY[state] - explained, least)
      varianceY[state] = rest + explained
      whitenY[state] = 1 / rest.squareRoot()
      whitenYX[state] = -covariance[state] / varianceX[state] * whitenY[state]
      peak[state] += -0.5 * log(2 * .pi) + log(whitenY[state])
    }
  }
}

extension SIMD4<Double> {
  /// A value for each of the first lanes, zero in the others.
  init(lanes: Int, _ value: (Int) -> Double) {
    self.init()
    for lane in 0..<lanes { self[lane] = value(lane) }
  }

  /// The sum of the first lanes, left to right; the others are zero.
  @inline(__always) func total(lanes: Int) -> Double {
    lanes > 3 ? x + y + z + w : lanes > 2 ? x + y + z : x + y
  }

  /// - Parameter lanes: at least 2; a lane without a state is minus infinity.
  @inline(__always) func largest(lanes: Int) -> Double {
    let two = x < y ? y : x
    let three = lanes > 2 && two < z ? z : two
    return lanes > 3 && three < w ? w : three
  }

  /// `e` to the power of each lane's distance to the largest; the lanes from `lanes` on become zero.
  @inline(__always) func overLargest(lanes: Int) -> SIMD4<Double> {
    let largest = largest(lanes: lanes)
    return SIMD4(lanes: lanes) {
      let offset = self[$0] - largest
      return offset == 0 ? 1 : exp(offset)
    }
  }
}
