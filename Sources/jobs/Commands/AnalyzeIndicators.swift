import Analysis
import ArgumentParser
import JobGraph
import MarketData
import Providers
import Reporting

/// The commands that compute on a file of candles, without a project.
struct Analyze: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze", abstract: "Computes on a file of candles, without a project.",
    discussion: """
      EXAMPLES
        jobs data export candles > candles.csv
        jobs analyze indicators --input candles.csv --interval 1d
        jobs analyze patterns --input candles.csv
        jobs analyze check pullback --input candles.csv          does it look ahead?
      """,
    subcommands: [
      AnalyzeIndicators.self, AnalyzeVolume.self, AnalyzePatterns.self, AnalyzeRegimes.self, AnalyzeSignals.self, AnalyzeAlerts.self,
      CheckAnalyses.self,
    ])
}

struct AnalyzeIndicators: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indicators", abstract: "Prints indicators as tidy CSV: symbol,open_time,name,value.",
    discussion: """
      EXAMPLES
        jobs analyze indicators --input candles.csv                          all of them, for every symbol of the file
        jobs analyze indicators --input candles.csv --name rsi_14 --name macd
        jobs analyze indicators --input mixed.csv --interval 1h              a file with several intervals
        jobs data export candles --symbol BTCUSDT --interval 1d | jobs analyze indicators --input -

      Reads what `jobs data export` writes. A value that is not defined, such as the first bars of an average, has no row. Numbers have
      their shortest exact form: 0.00000001, not 1e-08. The symbols stand in the order of the file, the names in that of the list below.

      NAMES
      \(names)
      """)

  @OptionGroup var candles: CandleInputOptions

  @Option(help: "Only this indicator. May be repeated.", completion: .list(Indicator.all.map(\.name)))
  var name: [String] = []

  @Option(help: "Write to this file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "One JSON document instead of CSV.")
  var json = false

  func run() throws {
    let set = IndicatorSet(try indicators())
    let file = try candles.read()
    let sink = try ByteSink(path: output)
    let format = TidyFormat(schema: "jobs.analyze.indicators/1", isJSON: json)
    sink.bytes += format.head.utf8
    var isFirst = true
    for series in file.series {
      for (name, column) in set.compute(series) { try format.write(name, of: series, to: sink, &isFirst) { column[$0] } }
    }
    sink.bytes += format.tail.utf8
    try sink.finish()
  }

  private func indicators() throws -> [Indicator] {
    guard !name.isEmpty else { return Indicator.all }
    var seen: Set<String> = []
    return try name.filter { seen.insert($0).inserted }.map { name in
      guard let indicator = Indicator.named(name) else {
        throw Failure(
          .usage, "no indicator is called `\(VisibleText.shown(name))`; there are \(Indicator.all.map(\.name).joined(separator: " "))")
      }
      return indicator
    }
  }

  private static var names: String {
    var lines: [String] = []
    for indicator in Indicator.all {
      let padding = String(repeating: " ", count: max(1, 18 - indicator.name.count))
      lines.append("  \(indicator.name)\(padding)\(indicator.summary)")
    }
    return lines.joined(separator: "\n")
  }
}
