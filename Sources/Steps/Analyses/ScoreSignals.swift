import Analysis
public import JobGraph
import MarketData
public import Running
import Scheduling
public import Storage

/// `analysis.outcomes`: what became of the signals of a symbol after 1, 5 and 20 bars.
public struct ScoreSignals: StepOperation {
  private let warehouse: Warehouse

  /// Bars behind a signal after which it is scored.
  public static let horizons = [1, 5, 20]
  /// How far back signals are looked at that have no outcome yet.
  private static let bars = 400

  public init(_ warehouse: Warehouse) { self.warehouse = warehouse }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let all = try await context.analysedSeries(in: warehouse, last: Self.bars)
    guard !all.isEmpty else { return try context.nothingToAnalyse() }
    let found = try await warehouse.read { reader in
      try all.flatMap { series in
        try reader.openSignals(of: series.key, since: series.bars.openTimes[0]).flatMap { Self.outcomes(of: $0, in: series) }
      }
    }
    return try await context.commit(in: warehouse) { transaction in
      try transaction.store(found)
      return TaskOutcome(note: found.isEmpty ? "nothing to score" : "\(found.count) scored", counts: [.init("scored", found.count)])
    }
  }

  private static func outcomes(of signal: OpenSignal, in series: AnalysedSeries) -> [SignalOutcome] {
    let index = series.bars.firstIndex(openingAtOrAfter: signal.barTime)
    guard index < series.bars.count, series.bars.openTimes[index] == signal.barTime,
      let direction = Signal.Direction(rawValue: signal.direction)
    else { return [] }
    return horizons.filter { !signal.scored.contains($0) }.compactMap { horizon in
      series.bars.outcome(of: direction, at: index, after: horizon).map {
        SignalOutcome(
          key: series.key, barTime: signal.barTime, strategy: signal.strategy, horizon: horizon, entry: $0.entry, exit: $0.exit,
          change: $0.change,
          knownAt: series.key.interval.next(after: series.bars.openTimes[index + horizon]))
      }
    }
  }
}
