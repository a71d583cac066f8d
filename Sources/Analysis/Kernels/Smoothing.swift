/// The exponential averages that several indicators share.
///
/// They are written `average + weight * (value - average)`, so that the average of equal values is exactly that value.
enum Smoothing {
  /// The weight of the newest value in an exponential average: 2/(period + 1).
  @inline(__always) static func weight(period: Int) -> Double { 2 / Double(period + 1) }

  /// The average of `period` values.
  ///
  /// Exact when all are equal.
  @inline(__always) static func mean(_ values: UnsafePointer<Double>, count: Int) -> Double {
    let first = values[0]
    var sum = 0.0
    for index in 1..<max(1, count) { sum += values[index] - first }
    return first + sum / Double(count)
  }

  /// Writes the exponential average of the first `end` values: undefined before index `period - 1`, where the mean stands.
  /// - Returns: the average at `end - 1`; NaN when it is undefined there.
  static func start(
    _ values: UnsafePointer<Double>, period: Int, weight: Double, until end: Int, output: UnsafeMutablePointer<Double>
  ) -> Double {
    guard end >= period else {
      output.initialize(repeating: .nan, count: end)
      return .nan
    }
    output.initialize(repeating: .nan, count: period - 1)
    var average = mean(values, count: period)
    output[period - 1] = average
    for index in period..<max(period, end) {
      average += weight * (values[index] - average)
      output[index] = average
    }
    return average
  }
}
