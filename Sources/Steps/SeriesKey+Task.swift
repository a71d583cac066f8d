public import JobGraph
import MarketData
public import Storage

extension SeriesKey {
  /// The series that a task of an operation fetches that brings candles.
  ///
  /// - Parameters:
  ///   - operation: the name before its dot is the source of a `….candles`; of another, the two words together.
  ///   - with: the parameters of the step, which may give the interval for all its tasks.
  /// - Returns: nil for a task that names no symbol, or something that is none: such a task fails by itself and has no series.
  public init?(fetchedBy task: PlannedTask, of operation: String, with parameters: [JobValue.Entry] = []) {
    var texts: [String: String] = [:]
    for entry in parameters where entry.key == "interval" { if case .string(let text) = entry.value { texts[entry.key] = text } }
    for entry in task.values { if case .string(let text) = entry.value { texts[entry.key] = text } }
    // `try?`: the only reason to fail is a name that is no symbol.
    guard let symbol = texts["symbol"].flatMap({ try? Symbol($0) }) else { return nil }
    let interval = texts["interval"].flatMap { Interval(rawValue: $0) } ?? .day1
    self.init(source: SeriesKey.source(of: operation), symbol: symbol, interval: interval)
  }

  /// `binance` for `binance.candles`, `alphavantage_fx` for `alphavantage.fx`.
  private static func source(of operation: String) -> String {
    operation.hasSuffix(".candles") ? String(operation.dropLast(".candles".count)) : operation.replacing(".", with: "_")
  }
}
