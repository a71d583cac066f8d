import Analysis
import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling

struct AnalyzeAlerts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts", abstract: "Prints when the alerts of Jobs/config/alerts.yaml would have fired.",
    discussion: """
      EXAMPLES
        jobs analyze alerts --input candles.csv                            each alert on its own symbols and interval
        jobs analyze alerts --input candles.csv --alert deep_fall          one, on every symbol of the file; may be repeated
        jobs data export candles --symbol BTCUSDT --interval 1d | jobs analyze alerts --input - --json

      Prints symbol,open_time,alert,severity,valid_from,sentence: every candle of the file on which the alert fires, whether it was written by
      then or not; `enabled_until` and `muted_until` are passed over. How often that is, of each alert, is said on standard error. Alerts of
      the kind `stale` need the time of a run, and are left out. Nothing is stored, and nobody is told.
      """)

  @OptionGroup var candles: CandleInputOptions

  @Option(help: "The name of an alert; it is tried on every symbol of the file. May be repeated.")
  var alert: [String] = []

  @Option(help: "Write to this file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "One JSON document instead of CSV.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let chosen = try chosenAlerts()
    let file = try candles.read()
    let sink = try ByteSink(path: output)
    sink.bytes +=
      (json ? "{\"schema\": \"jobs.analyze.alerts/1\", \"alerts\": [" : "symbol,open_time,alert,severity,valid_from,sentence\n").utf8
    var (isFirst, loudness) = (true, [String]())
    for alert in chosen {
      var (count, symbols, length) = (0, 0, Duration.zero)
      for series in file.series where isMeant(alert, series) {
        (symbols, length) = (symbols + 1, length + Self.length(of: series))
        for firing in alert.rule.firings(on: series) {
          count += 1
          sink.bytes += (json ? (isFirst ? "\n" : ",\n") + object(alert, firing, series) : row(alert, firing, series)).utf8
          isFirst = false
          try sink.drain()
        }
      }
      loudness.append(Self.sentence(alert, count: count, symbols: symbols, length: length))
    }
    sink.bytes += (json ? "\n]}\n" : "").utf8
    try sink.finish()
    loudness.forEach { Output.say($0) }
  }

  /// - Throws: ``Diagnostics`` for a mistake in the file, ``Failure`` for a name that it does not have.
  private func chosenAlerts() throws -> [Alert] {
    let (configuration, found) = try place.workspace().configuration()
    let path = "Jobs/config/alerts.yaml"
    // The symbols may come from the watchlist.
    let mistakes = found.filter { $0.severity == .error && [path, "Jobs/config/watchlist.yaml"].contains($0.file ?? "") }
    guard mistakes.isEmpty else { throw Diagnostics(list: mistakes) }
    let known = configuration.alerts.map(\.id)
    guard !known.isEmpty else { throw Failure(.usage, "\(path) has no alert; `jobs help analyze alerts` says what one is") }
    if let wrong = alert.first(where: { !known.contains($0) }) {
      let nearest = NearestName.find(wrong, in: known).map { "; an alert with a similar name exists: `\($0)`" } ?? ""
      throw Failure(
        .usage, "no alert is called `\(OneLine.shown(wrong))`; the alerts are: \(known.prefix(50).joined(separator: ", "))\(nearest)")
    }
    return alert.isEmpty ? configuration.alerts : configuration.alerts.filter { alert.contains($0.id) }
  }

  private func isMeant(_ alert: Alert, _ series: CandleSeries) -> Bool {
    if case .stale = alert.rule.kind { return false }
    return !self.alert.isEmpty || (alert.interval == series.interval && alert.symbols.contains(series.symbol))
  }

  /// From the open of its first candle to the close of its last.
  private static func length(of series: CandleSeries) -> Duration {
    guard let first = series.openTimes.first, let last = series.openTimes.last else { return .zero }
    return series.interval.next(after: last) - first
  }

  private static func sentence(_ alert: Alert, count: Int, symbols: Int, length: Duration) -> String {
    if case .stale = alert.rule.kind { return "\(alert.id): \(alert.rule) needs the time of a run; not tried" }
    guard symbols > 0 else {
      return "\(alert.id): none of its symbols stands in the file with \(alert.interval); --alert \(alert.id) tries it anyway"
    }
    let years = Double(length.components.seconds) / (365.25 * 86_400)
    let rate = years > 0 ? ", " + NumberStyle(decimals: 1).text(Double(count) / years) + " a year and symbol" : ""
    return "\(alert.id): fires \(count) time\(count == 1 ? "" : "s") on \(symbols) symbol\(symbols == 1 ? "" : "s")\(rate)"
  }

  private func row(_ alert: Alert, _ firing: AlertFiring, _ series: CandleSeries) -> String {
    let fields = [
      CSVText.field(series.symbol), firing.barTime.iso8601, alert.id, alert.severity.rawValue,
      series.interval.next(after: firing.barTime).iso8601, "\"\(firing.sentence.replacing("\"", with: "\"\""))\"",
    ]
    return fields.joined(separator: ",") + "\n"
  }

  private func object(_ alert: Alert, _ firing: AlertFiring, _ series: CandleSeries) -> String {
    let observed = firing.observed.map { "\(JSONText.string($0.name)): \(DecimalWriter.text($0.value))" }
    let members = [
      "\"symbol\": \(JSONText.string(series.symbol.name))", "\"interval\": \"\(series.interval)\"",
      "\"open_time\": \"\(firing.barTime.iso8601)\"",
      "\"alert\": \(JSONText.string(alert.id))", "\"severity\": \"\(alert.severity.rawValue)\"",
      "\"condition\": \(JSONText.string(alert.rule.description))",
      "\"valid_from\": \"\(series.interval.next(after: firing.barTime).iso8601)\"", "\"sentence\": \(JSONText.string(firing.sentence))",
      "\"observed\": {\(observed.joined(separator: ", "))}",
    ]
    return "{\(members.joined(separator: ", "))}"
  }
}
