import Analysis
import ArgumentParser
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling

struct AnalyzeSignals: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signals", abstract: "Prints what strategies say of each candle.",
    discussion: """
      EXAMPLES
        jobs analyze signals --input candles.csv                              the six standard strategies
        jobs analyze signals --input candles.csv --strategy pullback          one of Jobs/strategies; may be repeated
        jobs analyze signals --input mixed.csv --interval 1d --json           with the values that caused each

      Prints symbol,open_time,strategy,direction,strength,valid_from,sentence. The signal of a candle is known when it has closed, and does
      not depend on later ones; it is valid from the next open. The strength, 0 to 1, is a measure of evidence, not a probability.
      """)

  @OptionGroup var candles: CandleInputOptions

  @Option(help: "The name of a strategy in Jobs/strategies, or the path of such a file. May be repeated.", completion: .file())
  var strategy: [String] = []

  @Option(help: "Write to this file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "One JSON document instead of CSV.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() throws {
    var seen: Set<String> = []
    let chosen = try strategy.map { try StrategyChoice.definition(named: $0) { try place.workspace() }.strategy }
      .filter { seen.insert($0.name).inserted }
    let scanner = chosen.isEmpty ? SignalScanner.standard : SignalScanner(chosen)
    let file = try candles.read()
    let sink = try ByteSink(path: output)
    sink.bytes +=
      (json
      ? "{\"schema\": \"jobs.analyze.signals/1\", \"signals\": ["
      : "symbol,open_time,strategy,direction,strength,valid_from,sentence\n").utf8
    var isFirst = true
    for series in file.series {
      for signal in scanner.signals(in: series) {
        sink.bytes += (json ? (isFirst ? "\n" : ",\n") + object(signal) : row(signal)).utf8
        isFirst = false
        try sink.drain()
      }
    }
    sink.bytes += (json ? "\n]}\n" : "").utf8
    try sink.finish()
  }

  private func row(_ signal: Signal) -> String {
    let fields = [
      CSVText.field(signal.symbol), signal.barTime.iso8601, signal.strategy, signal.direction.rawValue, DecimalWriter.text(signal.strength),
      signal.validFrom.iso8601, "\"\(signal.sentence.replacing("\"", with: "\"\""))\"",
    ]
    return fields.joined(separator: ",") + "\n"
  }

  private func object(_ signal: Signal) -> String {
    let inputs = signal.inputs.map { "\(JSONText.string($0.name)): \(DecimalWriter.text($0.value))" }
    let members = [
      "\"symbol\": \(JSONText.string(signal.symbol.name))", "\"open_time\": \"\(signal.barTime.iso8601)\"",
      "\"strategy\": \(JSONText.string(signal.strategy))", "\"direction\": \"\(signal.direction.rawValue)\"",
      "\"strength\": \(DecimalWriter.text(signal.strength))", "\"valid_from\": \"\(signal.validFrom.iso8601)\"",
      "\"sentence\": \(JSONText.string(signal.sentence))", "\"inputs\": {\(inputs.joined(separator: ", "))}",
    ]
    return "{\(members.joined(separator: ", "))}"
  }
}
