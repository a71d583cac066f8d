import Analysis
public import JobGraph
import MarketData
public import Running
public import Storage

/// `analysis.volume`: whether the volume of the newest closed bar of a symbol is unusual, and what it says of the price.
public struct ComputeVolume: StepOperation {
  private let warehouse: Warehouse

  /// Of the longest window, the volume profile, and of bars within a day the same hour of twenty days.
  private static let bars = 600

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let rows = try await context.analysedSeries(in: warehouse, last: Self.bars).map { StoredVolume($0) }
    guard !rows.isEmpty else { return try context.nothingToAnalyse() }
    return try await context.commit(in: warehouse) { transaction in
      for row in rows { try transaction.store(row) }
      let unusual = rows.count { $0.isUnusual == true }
      return TaskOutcome(note: unusual > 0 ? "unusual volume" : "usual volume", counts: [.init("unusual", unusual)])
    }
  }
}

extension StoredVolume {
  fileprivate init(_ series: AnalysedSeries) {
    let bars = series.bars
    // Within a day like is compared with like: the same time of the days before.
    let isWithinDay = bars.interval < .day1
    let spike = isWithinDay ? bars.seasonalVolumeSpike() : bars.volumeSpike()
    let profile = bars.volumeProfile()
    self.init(
      key: series.key, openTime: bars.openTimes[bars.count - 1], ratio: spike.ratio.last, z: spike.z.last,
      isUnusual: spike.spike.last.map { $0 == 1 }, trend: bars.volumeTrend().verdicts.last.flatMap(\.self)?.rawValue,
      poc: profile?.pointOfControl, vah: profile?.valueArea.upperBound, val: profile?.valueArea.lowerBound)
  }
}
