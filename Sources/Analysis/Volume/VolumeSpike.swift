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
      SortedWindow.open(bars.volume, count: period) { window in
        for index in period..<bars.count {
          let volume = bars.volume[index]
          let figures = window.figures(of: volume)
          for column in 0..<4 { outputs[column][index] = figures[column] }
          window.replace(bars.volume[index - period], with: volume)
        }
      }
    }
    return VolumeSpike(median: columns[0], ratio: columns[1], z: columns[2], spike: columns[3])
  }
}
