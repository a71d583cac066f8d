public import MarketData
public import Scheduling

/// A candle as it stands in the body of an answer: what its provider wrote, before anybody made something of it.
public struct SourceRow: Sendable, Equatable {
  /// The row as one printable line.
  public let text: String
  public let open: Double
  public let high: Double
  public let low: Double
  public let close: Double
  public let volume: Double

  /// Whether a stored candle says the same.
  public func says(_ candle: Candle) -> Bool {
    (open, high, low, close) == (candle.open, candle.high, candle.low, candle.close) && volume == candle.volume
  }

  /// Finds a candle in a body that brought it.
  ///
  /// - Returns: nil when the body has no such row, or is of a form that is not known here.
  /// - Complexity: O(bytes).
  public static func find(openingAt openTime: Instant, in body: [UInt8], of source: String) -> SourceRow? {
    switch source {
    case "binance": kline(openTime, body)
    case "alphavantage": bar(openTime, body, .shares)
    case "alphavantage_fx": bar(openTime, body, .currencies)
    case "alphavantage_crypto": bar(openTime, body, .digitalCurrencies)
    default: nil
    }
  }

  private static let lengthMax = 400

  private static func kline(_ openTime: Instant, _ body: [UInt8]) -> SourceRow? {
    if let rows = ArchivedKlines.rows(inZip: body) { return archived(openTime, rows) }
    // A body that cannot be read has no rows; whoever fetched it has said so.
    guard let candle = try? KlineScanner.scan(body).candles.first(where: { $0.openTime == openTime }) else { return nil }
    let starts = ["[\(openTime.milliseconds),", "[\(openTime.milliseconds)000,"].map { Array($0.utf8) }
    guard let start = starts.lazy.compactMap({ body.firstRange(of: $0)?.lowerBound }).first,
      let end = body[start...].firstIndex(of: UInt8(ascii: "]"))
    else { return nil }
    return SourceRow(
      text: String(decoding: body[start...end], as: UTF8.self).printable(lengthMax), open: candle.open, high: candle.high,
      low: candle.low, close: candle.close, volume: candle.volume)
  }

  /// A line of the CSV that a file of the bulk archive holds.
  private static func archived(_ openTime: Instant, _ csv: [UInt8]) -> SourceRow? {
    guard let candle = KlineCSVScanner.scan(csv).candles.first(where: { $0.openTime == openTime }) else { return nil }
    let starts = ["\(openTime.milliseconds),", "\(openTime.milliseconds)000,"].map { Array($0.utf8) }
    let line = csv.split(whereSeparator: { $0 == 10 || $0 == 13 }).first { line in starts.contains { line.starts(with: $0) } }
    return line.map {
      SourceRow(
        text: String(decoding: $0, as: UTF8.self).printable(lengthMax), open: candle.open, high: candle.high, low: candle.low,
        close: candle.close, volume: candle.volume)
    }
  }

  private static func bar(_ openTime: Instant, _ body: [UInt8], _ market: AlphaVantage.Market) -> SourceRow? {
    // As above.
    guard let document = try? SeriesDocument.read(body), let rows = document.rows else { return nil }
    // CSV does not name its interval; no two of them open at the same moments and end there too.
    let intervals = document.interval.map { [$0] } ?? [.day1, .week1, .month1, .minute1, .minute5, .minute15, .minute30, .hour1]
    let found = intervals.lazy.compactMap { interval -> (row: SeriesRow, interval: Interval)? in
      var times = BarTimes(market: market, interval: interval, calendar: market.calendar(ofShares: .xnys))
      if interval.minutes != nil { times.label = BarLabel(of: rows, refreshed: document.metadata["Last Refreshed"]) }
      return rows.first { times.openTime(of: $0) == openTime }.map { ($0, interval) }
    }.first
    guard let (row, interval) = found else { return nil }
    let isJSON = document.name != nil
    let label = "\(row.date)" + (interval.minutes == nil ? "" : " \(row.clock)")
    guard let start = body.firstRange(of: Array((isJSON ? "\"" + label : label + ",").utf8))?.lowerBound else { return nil }
    let rest = body[start...]
    guard let end = rest.firstIndex(of: UInt8(ascii: isJSON ? "}" : "\n")) else { return nil }
    return SourceRow(
      text: String(decoding: body[start...end], as: UTF8.self).printable(lengthMax), open: row.open, high: row.high, low: row.low,
      close: row.close, volume: row.volume ?? 0)
  }
}
