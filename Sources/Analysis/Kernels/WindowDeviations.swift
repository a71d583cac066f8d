/// How far the values of each full window lie from their mean: the second of two passes.
///
/// The differences are summed from the oldest value on, four windows at a time; what comes out for a window depends on no later value.
struct WindowDeviations {
  let period: Int
  /// Where the windows may begin and end.
  let range: Range<Int>
  let values: UnsafePointer<Double>

  /// Writes the mean of each window at the index of its last value, and calls `body` with it and the sum of `measure(value - mean)`.
  ///
  /// In a window of equal values the mean is exactly that value and the sum exactly zero, so that a flat market has no noise.
  ///
  /// - Parameter body: gets where windows end, four neighbours or one, with their means and sums.
  @inline(__always)
  func forEach(
    means: UnsafeMutablePointer<Double>, measure: (SIMD4<Double>) -> SIMD4<Double>, body: (Neighbours, SIMD4<Double>, SIMD4<Double>) -> Void
  ) {
    SlidingWindow(length: period).writeMeans(of: values, in: range, to: means)
    settleFlatWindows(means)
    var index = range.lowerBound + period - 1
    while index + 4 <= range.upperBound {
      visit(Neighbours(first: index, areFour: true), means, measure, body)
      index += 4
    }
    while index < range.upperBound {
      visit(Neighbours(first: index, areFour: false), means, measure, body)
      index += 1
    }
  }

  @inline(__always)
  private func visit(
    _ ends: Neighbours, _ means: UnsafeMutablePointer<Double>, _ measure: (SIMD4<Double>) -> SIMD4<Double>,
    _ body: (Neighbours, SIMD4<Double>, SIMD4<Double>) -> Void
  ) {
    let mean = ends.load(means)
    body(ends, mean, sum(ends, mean, measure))
  }

  @inline(__always)
  private func sum(_ ends: Neighbours, _ mean: SIMD4<Double>, _ measure: (SIMD4<Double>) -> SIMD4<Double>) -> SIMD4<Double> {
    var sum = SIMD4<Double>()
    let oldest = values + (1 - period)
    for offset in 0..<period { sum += measure(ends.load(oldest + offset) - mean) }
    return sum
  }

  /// The mean and the sum of the window that ends at `last`, four times each, bit for bit as ``forEach(means:measure:body:)`` gives them.
  /// - Returns: nil when the range holds no full window that ends there.
  func window(endingAt last: Int, measure: (SIMD4<Double>) -> SIMD4<Double>) -> (mean: SIMD4<Double>, sum: SIMD4<Double>)? {
    let total = SlidingWindow(length: period).combination(
      endingAt: last, from: range.lowerBound, element: { values[$0] }, join: { $0 + $1 })
    guard let total else { return nil }
    let isFlat = (0..<period).allSatisfy { values[last - $0] == values[last] }
    let mean = SIMD4(repeating: isFlat ? values[last] : total / Double(period))
    return (mean, sum(Neighbours(first: last, areFour: false), mean, measure))
  }

  /// The mean of a window of equal values is that value. A stretch of so many holds one of the pairs that are looked at.
  private func settleFlatWindows(_ means: UnsafeMutablePointer<Double>) {
    guard period > 1 else { return }
    let step = period - 1
    var index = range.lowerBound + step
    while index < range.upperBound {
      guard values[index] == values[index - 1] else {
        index += step
        continue
      }
      var (first, end) = (index, index + 1)
      while first > range.lowerBound && values[first - 1] == values[index] { first -= 1 }
      while end < range.upperBound && values[end] == values[index] { end += 1 }
      for last in first + period - 1..<max(first + period - 1, end) { means[last] = values[last] }
      index += step
      while index < end { index += step }
    }
  }
}

/// Four places side by side, or a single one.
struct Neighbours {
  let first: Int
  let areFour: Bool

  /// What lies there; of a single place four times.
  @inline(__always) func load(_ values: UnsafePointer<Double>) -> SIMD4<Double> {
    areFour ? UnsafeRawPointer(values + first).loadUnaligned(as: SIMD4<Double>.self) : SIMD4(repeating: values[first])
  }

  @inline(__always) func store(_ numbers: SIMD4<Double>, in values: UnsafeMutablePointer<Double>) {
    if areFour {
      UnsafeMutableRawPointer(values + first).storeBytes(of: numbers, as: SIMD4<Double>.self)
    } else {
      values[first] = numbers.x
    }
  }
}
