import MarketData
import Scheduling

/// Sorts the candles of a file into series, whatever the order of its lines.
struct CandleCollector {
  private struct Key: Hashable {
    let symbol: Symbol
    let interval: Interval
  }

  private struct Rows {
    let key: Key
    var isAscending = true
    /// Open time, then line.
    var places: [(time: Instant, line: Int)] = []
    var numbers: [(open: Double, high: Double, low: Double, close: Double, volume: Double)] = []
  }

  private var rows: [Rows] = []
  private var positions: [Key: Int] = [:]

  /// Where the candles of a series are collected.
  mutating func position(of symbol: Symbol, _ interval: Interval) -> Int {
    let key = Key(symbol: symbol, interval: interval)
    if let position = positions[key] { return position }
    positions[key] = rows.count
    rows.append(Rows(key: key))
    return rows.count - 1
  }

  func interval(at position: Int) -> Interval { rows[position].key.interval }

  /// - Parameter position: from ``position(of:_:)``.
  mutating func add(_ candle: Candle, line: Int, at position: Int) {
    if let last = rows[position].places.last, last.time >= candle.openTime { rows[position].isAscending = false }
    rows[position].places.append((candle.openTime, line))
    rows[position].numbers.append((candle.open, candle.high, candle.low, candle.close, candle.volume))
  }

  /// Makes the series; a candle that stands twice is a problem of its second line.
  mutating func finish(into file: inout CandleFile) {
    for index in rows.indices {
      let own = rows[index]
      // Frees the rows while the series is made.
      rows[index].places = []
      rows[index].numbers = []
      if !own.places.isEmpty { file.series.append(CandleCollector.series(of: own, reportingTo: &file)) }
    }
    file.problems.sort { $0.line < $1.line }
  }

  private static func series(of rows: Rows, reportingTo file: inout CandleFile) -> CandleSeries {
    var order = Array(rows.places.indices)
    if !rows.isAscending {
      order.sort { (rows.places[$0].time, rows.places[$0].line) < (rows.places[$1].time, rows.places[$1].line) }
    }
    var series = CandleSeries(symbol: rows.key.symbol, interval: rows.key.interval)
    series.reserveCapacity(order.count)
    var previous: Int?
    for index in order {
      let place = rows.places[index]
      if let previous, rows.places[previous].time == place.time {
        let first = rows.places[previous].line
        file.report(
          CandleFileProblem(
            line: place.line,
            reason: "\(rows.key.symbol) \(rows.key.interval) at \(place.time) stands twice; first in line \(first)"))
        continue
      }
      previous = index
      let (open, high, low, close, volume) = rows.numbers[index]
      series.append(openTime: place.time, open: open, high: high, low: low, close: close, volume: volume)
    }
    return series
  }
}
