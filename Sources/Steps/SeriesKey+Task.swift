public import JobGraph
import MarketData
public import Storage

extension SeriesKey {
  /// The series that a task of a `….candles` operation fetches.
  ///
  /// - Parameter operation: the name before its dot is the source.
  /// - Returns: nil for a task that names no symbol, or something that is none: such a task fails by itself and has no series.
  public init?(fetchedBy task: PlannedTask, of operation: String) {
    var texts: [String: String] = [:]
    for entry in task.values { if case .string(let text) = entry.value { texts[entry.key] = text } }
    // `try?`: the only reason to fail is a name that is no symbol.
    guard let symbol = texts["symbol"].flatMap({ try? Symbol($0) }) else { return nil }
    let interval = texts["interval"].flatMap { Interval(rawValue: $0) } ?? .day1
    self.init(source: String(operation.prefix { $0 != "." }), symbol: symbol, interval: interval)
  }
}
