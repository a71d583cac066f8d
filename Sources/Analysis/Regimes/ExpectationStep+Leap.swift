/// How a climb is made shorter.
extension ExpectationStep {
  /// Goes on in the direction of the last two iterations, as far as their shortening steps lead; of one dimension only.
  ///
  /// The parameters reached need not be better: take them when ``expect()`` says so.
  ///
  /// - Source: SQUAREM with its third steplength: Varadhan and Roland, Scandinavian Journal of Statistics 35 (2008).
  /// - Parameters:
  ///   - first: the parameters two iterations ago.
  ///   - second: those of one iteration ago.
  /// - Returns: false when the steps do not get shorter, or lead nowhere; nothing is changed then.
  mutating func leap(from first: ExpectationStep, over second: ExpectationStep, leastVariance: Double) -> Bool {
    guard dimension == 1 else { return false }
    let (a, b, c) = (first.parameters, second.parameters, parameters)
    var (length, bend) = (0.0, 0.0)
    for part in a.indices {
      let step = b[part] - a[part]
      let turn = (c[part] - b[part]) - step
      (length, bend) = (length + (step * step).sum(), bend + (turn * turn).sum())
    }
    let stretch = (length / bend).squareRoot()
    guard stretch.isFinite, stretch > 1 else { return false }
    take(
      a.indices.map { part in
        let step = b[part] - a[part]
        return a[part] + 2 * stretch * step + stretch * stretch * ((c[part] - b[part]) - step)
      }, leastVariance: leastVariance)
    return true
  }

  /// Whether each state's spread and mean are about those of a model of one dimension, whose states are ordered by their spread.
  func isNear(_ model: HiddenMarkovModel) -> Bool {
    guard dimension == 1 else { return false }
    let order = (0..<states).sorted { emissions.varianceX[$0] < emissions.varianceX[$1] }
    return order.enumerated().allSatisfy { place, state in
      let variance = model.covariances[place]
      return abs(emissions.varianceX[state] - variance) < 0.2 * variance
        && abs(emissions.meanX[state] - model.means[place]) < 0.2 * variance.squareRoot()
    }
  }
}

extension SIMD4<Double> {
  fileprivate func sum() -> Double { x + y + z + w }
}
