import Analysis
import Bridging
import MarketData
import Scheduling
import Storage

extension BridgeVerdict {
  /// Bars of an hour that are compared at most: the same hour of twenty days, and more.
  static let bars = 600
  /// In milliseconds. An hour in which less was missed may stand for its time of day; others would make what comes later look large.
  private static let gapMax: Int64 = 36_000

  /// Judges an hour that has closed as `analysis.volume` does: like is compared with like, the same hour of the days before.
  static func judge(_ hour: BridgeHour, isToBeTold: Bool, _ reader: WarehouseReader) throws -> BridgeVerdict {
    let gap = try reader.bridgeGap(inHour: hour.hour)
    let nothing = BridgeVerdict(hour: hour, gap: gap, volume: nil, isToBeTold: false)
    guard let key = SeriesKey(bridge: hour.symbol) else { return nothing }
    let bars = try reader.bridgeBars(hour, last: bars).filter { bar in
      let prices = [bar.open, bar.high, bar.low, bar.close]
      return prices.allSatisfy { $0.isFinite && $0 > 0 } && (bar.gap <= gapMax || bar.hour == hour.hour)
    }
    guard bars.last?.hour == hour.hour else { return nothing }
    let series = CandleSeries(
      symbol: key.symbol, interval: key.interval, openTimes: bars.map { Instant(milliseconds: $0.hour) }, open: bars.map(\.open),
      high: bars.map(\.high), low: bars.map(\.low), close: bars.map(\.close), volume: bars.map(\.volume))
    let volume = StoredVolume(of: key, judging: series)
    // Before there are enough days there is nothing to compare with.
    guard volume.isUnusual != nil else { return nothing }
    return BridgeVerdict(hour: hour, gap: gap, volume: volume, isToBeTold: isToBeTold)
  }
}
