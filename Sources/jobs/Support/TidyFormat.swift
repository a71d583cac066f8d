import MarketData
import Providers
import Scheduling

/// The parts of a row of tidy CSV (`symbol,open_time,name,value`), or of its object in JSON.
struct TidyFormat {
  let head: String
  let tail: String
  private let isJSON: Bool
  /// Between two rows.
  private let separator: [UInt8]
  private let end: [UInt8]

  /// - Parameter schema: of the document in JSON: `jobs.analyze.indicators/1`.
  init(schema: String, isJSON: Bool) {
    self.isJSON = isJSON
    head = isJSON ? "{\"schema\": \"\(schema)\", \"values\": [" : "symbol,open_time,name,value\n"
    tail = isJSON ? "\n]}\n" : ""
    separator = isJSON ? [UInt8(ascii: ",")] : []
    end = isJSON ? [UInt8(ascii: "}")] : [UInt8(ascii: "\n")]
  }

  /// Writes the values of a column that are defined, oldest first.
  func write(_ name: String, of series: CandleSeries, to sink: ByteSink, _ isFirst: inout Bool, value: (Int) -> Double?) throws {
    let symbol = Array(
      (isJSON ? "\n{\"symbol\": \(JSONText.string(series.symbol.name)), \"open_time\": \"" : CSVText.field(series.symbol) + ",").utf8)
    let middle = Array((isJSON ? "\", \"name\": \"\(name)\", \"value\": " : ",\(name),").utf8)
    for index in 0..<series.count {
      guard let value = value(index) else { continue }
      if !isFirst { sink.bytes += separator }
      isFirst = false
      sink.bytes += symbol
      InstantWriter.append(series.openTimes[index], to: &sink.bytes)
      sink.bytes += middle
      DecimalWriter.append(value, to: &sink.bytes)
      sink.bytes += end
      try sink.drain()
    }
  }
}
