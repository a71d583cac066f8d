import Analysis
import MarketData
import Reporting
import Scheduling
import Storage

/// The alerts of a report: what fired since the report before, and how near the others are.
struct ReportAlerts: Sendable {
  /// Those that were hit, the newest first, then those whose distance to a price is known.
  let rows: [AlertRow]
  let hits: Int

  init(fired: [StoredAlert], near: [AlertRow]) { (rows, hits) = (fired.map(AlertRow.init) + near, fired.count) }

  /// - Parameters:
  ///   - configured: the alerts of the desk.
  ///   - keys: the series that the report is about.
  ///   - bars: so many bars are read of a series that an alert is on: what is near depends on as many as what fires.
  init(_ reader: WarehouseReader, configured: [Alert], keys: [SeriesKey], after: Instant, until logicalDate: Instant, bars: Int) throws {
    let fired = try reader.alerts(foundAfter: after, until: logicalDate)
    let told = Set(fired.map { "\($0.alert) \($0.key)" })
    let priced = configured.filter(\.rule.hasDistance)
    var near: [[String]: AlertRow] = [:]
    for key in keys {
      let wanted = priced.filter { $0.interval == key.interval && $0.symbols.contains(key.symbol) && !told.contains("\($0.id) \(key)") }
      guard !wanted.isEmpty else { continue }
      let series = try reader.adjustedSeries(key, closedBy: logicalDate, last: bars)
      for alert in wanted {
        guard let last = series.openTimes.last, alert.isEnabled(at: last), let distance = alert.rule.distance(on: series) else { continue }
        near[[alert.id, key.description]] = AlertRow(
          alert: alert.id, symbol: key.symbol, interval: key.interval, condition: alert.rule.description, isHit: false, severity: .ok,
          distance: distance.share, distanceInRanges: distance.ranges)
      }
    }
    self.init(fired: fired, near: configured.flatMap { alert in keys.compactMap { near[[alert.id, $0.description]] } })
  }
}

extension AlertRow {
  /// The distance of a hit is how far its bar closed beyond the price; below zero: it was touched, and the close came back.
  fileprivate init(_ alert: StoredAlert) {
    func seen(_ name: String) -> Double? { alert.observed.first { $0.name == name }?.value }
    let close = seen("close")
    var beyond: AlertDistance?
    var way = 1.0
    if let close, let level = seen("level") ?? seen("stop") ?? seen("line") {
      beyond = AlertDistance(from: close, to: level, atr: seen("atr_14"))
      if seen("stop") != nil, close > level { way = -1 }
    }
    self.init(
      alert: alert.alert, symbol: alert.key.symbol, interval: alert.key.interval, condition: alert.condition, isHit: true,
      severity: alert.severity == "error" ? .bad : alert.severity == "info" ? .ok : .warning, barTime: alert.barTime,
      sentence: alert.sentence, observed: alert.observed.map { NamedValue($0.name, $0.value) }, distance: beyond.map { $0.share * way },
      distanceInRanges: beyond?.ranges.map { $0 * way })
  }
}
