extension RegimeModel {
  /// The model as numbers, to be kept: what ``init(numbers:)`` reads back, bit for bit.
  ///
  /// States, mean, deviation and likelihood; then for each state its start, mean, variance, mean return, sigma, occupancy and drift; then the
  /// transitions, row by row. The criteria of other numbers of states are not kept.
  public var numbers: [Double] {
    var numbers = [Double(stateCount), mean, deviation, logLikelihood]
    for (index, state) in states.enumerated() {
      let drift: Double = state.drift == .up ? 1 : state.drift == .down ? -1 : 0
      numbers += [
        model.start[index], model.means[index], model.covariances[index], state.meanReturn, state.sigma, state.occupancy, drift,
      ]
    }
    return numbers + model.transition
  }

  /// - Returns: nil for numbers that are no model.
  public init?(numbers: [Double]) {
    guard let first = numbers.first, (2...4).contains(first), first == first.rounded(), numbers.allSatisfy(\.isFinite) else { return nil }
    let count = Int(first)
    guard numbers.count == 4 + 7 * count + count * count, numbers[2] > 0 else { return nil }
    let parts = (0..<count).map { Array(numbers[(4 + 7 * $0)..<(11 + 7 * $0)]) }
    guard parts.allSatisfy({ $0[2] > 0 && $0[4] > 0 }) else { return nil }
    (mean, deviation, logLikelihood, bic) = (numbers[1], numbers[2], numbers[3], [:])
    model = HiddenMarkovModel(
      dimension: 1, start: parts.map { $0[0] }, transition: Array(numbers[(4 + 7 * count)...]), means: parts.map { $0[1] },
      covariances: parts.map { $0[2] })
    states = parts.enumerated().map { index, part in
      State(
        label: index == 0 ? .calm : index == count - 1 ? .turbulent : .normal, meanReturn: part[3], sigma: part[4], occupancy: part[5],
        drift: part[6] > 0 ? .up : part[6] < 0 ? .down : .flat)
    }
  }
}
