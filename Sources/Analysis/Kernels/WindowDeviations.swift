/// How far the values of each full window lie from their mean: the second of two passes.
///
/// The differences are summed from the oldest value on, four windows at a time; what comes out for a window depends on no later value.
struct WindowDeviations {
  let period: Int
  /// Where the windows may begin and end.
  let range: Range<Int>
  let values: UnsafePointer<Double>

  /// Writes the mean of each window and the sum of `measure(value - mean)` over it, at the index of its last value.
  ///
  /// In a window of equal values the mean is exactly that value and the sum exactly zero, so that a flat market has no noise.
  @inline(__always)
  func write(
    means: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>, measure: (SIMD4<Double>) -> SIMD4<Double>
  ) {
    let divisor = Double(period)
    SlidingWindow(length: period).forEachSum(in: range, element: { values[$0] }, body: { means[$0] = $1 / divisor })
    var index = range.lowerBound + period - 1
    while index + 4 <= range.upperBound {
      let mean = UnsafeRawPointer(means + index).loadUnaligned(as: SIMD4<Double>.self)
      let sum = fourSums(endingAt: index, mean, measure) { UnsafeRawPointer(values + $0).loadUnaligned(as: SIMD4<Double>.self) }
      UnsafeMutableRawPointer(sums + index).storeBytes(of: sum, as: SIMD4<Double>.self)
      index += 4
    }
    let last = range.upperBound - 1
    while index <= last {
      sums[index] = fourSums(endingAt: index, SIMD4(repeating: means[index]), measure) { SIMD4(repeating: values[$0]) }.x
      index += 1
    }
    settleFlatWindows(means, sums)
  }

  @inline(__always)
  private func fourSums(
    endingAt index: Int, _ mean: SIMD4<Double>, _ measure: (SIMD4<Double>) -> SIMD4<Double>, load: (Int) -> SIMD4<Double>
  ) -> SIMD4<Double> {
    var sum = SIMD4<Double>()
    for other in index - period + 1..<index + 1 { sum += measure(load(other) - mean) }
    return sum
  }

  private func settleFlatWindows(_ means: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
    var run = 0
    for index in range {
      run = run > 0 && values[index] == values[index - 1] ? run + 1 : 1
      if run >= period { (means[index], sums[index]) = (values[index], 0) }
    }
  }
}
