import MarketData
import Mirroring
import Scheduling
import Storage

extension WarehouseTransaction {
  /// Candles that a small chart shows.
  private static let chartBars = 60

  /// Tells the mirror the last candle of a series.
  func enqueueQuote(of key: SeriesKey, at logicalDate: Instant) throws {
    let path = RealtimePath("quotes", key.source, key.symbol.name, key.interval.rawValue).description
    guard tells(path: path) else { return }
    let last = try reader.series(key, closedBy: logicalDate, last: 1)
    guard let openTime = last.openTimes.first, case .object(var candle) = last.value(at: 0), try !hasNewer(key, than: openTime) else {
      return
    }
    candle["open_time"] = .string(openTime.iso8601)
    try enqueue(path: path, value: RealtimeJSON.text(of: .node(candle)), logicalDate: logicalDate)
  }

  /// Whether a candle is there that a run for this date does not see: what it would say of the newest one was overtaken.
  func hasNewer(_ key: SeriesKey, than openTime: Instant) throws -> Bool {
    let newest = try reader.series(key, closedBy: Instant(milliseconds: .max), last: 1).openTimes.last
    return newest.map { $0 > openTime } ?? false
  }

  /// Tells the mirror what changed of the newest candles of a series: one that is new or was restated is told, one that is too old goes.
  func enqueueChart(of key: SeriesKey, at logicalDate: Instant) throws {
    let chart = ["candles", key.source, key.symbol.name, key.interval.rawValue]
    let path = RealtimePath(chart).description
    guard tells(path: path) else { return }
    let bars = try reader.series(key, closedBy: logicalDate, last: WarehouseTransaction.chartBars)
    guard let last = bars.openTimes.last, try !hasNewer(key, than: last) else { return }
    let candles = bars.openTimes.indices.map { index in
      (path: RealtimePath(chart + [bars.openTimes[index].iso8601]).description, value: RealtimeJSON.text(of: bars.value(at: index)))
    }
    try tell(path, candles, vanished: .isDeleted, logicalDate: logicalDate)
  }
}

extension CandleSeries {
  /// A candle as the mirror is told: prices as the provider has them, not adjusted.
  fileprivate func value(at index: Int) -> RealtimeValue {
    .node([
      "open": .number(open[index]), "high": .number(high[index]), "low": .number(low[index]), "close": .number(close[index]),
      "volume": .number(volume[index]),
    ])
  }
}
