import Mirroring
import Scheduling
import Storage

/// The regime of a series as the mirror is told.
struct ToldRegime {
  let last: StoredRegime
  /// The first bar of the trend; nil when it is older than what was looked at.
  let trendSince: Instant?

  /// - Parameter rows: of one series, ascending; nil when there are none.
  init?(_ rows: [StoredRegime]) {
    guard let last = rows.last else { return nil }
    self.last = last
    let sameTrend = rows.reversed().prefix { $0.trend == last.trend }
    trendSince = sameTrend.count < rows.count ? sameTrend.last?.openTime : nil
  }

  var value: RealtimeValue {
    .node([
      "bar_time": .string(last.openTime.iso8601), "trend": .string(last.trend), "volatility": .string(last.volatility),
      "trend_since": trendSince.map { .string($0.iso8601) } ?? .null, "label": last.model.map { .string($0.label) } ?? .null,
      "probability": last.model.map { .number($0.probability) } ?? .null,
    ])
  }

  var json: String { RealtimeJSON.text(of: value) }
}
