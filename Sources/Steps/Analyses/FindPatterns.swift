import Analysis
public import JobGraph
import MarketData
public import Running
import Scheduling
public import Storage

/// `analysis.patterns`: the chart patterns in the last bars of a symbol, and how those that were confirmed went on.
public struct FindPatterns: StepOperation {
  private let warehouse: Warehouse

  /// Bars that are looked at each night.
  private static let bars = 750
  /// Patterns that begin within the first of them may have begun earlier: they stay as they were found.
  private static let margin = 200

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let found = try await context.analysedSeries(in: warehouse, last: Self.bars).map { series in
      let bars = series.bars
      let first = bars.count < Self.bars ? 0 : Self.margin
      let patterns = bars.chartPatterns().filter { $0.bars.lowerBound >= first }
      return (key: series.key, start: bars.openTimes[first], rows: patterns.map { StoredPattern($0, of: series) })
    }
    guard !found.isEmpty else { return try context.nothingToAnalyse() }
    let logicalDate = context.logicalDate
    return try await context.commit(in: warehouse) { transaction in
      for part in found { try transaction.replacePatterns(part.rows, of: part.key, startingAt: part.start, logicalDate: logicalDate) }
      let rows = found.flatMap(\.rows)
      let forming = rows.count { $0.state == ChartPattern.State.forming.rawValue }
      return TaskOutcome(
        note: "\(rows.count) patterns, \(forming) forming", counts: [.init("patterns", rows.count), .init("forming", forming)])
    }
  }
}

extension StoredPattern {
  fileprivate init(_ pattern: ChartPattern, of series: AnalysedSeries) {
    self.init(
      key: series.key, kind: pattern.kind.rawValue, direction: pattern.direction.rawValue, state: pattern.state.rawValue,
      start: pattern.start, end: pattern.end, confidence: pattern.confidence, confirmedAt: pattern.confirmedAt, target: pattern.target,
      stop: pattern.stop, isHit: pattern.hit(in: series.bars))
  }
}
