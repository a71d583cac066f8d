/// The moments of the changes of equity of a run, of which those between positions are zero.
///
/// Two passes: the differences to the mean are summed, never the squares.
struct ReturnMoments {
  /// All changes: one less than there are bars.
  let count: Int
  let mean: Double
  /// Of the sample, divided by `count - 1`; nil for fewer than two changes, zero when they are equal but for rounding.
  let deviation: Double?
  /// The changes of bars in which a position was held; the others are zero.
  private let held: UnsafeBufferPointer<Double>

  /// - Parameters:
  ///   - held: valid for as long as the moments are used.
  ///   - count: at least as many as are held.
  init(_ held: UnsafeBufferPointer<Double>, count: Int) {
    (self.held, self.count) = (held, count)
    let mean = count > 0 ? Self.sum(held) { $0 } / Double(count) : 0
    self.mean = mean
    guard count > 1 else {
      deviation = nil
      return
    }
    let squares = Self.sum(held) { ($0 - mean) * ($0 - mean) } + Double(count - held.count) * (mean * mean)
    let deviation = (squares / Double(count - 1)).squareRoot()
    self.deviation = deviation > 1e-12 * abs(mean) ? deviation : 0
  }

  /// Mean over deviation of one bar; nil without deviation.
  var sharpe: Double? {
    guard let deviation, deviation > 0 else { return nil }
    return whenFinite(mean / deviation)
  }

  /// Mean over the root of the mean squared loss of one bar; nil without a loss.
  var sortino: Double? {
    let losses = Self.sum(held) { $0.replacing(with: 0, where: $0 .> 0) * $0 }
    guard count > 0, losses > 0 else { return nil }
    return whenFinite(mean / (losses / Double(count)).squareRoot())
  }

  /// Skewness and raw kurtosis (3 for a normal distribution), both biased; nil without deviation.
  var shape: (skewness: Double, kurtosis: Double)? {
    guard let deviation, deviation > 0 else { return nil }
    let zeros = Double(count - held.count)
    let second = central(2, zeros)
    return (central(3, zeros) / (second * second.squareRoot()), central(4, zeros) / (second * second))
  }

  /// Four sums side by side, joined at the end.
  @inline(__always)
  private static func sum(_ values: UnsafeBufferPointer<Double>, _ measure: (SIMD4<Double>) -> SIMD4<Double>) -> Double {
    var sums = SIMD4<Double>()
    guard let start = UnsafeRawPointer(values.baseAddress) else { return 0 }
    let whole = values.count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      sums += measure((start + index * 8).loadUnaligned(as: SIMD4<Double>.self))
    }
    var sum = (sums.x + sums.y) + (sums.z + sums.w)
    for index in whole..<values.count { sum += measure(SIMD4(repeating: values[index])).x }
    return sum
  }

  private func central(_ power: Int, _ zeros: Double) -> Double {
    var sum = 0.0
    for change in held { sum += raised(change - mean, power) }
    return (sum + zeros * raised(-mean, power)) / Double(count)
  }

  private func raised(_ base: Double, _ power: Int) -> Double {
    (1..<power).reduce(base) { result, _ in result * base }
  }
}

/// The number, or nil when it is NaN or infinite.
@inline(__always) func whenFinite(_ value: Double) -> Double? { value.isFinite ? value : nil }
