import Analysis
public import JobGraph
import MarketData
public import Mirroring
public import Running
import Scheduling
public import Storage

/// `analysis.volume`: whether the volume of the newest closed bar of a symbol is unusual, and what it says of the price.
public struct ComputeVolume: StepOperation {
  private let warehouse: Warehouse

  /// Of the longest window, the volume profile, and of bars within a day the same hour of twenty days.
  private static let bars = 600

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let rows = try await context.analysedSeries(in: warehouse, last: Self.bars).map { StoredVolume(of: $0.key, judging: $0.bars) }
    guard !rows.isEmpty else { return try context.nothingToAnalyse() }
    let logicalDate = context.logicalDate
    return try await context.commit(in: warehouse) { transaction in
      for row in rows {
        try transaction.store(row)
        try transaction.enqueue(path: row.path.description, value: row.json(), logicalDate: logicalDate)
      }
      let unusual = rows.count { $0.isUnusual == true }
      return TaskOutcome(note: unusual > 0 ? "unusual volume" : "usual volume", counts: [.init("unusual", unusual)])
    }
  }
}

extension StoredVolume {
  /// What the newest bar says.
  /// - Precondition: there is one.
  init(of key: SeriesKey, judging bars: CandleSeries) {
    // Within a day like is compared with like: the same time of the days before.
    let isWithinDay = bars.interval < .day1
    let spike = isWithinDay ? bars.seasonalVolumeSpike() : bars.volumeSpike()
    let profile = bars.volumeProfile()
    self.init(
      key: key, openTime: bars.openTimes[bars.count - 1], ratio: spike.ratio.last, z: spike.z.last,
      isUnusual: spike.spike.last.map { $0 == 1 }, trend: bars.volumeTrend().verdicts.last.flatMap(\.self)?.rawValue,
      poc: profile?.pointOfControl, vah: profile?.valueArea.upperBound, val: profile?.valueArea.lowerBound)
  }
}

extension StoredVolume {
  /// The strategy that volume stands under among the signals of a symbol.
  public static let strategy = "volume"

  /// Beside the signals of the strategies.
  public var path: RealtimePath {
    RealtimePath("signals", key.symbol.name, key.interval.rawValue, StoredVolume.strategy, openTime.iso8601)
  }

  /// What the mirror is told.
  /// - Parameter isComplete: whether all of the bar was heard; nil: nobody listened, it was fetched.
  func json(isComplete: Bool? = nil) -> String {
    func number(_ value: Double?) -> RealtimeValue { value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }
    return RealtimeJSON.text(
      of: .node([
        "bar_time": .string(openTime.iso8601), "interval": .string(key.interval.rawValue), "source": .string(key.source),
        "strategy": .string(StoredVolume.strategy), "valid_from": .string(key.interval.next(after: openTime).iso8601),
        "ratio": number(ratio), "z": number(z), "unusual": isUnusual.map { .bool($0) } ?? .null,
        "trend": trend.map { .string($0) } ?? .null,
        "complete": isComplete.map { .bool($0) } ?? .null, "poc": number(poc), "vah": number(vah), "val": number(val),
      ]))
  }
}
