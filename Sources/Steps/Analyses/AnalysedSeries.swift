import Analysis
import JobGraph
import MarketData
import Running
import Scheduling
import Storage

/// A series that a task analyses: one of its symbol and interval, of each source that has one.
struct AnalysedSeries: Sendable {
  let key: SeriesKey
  /// Closed bars, adjusted for the splits known at the logical date.
  let bars: CandleSeries
}

extension StepContext {
  /// The series of the task's symbol and interval that have a bar.
  /// - Parameter count: so many of the newest bars.
  func analysedSeries(in warehouse: Warehouse, last count: Int) async throws -> [AnalysedSeries] {
    let (symbol, interval, logicalDate) = (try symbol(), try interval(), logicalDate)
    return try await warehouse.read { reader in
      try reader.seriesKeys(of: symbol, interval).compactMap { key in
        let bars = try reader.adjustedSeries(key, closedBy: logicalDate, last: count)
        return bars.isEmpty ? nil : AnalysedSeries(key: key, bars: bars)
      }
    }
  }

  /// What a task ends with that has nothing to look at.
  func nothingToAnalyse() throws -> TaskOutcome {
    TaskOutcome(note: "no candles", warnings: ["\(try symbol()) \(try interval()) has no candles to judge"])
  }
}
