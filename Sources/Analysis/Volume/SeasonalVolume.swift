public import MarketData
import Scheduling

extension CandleSeries {
  /// Volume beside that of the last `period` bars that opened at the same time of day (UTC): an hour is compared with the same hour of earlier
  /// days. Undefined until there are so many. On daily and longer bars it is ``volumeSpike(_:)``.
  ///
  /// The figures are those of ``volumeSpike(_:)``. A day whose bar is missing is passed over.
  ///
  /// - Precondition: `period > 0`.
  /// - Complexity: O(*n* · period · log period).
  public func seasonalVolumeSpike(_ period: Int = 20) -> VolumeSpike {
    precondition(period > 0, "a baseline needs a period above zero")
    var columns = [[Double]](repeating: [Double](repeating: .nan, count: count), count: 4)
    var earlier: [Int64: [Double]] = [:]
    for index in 0..<count {
      let time = timeOfDay(index)
      var baseline = earlier[time, default: []]
      if baseline.count == period {
        SortedWindow.open(baseline, count: period) { window in
          let figures = window.figures(of: volume[index])
          for column in 0..<4 { columns[column][index] = figures[column] }
        }
        baseline.removeFirst()
      }
      baseline.append(volume[index])
      earlier[time] = baseline
    }
    return VolumeSpike(
      median: Column(columns[0]), ratio: Column(columns[1]), z: Column(columns[2]), spike: Column(columns[3]))
  }

  /// Milliseconds since midnight; 0 for all bars that last a day or longer.
  private func timeOfDay(_ index: Int) -> Int64 {
    guard let length = interval.length, length < .days(1) else { return 0 }
    return (openTimes[index] - openTimes[index].floored(to: .days(1))).milliseconds
  }
}
