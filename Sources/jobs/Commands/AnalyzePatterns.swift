import Analysis
import ArgumentParser
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling

struct AnalyzePatterns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patterns", abstract: "Prints chart patterns: double tops, shoulders, triangles, flags, pennants.",
    discussion: """
      EXAMPLES
        jobs analyze patterns --input candles.csv
        jobs analyze patterns --input mixed.csv --interval 1d --json         with the turns and lines of each

      Prints symbol,type,start_time,end_time,confidence,state,confirmed_at,target,stop, as of the last candle of each symbol. The
      confidence, 0 to 1, is the quality of the shape, not a probability. A pattern is confirmed by the close that leaves it; confirmed_at
      is the open time of that candle, and candles that follow do not change it. A target that would not be above zero is left out.

      TYPES
        \(ChartPattern.Kind.allCases.map(\.rawValue).joined(separator: "\n  "))
      """)

  @OptionGroup var candles: CandleInputOptions

  @Option(help: "Write to this file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "One JSON document instead of CSV.")
  var json = false

  func run() throws {
    let file = try candles.read()
    let sink = try ByteSink(path: output)
    let head =
      json
      ? "{\"schema\": \"jobs.analyze.patterns/1\", \"patterns\": ["
      : "symbol,type,start_time,end_time,confidence,state,confirmed_at,target,stop\n"
    sink.bytes += head.utf8
    var isFirst = true
    for series in file.series {
      for pattern in series.chartPatterns() {
        if json {
          sink.bytes += ((isFirst ? "\n" : ",\n") + object(pattern)).utf8
        } else {
          sink.bytes += row(pattern).utf8
        }
        isFirst = false
        try sink.drain()
      }
    }
    sink.bytes += (json ? "\n]}\n" : "").utf8
    try sink.finish()
  }

  private func row(_ pattern: ChartPattern) -> String {
    let fields = [
      CSVText.field(pattern.symbol), pattern.kind.rawValue, Self.text(pattern.start), Self.text(pattern.end),
      DecimalWriter.text(pattern.confidence), pattern.state.rawValue, pattern.confirmedAt.map(Self.text) ?? "",
      pattern.target.map(DecimalWriter.text) ?? "", DecimalWriter.text(pattern.stop),
    ]
    return fields.joined(separator: ",") + "\n"
  }

  private func object(_ pattern: ChartPattern) -> String {
    let pivots = pattern.pivots.map {
      "{\"time\": \"\(Self.text($0.time))\", \"price\": \(DecimalWriter.text($0.price)), \"kind\": \"\($0.kind.rawValue)\"}"
    }
    let members = [
      "\"symbol\": \(JSONText.string(pattern.symbol.name))", "\"type\": \"\(pattern.kind.rawValue)\"",
      "\"direction\": \"\(pattern.direction.rawValue)\"", "\"start_time\": \"\(Self.text(pattern.start))\"",
      "\"end_time\": \"\(Self.text(pattern.end))\"", "\"confidence\": \(DecimalWriter.text(pattern.confidence))",
      "\"state\": \"\(pattern.state.rawValue)\"", "\"confirmed_at\": \(pattern.confirmedAt.map { "\"\(Self.text($0))\"" } ?? "null")",
      "\"target\": \(pattern.target.map(DecimalWriter.text) ?? "null")", "\"stop\": \(DecimalWriter.text(pattern.stop))",
      "\"pivots\": [\(pivots.joined(separator: ", "))]", "\"lines\": [\(pattern.lines.map(line).joined(separator: ", "))]",
    ]
    return "{\(members.joined(separator: ", "))}"
  }

  /// The bars count from 0, the oldest of the file.
  private func line(_ line: ChartPattern.Line) -> String {
    let ends = [line.from, line.to].map { "{\"bar\": \($0.index), \"price\": \(DecimalWriter.text($0.price))}" }
    return "[\(ends.joined(separator: ", "))]"
  }

  private static func text(_ instant: Instant) -> String {
    var bytes: [UInt8] = []
    InstantWriter.append(instant, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
