public import MarketData

/// How unusual the volume of a bar is beside that of the bars before it.
public struct VolumeSpike: Sendable, Equatable {
  /// The median volume of the bars before.
  public let median: Column
  /// The volume over that median; undefined when the median is zero.
  public let ratio: Column
  /// The robust z-score; see ``MarketData/CandleSeries/volumeSpike(_:)``.
  public let z: Column
  /// 1 where the volume is at least twice the median and its z-score at least 3.5 or undefined, else 0.
  public let spike: Column
}

extension CandleSeries {
  /// Volume beside the `period` bars before it; defined from index `period`. The bar itself is left out, or it would mask its own spike.
  ///
  /// The z-score is (volume - median) / (1.4826022 · median absolute deviation). Where that deviation is zero, 1.2533141 times the mean
  /// absolute deviation stands in; where both are, the score is 0 for a volume equal to the median and undefined for any other.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n* · period) at worst: the window is kept sorted.
  /// - Source: Iglewicz & Hoaglin, "How to Detect and Handle Outliers", 1993.
  public func volumeSpike(_ period: Int = 20) -> VolumeSpike {
    precondition(period > 0, "a baseline needs a period above zero")
    let columns = columns(4, warmUp: period) { bars, outputs in
      var window = SortedWindow(bars.volume, count: period)
      for index in period..<bars.count {
        let volume = bars.volume[index]
        let median = window.median
        let ratio = median > 0 ? volume / median : .nan
        let z = window.zScore(of: volume, median: median)
        outputs[0][index] = median
        outputs[1][index] = ratio
        outputs[2][index] = z
        outputs[3][index] = ratio >= 2 && (z >= 3.5 || z.isNaN) ? 1 : 0
        window.replace(bars.volume[index - period], with: volume)
      }
    }
    return VolumeSpike(median: columns[0], ratio: columns[1], z: columns[2], spike: columns[3])
  }
}

/// The last values in ascending order.
private struct SortedWindow {
  private var sorted: [Double]

  init(_ values: UnsafePointer<Double>, count: Int) {
    sorted = UnsafeBufferPointer(start: values, count: count).sorted()
  }

  var median: Double { middle(sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2]) }

  /// NaN when undefined.
  func zScore(of value: Double, median: Double) -> Double {
    let deviation = medianDeviation(from: median)
    if deviation > 0 { return (value - median) / (1.4826022 * deviation) }
    let mean = sorted.reduce(0) { $0 + abs($1 - median) } / Double(sorted.count)
    if mean > 0 { return (value - median) / (1.2533141 * mean) }
    return value == median ? 0 : .nan
  }

  /// Puts `new` where it belongs and takes out one `old`.
  mutating func replace(_ old: Double, with new: Double) {
    var index = position(of: old)
    while index + 1 < sorted.count, sorted[index + 1] < new {
      sorted[index] = sorted[index + 1]
      index += 1
    }
    while index > 0, sorted[index - 1] > new {
      sorted[index] = sorted[index - 1]
      index -= 1
    }
    sorted[index] = new
  }

  /// The median distance to the median: the nearest values lie beside it, so they are met in order by walking outwards.
  private func medianDeviation(from median: Double) -> Double {
    var (below, above) = ((sorted.count - 1) / 2, (sorted.count - 1) / 2 + 1)
    var (last, beforeLast) = (0.0, 0.0)
    for _ in 0...sorted.count / 2 {
      let left = below >= 0 ? median - sorted[below] : .infinity
      let right = above < sorted.count ? sorted[above] - median : .infinity
      beforeLast = last
      if left <= right {
        (last, below) = (left, below - 1)
      } else {
        (last, above) = (right, above + 1)
      }
    }
    return sorted.count.isMultiple(of: 2) ? middle(beforeLast, last) : last
  }

  private func position(of value: Double) -> Int {
    var (low, high) = (0, sorted.count - 1)
    while low < high {
      let half = (low + high) / 2
      if sorted[half] < value { low = half + 1 } else { high = half }
    }
    return low
  }

  private func middle(_ a: Double, _ b: Double) -> Double { (a + b) / 2 }
}
