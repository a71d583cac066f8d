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
    let spike = series.seasonalVolumeSpike()
    guard let isUnusual = spike.spike.last else { return nothing }
    let profile = series.volumeProfile()
    return BridgeVerdict(
      hour: hour, gap: gap,
      volume: StoredVolume(
        key: key, openTime: Instant(milliseconds: hour.hour), ratio: spike.ratio.last, z: spike.z.last, isUnusual: isUnusual == 1,
        trend: series.volumeTrend().verdicts.last.flatMap(\.self)?.rawValue, poc: profile?.pointOfControl,
        vah: profile?.valueArea.upperBound, val: profile?.valueArea.lowerBound), isToBeTold: isToBeTold)
  }
}

extension StoredVolume {
  /// Where `analysis.volume` tells of it, too.
  var bridgePath: [String] { ["signals", key.symbol.name, key.interval.rawValue, "volume", openTime.iso8601] }

  /// What the realtime database is told. A volume of which a part was not heard can be unusual for its size, and never for being small.
  /// - Parameter gap: milliseconds of the hour in which nothing was heard.
  func bridgeJSON(gap: Int64) -> String {
    var members = [
      ("bar_time", "\"\(openTime.iso8601)\""), ("complete", gap == 0 ? "true" : "false"), ("interval", "\"\(key.interval)\""),
      ("source", "\"\(key.source)\""), ("strategy", "\"volume\""), ("unusual", isUnusual == true ? "true" : "false"),
    ]
    for (name, value) in [("ratio", ratio), ("z", z), ("poc", poc), ("vah", vah), ("val", val)] {
      // What is not a number is not JSON either.
      if let value, value.isFinite { members.append((name, "\(value)")) }
    }
    if let trend { members.append(("trend", "\"\(trend)\"")) }
    return "{" + members.sorted { $0.0 < $1.0 }.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }
}
