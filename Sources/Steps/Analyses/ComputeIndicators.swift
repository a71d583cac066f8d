import Analysis
public import JobGraph
import MarketData
public import Running
public import Storage

/// `analysis.indicators`: the indicators of the newest closed bar of a symbol, kept for queries.
public struct ComputeIndicators: StepOperation {
  private let warehouse: Warehouse

  /// Enough that a smoothing over 200 bars has forgotten where it began.
  static let bars = 1450

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let rows = try await context.analysedSeries(in: warehouse, last: Self.bars).map { series in
      StoredIndicators(
        key: series.key, openTime: series.bars.openTimes[series.bars.count - 1],
        values: IndicatorSet().compute(series.bars).compactMap { part in part.column.last.map { (part.name, $0) } })
    }
    guard !rows.isEmpty else { return try context.nothingToAnalyse() }
    return try await context.commit(in: warehouse) { transaction in
      for row in rows { try transaction.store(row) }
      let count = rows.reduce(0) { $0 + $1.values.count }
      return TaskOutcome(note: "\(count) values", counts: [.init("values", count)])
    }
  }
}
