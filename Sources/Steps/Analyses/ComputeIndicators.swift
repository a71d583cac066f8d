import Analysis
public import JobGraph
import MarketData
public import Running
import Scheduling
public import Storage

/// `analysis.indicators`: the indicators of the newest closed bar of a symbol, kept for queries.
///
/// They are those of the whole history. Their state is kept, so that a night only adds its bars; where a bar behind it was restated, came late
/// or was forgotten, or a split became known, all bars are read again.
public struct ComputeIndicators: StepOperation {
  private let warehouse: Warehouse

  /// New bars that are added to a kept state; with more of them all are read.
  private static let newBarsMax = 100

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (symbol, interval, logicalDate) = (try context.symbol(), try context.interval(), context.logicalDate)
    let found = try await warehouse.read { reader in
      try reader.seriesKeys(of: symbol, interval).compactMap { try Self.computed(of: $0, reader, at: logicalDate) }
    }
    guard !found.isEmpty else { return try context.nothingToAnalyse() }
    return try await context.commit(in: warehouse) { transaction in
      for result in found {
        try transaction.store(result.row)
        if let state = result.state { try transaction.store(state, of: result.row.key) }
      }
      let (count, added) = (found.reduce(0) { $0 + $1.row.values.count }, found.reduce(0) { $0 + $1.added })
      return TaskOutcome(note: "\(count) values", counts: [.init("values", count), .init("bars", added)])
    }
  }

  private struct Computed: Sendable {
    let row: StoredIndicators
    /// nil when a newer one is kept.
    let state: StoredIndicatorState?
    /// Bars that were looked at.
    let added: Int
  }

  private static func computed(of key: SeriesKey, _ reader: WarehouseReader, at logicalDate: Instant) throws -> Computed? {
    let kept = try reader.indicatorState(of: key)
    var bars = try reader.adjustedSeries(key, closedBy: logicalDate, last: newBarsMax)
    guard let last = bars.openTimes.last else { return nil }
    var indicators = IncrementalIndicators(interval: key.interval)
    if let kept, kept.openTime <= last, bars.openTimes[0] <= kept.openTime,
      kept.basis == (try reader.basis(of: key, until: kept.openTime, at: logicalDate)),
      let known = IncrementalIndicators(numbers: kept.numbers)
    {
      indicators = known
      bars = bars.suffix(bars.count - bars.firstIndex(openingAtOrAfter: kept.openTime) - 1)
    } else {
      bars = try reader.adjustedSeries(key, closedBy: logicalDate)
    }
    for index in 0..<bars.count {
      indicators.append(
        openTime: bars.openTimes[index], open: bars.open[index], high: bars.high[index], low: bars.low[index], close: bars.close[index],
        volume: bars.volume[index])
    }
    let state = StoredIndicatorState(
      openTime: last, basis: try reader.basis(of: key, until: last, at: logicalDate), numbers: indicators.numbers)
    return Computed(
      row: StoredIndicators(
        key: key, openTime: last, values: indicators.values.compactMap { part in part.value.map { (part.name, $0) } }),
      state: kept.map { $0.openTime > last } ?? false ? nil : state, added: bars.count)
  }
}
