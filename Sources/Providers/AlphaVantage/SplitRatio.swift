/// Takes the noise of floating point out of a split coefficient.
enum SplitRatio {
  private static let denominatorMax = 10.0
  private static let noiseMax = 1e-5

  /// The small ratio that a coefficient means: 7 for `7.00000700001`, 1.5 for `1.5`; the coefficient itself when it is near none,
  /// as that of a spin-off: `1.0460`.
  static func snapped(_ coefficient: Double) -> Double {
    for denominator in stride(from: 1.0, through: denominatorMax, by: 1) {
      let numerator = (coefficient * denominator).rounded()
      if numerator >= 1, abs(numerator / denominator - coefficient) <= noiseMax * coefficient { return numerator / denominator }
    }
    let inverse = (1 / coefficient).rounded()
    return abs(1 / inverse - coefficient) <= noiseMax * coefficient ? 1 / inverse : coefficient
  }
}
