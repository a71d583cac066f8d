import MarketData
import Scheduling
import Testing

func instant(_ text: String) throws -> Instant { try #require(Instant(iso8601: text)) }
func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

extension CandleSeries {
  /// Bars at given open times. Each opens and closes at its close; the volume is 10 unless told.
  init(_ name: String, _ interval: Interval, openTimes: [Instant], closes: [Double]? = nil, volumes: [Double]? = nil) throws {
    self.init(symbol: try Symbol(name), interval: interval)
    for (index, openTime) in openTimes.enumerated() {
      // A gentle wave: never twice the same close in a row.
      let close = closes?[index] ?? 100 + Double(index % 7) + Double(index % 2) / 2
      append(openTime: openTime, open: close, high: close, low: close, close: close, volume: volumes?[index] ?? 10)
    }
  }

  /// Daily bars from a day on.
  init(_ name: String, from first: String, closes: [Double], volumes: [Double]? = nil) throws {
    let start = try instant(first)
    try self.init(name, .day1, openTimes: closes.indices.map { start + .days($0) }, closes: closes, volumes: volumes)
  }

  /// The first instant at which its last bar has closed.
  var end: Instant { interval.next(after: openTimes[count - 1]) }
}

/// The verdict of one rule.
func verdict(
  _ rule: QualityVerdict.Rule, _ series: CandleSeries, asOf: Instant? = nil, calendar: SessionCalendar = .always,
  actions: [CorporateAction] = [], rules: QualityRules = QualityRules()
) throws -> QualityVerdict {
  let context = QualityRules.Context(asOf: asOf ?? series.end, calendar: calendar, actions: actions)
  let found = rules.judge(series, in: context).filter { $0.rule == rule }
  #expect(found.count == 1)
  return try #require(found.first)
}
