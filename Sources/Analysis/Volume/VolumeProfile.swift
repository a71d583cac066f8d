public import MarketData

/// At which prices the volume of the last bars was traded.
public struct VolumeProfile: Sendable, Equatable {
  /// The lowest price; the bins are equal and lie above it.
  public let lowest: Double
  /// The height of a bin, in units of the price.
  public let binHeight: Double
  /// Volume per bin, lowest prices first.
  public let bins: [Double]
  /// The centre of the fullest bin, of the lowest one on ties.
  public let pointOfControl: Double
  /// Around the point of control, with 70 % of the volume.
  public let valueArea: ClosedRange<Double>
}

extension CandleSeries {
  /// The volume profile of the last bars.
  ///
  /// The volume of a bar is spread evenly over its range. The value area grows from the fullest bin, one bin at a time, to the larger
  /// neighbour (upwards on ties).
  ///
  /// - Parameters:
  ///   - length: how many bars at most.
  ///   - binCount: equal bins from the lowest low to the highest high.
  /// - Returns: nil when there was no volume, or no range to divide.
  /// - Precondition: `length > 0`, `binCount > 0`.
  /// - Complexity: O(length · binCount).
  public func volumeProfile(length: Int = 120, binCount: Int = 24) -> VolumeProfile? {
    precondition(length > 0 && binCount > 0, "a profile needs bars and bins")
    guard !isEmpty else { return nil }
    var profile: VolumeProfile?
    withBars { profile = VolumeProfile(of: $0, length: length, binCount: binCount) }
    return profile
  }
}

extension VolumeProfile {
  /// - Returns: nil when there was no volume in the last `length` bars, or no range to divide.
  init?(of bars: Bars, length: Int, binCount: Int) {
    let range = max(0, bars.count - length)..<bars.count
    let (low, high, volume) = (bars.low, bars.high, bars.volume)
    let lowest = UnsafeBufferPointer(start: low + range.lowerBound, count: range.count).min()
    let highest = UnsafeBufferPointer(start: high + range.lowerBound, count: range.count).max()
    guard let lowest, let highest else { return nil }
    let height = (highest - lowest) / Double(binCount)
    guard height > 0, lowest + height > lowest else { return nil }
    var bins = [Double](repeating: 0, count: binCount)
    for index in range {
      let (from, to) = (low[index], high[index])
      let first = min(binCount - 1, Int((from - lowest) / height))
      guard to > from else {
        bins[first] += volume[index]
        continue
      }
      for bin in max(0, first - 1)...min(binCount - 1, Int((to - lowest) / height)) {
        let bottom = lowest + Double(bin) * height
        let overlap = min(to, bottom + height) - max(from, bottom)
        if overlap > 0 { bins[bin] += volume[index] * (overlap / (to - from)) }
      }
    }
    guard let area = ValueArea(of: bins, share: 0.7) else { return nil }
    (self.lowest, binHeight, self.bins) = (lowest, height, bins)
    pointOfControl = lowest + (Double(area.fullest) + 0.5) * height
    valueArea = lowest + Double(area.bins.lowerBound) * height...lowest + Double(area.bins.upperBound + 1) * height
  }
}

private struct ValueArea {
  let fullest: Int
  private(set) var bins: ClosedRange<Int>

  /// - Returns: nil when the bins are empty, or hold more than a Double can.
  init?(of volumes: [Double], share: Double) {
    let total = volumes.reduce(0, +)
    guard total > 0, total.isFinite else { return nil }
    let fullest = volumes.indices.reduce(0) { volumes[$1] > volumes[$0] ? $1 : $0 }
    (self.fullest, bins) = (fullest, fullest...fullest)
    var covered = volumes[fullest]
    while covered < share * total, bins.count < volumes.count {
      let (below, above) = (bins.lowerBound - 1, bins.upperBound + 1)
      if above < volumes.count, below < 0 || volumes[above] >= volumes[below] {
        covered += volumes[above]
        bins = bins.lowerBound...above
      } else {
        covered += volumes[below]
        bins = below...bins.upperBound
      }
    }
  }
}
