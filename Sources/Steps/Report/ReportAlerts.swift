import Analysis
import MarketData
import Reporting
import Scheduling
import Storage

/// The alerts of a report: what fired since the report before, and how near the others are.
struct ReportAlerts: Sendable {
  var configured: [Alert]
  var fired: [StoredAlert]

  /// Those that were hit, the newest first, then those whose distance to a price is known.
  func rows(_ data: ReportData) -> [AlertRow] {
    fired.map(AlertRow.init)
      + configured.flatMap { alert in
        data.expected.filter { alert.interval == $0.interval && alert.symbols.contains($0.symbol) }.compactMap { key in
          guard let series = data.series[key], let last = series.openTimes.last, alert.isEnabled(at: last),
            !fired.contains(where: { $0.alert == alert.id && $0.key == key }), let distance = alert.rule.distance(on: series)
          else { return nil }
          return AlertRow(
            alert: alert.id, symbol: key.symbol, interval: key.interval, condition: alert.rule.description, isHit: false,
            severity: .ok, distance: distance)
        }
      }
  }
}

extension AlertRow {
  fileprivate init(_ alert: StoredAlert) {
    self.init(
      alert: alert.alert, symbol: alert.key.symbol, interval: alert.key.interval, condition: alert.condition, isHit: true,
      severity: alert.severity == "error" ? .bad : alert.severity == "info" ? .ok : .warning, barTime: alert.barTime,
      sentence: alert.sentence, observed: alert.observed.map { NamedValue($0.name, $0.value) }, distance: 0)
  }
}
