/// The last values in ascending order, for medians; valid for the length of one call.
struct SortedWindow {
  let count: Int
  private let sorted: UnsafeMutablePointer<Double>

  /// Calls `body` with the first `count` values, sorted.
  @inline(__always)
  static func open(_ values: UnsafePointer<Double>, count: Int, _ body: (SortedWindow) -> Void) {
    withScratch(count, of: Double.self) { scratch in
      for (index, value) in UnsafeBufferPointer(start: values, count: count).sorted().enumerated() { scratch[index] = value }
      body(SortedWindow(count: count, sorted: scratch))
    }
  }

  var median: Double { (sorted[(count - 1) / 2] + sorted[count / 2]) / 2 }

  /// The robust z-score of a value; NaN when undefined. See ``MarketData/CandleSeries/volumeSpike(_:)``.
  func zScore(of value: Double, median: Double) -> Double {
    let deviation = medianDeviation(from: median)
    if deviation > 0 { return (value - median) / (1.4826022 * deviation) }
    var sum = 0.0
    for index in 0..<count { sum += abs(sorted[index] - median) }
    if sum > 0 { return (value - median) / (1.2533141 * (sum / Double(count))) }
    return value == median ? 0 : .nan
  }

  /// Median, ratio, z-score and spike of a volume beside this window of earlier ones; not a number where undefined.
  @inline(__always) func figures(of volume: Double) -> SIMD4<Double> {
    let median = median
    let ratio = median > 0 ? volume / median : .nan
    let z = zScore(of: volume, median: median)
    return SIMD4(median, ratio, z, ratio >= 2 && (z >= 3.5 || z.isNaN) ? 1 : 0)
  }

  /// Puts `new` where it belongs and takes out one `old`, which must be there.
  func replace(_ old: Double, with new: Double) {
    var (below, place) = (0, 0)
    for index in 0..<count {
      below += sorted[index] < old ? 1 : 0
      place += sorted[index] < new ? 1 : 0
    }
    if place > below {
      (sorted + below).update(from: sorted + below + 1, count: place - below - 1)
      sorted[place - 1] = new
    } else {
      (sorted + place + 1).update(from: sorted + place, count: below - place)
      sorted[place] = new
    }
  }

  /// The median distance to the median.
  private func medianDeviation(from median: Double) -> Double {
    (reach(from: median, to: (count + 1) / 2) + reach(from: median, to: count / 2 + 1)) / 2
  }

  /// The distance from `center` within which `wanted` values lie. They lie side by side, so the best of all runs of that length is it.
  @inline(__always) private func reach(from center: Double, to wanted: Int) -> Double {
    var shortest = Double.infinity
    for start in 0..<count - wanted + 1 {
      let (left, right) = (center - sorted[start], sorted[start + wanted - 1] - center)
      let reach = left > right ? left : right
      shortest = reach < shortest ? reach : shortest
    }
    return shortest
  }
}
