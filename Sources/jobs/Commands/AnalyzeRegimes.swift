import Analysis
import ArgumentParser
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling

struct AnalyzeRegimes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regimes", abstract: "Prints the regime of each candle: by rules, or by a hidden Markov model.",
    discussion: """
      EXAMPLES
        jobs analyze regimes --input candles.csv                             symbol,open_time,trend,volatility
        jobs analyze regimes --input candles.csv --method hmm                symbol,open_time,state,label,p0,p1,...
        jobs analyze regimes --input mixed.csv --interval 1d --method hmm --json

      By rules a candle has a regime from the 50th on. The model is fitted on all candles of a symbol, 250 at least; then each candle is
      judged from it and those before it. State 0 is the calmest; p0 is its probability. A symbol that no model fits has no rows, and a note
      on standard error says so. The same seed gives the same rows.
      """)

  enum Method: String, CaseIterable, ExpressibleByArgument {
    case rules, hmm
  }

  @OptionGroup var candles: CandleInputOptions

  @Option(help: "rules or hmm.")
  var method = Method.rules

  @Option(help: "With hmm: chooses where the search for a model begins.")
  var seed: UInt64 = 1

  @Option(help: "Write to this file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "One JSON document instead of CSV; with hmm it also tells k, loglik and bic of each symbol.")
  var json = false

  func run() throws {
    let file = try candles.read()
    let sink = try ByteSink(path: output)
    switch method {
    case .rules: try writeRules(file.series, to: sink)
    case .hmm: try writeModels(file.series, to: sink)
    }
    try sink.finish()
  }

  private func writeRules(_ all: [CandleSeries], to sink: ByteSink) throws {
    sink.bytes +=
      (json
      ? "{\"schema\": \"jobs.analyze.regimes/1\", \"method\": \"rules\", \"values\": ["
      : "symbol,open_time,trend,volatility\n").utf8
    var isFirst = true
    for series in all {
      for (index, regime) in series.ruleRegimes().enumerated() {
        guard let regime else { continue }
        let (trend, volatility) = (regime.trend.rawValue, regime.volatility.rawValue)
        try write(
          series, index, ",\(trend),\(volatility)", ", \"trend\": \"\(trend)\", \"volatility\": \"\(volatility)\"", to: sink, &isFirst)
      }
    }
    sink.bytes += (json ? "\n]}\n" : "").utf8
  }

  private func writeModels(_ all: [CandleSeries], to sink: ByteSink) throws {
    let models = all.map { RegimeModel.fit($0, seed: seed) }
    for (series, model) in zip(all, models) where model == nil {
      Output.say("note: \(series.symbol): no model fits its \(series.count) candles; --method rules needs none")
    }
    let columns = (0..<(models.compactMap { $0?.stateCount }.max() ?? 2)).map { ",p\($0)" }
    let fits = zip(all, models).map(fit).joined(separator: ",")
    sink.bytes +=
      (json
      ? "{\"schema\": \"jobs.analyze.regimes/1\", \"method\": \"hmm\", \"symbols\": [\(fits)\n], \"values\": ["
      : "symbol,open_time,state,label\(columns.joined())\n").utf8
    var isFirst = true
    for (series, model) in zip(all, models) {
      guard let model else { continue }
      for (index, regime) in model.filtered(series).enumerated() {
        guard let regime else { continue }
        let (label, shares) = (model.states[regime.state].label.rawValue, regime.probabilities.map(DecimalWriter.text))
        let padding = String(repeating: ",", count: columns.count - shares.count)
        try write(
          series, index, ",\(regime.state),\(label),\(shares.joined(separator: ","))\(padding)",
          ", \"state\": \(regime.state), \"label\": \"\(label)\", \"p\": [\(shares.joined(separator: ", "))]", to: sink, &isFirst)
      }
    }
    sink.bytes += (json ? "\n]}\n" : "").utf8
  }

  /// What a fit found, as an object; without a model its members are null.
  private func fit(_ series: CandleSeries, _ model: RegimeModel?) -> String {
    let head = "\n{\"symbol\": \(JSONText.string(series.symbol.name)), \"k\": "
    guard let model else { return head + "null, \"loglik\": null, \"bic\": null, \"states\": null}" }
    let bic = model.bic.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \(DecimalWriter.text($0.value))" }.joined(separator: ", ")
    let states = model.states.map { state in
      let figures = [("mean_return", state.meanReturn), ("sigma", state.sigma), ("occupancy", state.occupancy)]
      return "{\"label\": \"\(state.label.rawValue)\", \"drift\": \"\(state.drift.rawValue)\", "
        + figures.map { "\"\($0.0)\": \(DecimalWriter.text($0.1))" }.joined(separator: ", ") + "}"
    }
    return head + "\(model.stateCount), \"loglik\": \(DecimalWriter.text(model.logLikelihood)), \"bic\": {\(bic)}, "
      + "\"states\": [\(states.joined(separator: ", "))]}"
  }

  private func write(
    _ series: CandleSeries, _ index: Int, _ fields: String, _ members: String, to sink: ByteSink, _ isFirst: inout Bool
  ) throws {
    if json {
      sink.bytes += "\(isFirst ? "" : ",")\n{\"symbol\": \(JSONText.string(series.symbol.name)), \"open_time\": \"".utf8
      InstantWriter.append(series.openTimes[index], to: &sink.bytes)
      sink.bytes += "\"\(members)}".utf8
    } else {
      sink.bytes += "\(CSVText.field(series.symbol)),".utf8
      InstantWriter.append(series.openTimes[index], to: &sink.bytes)
      sink.bytes += "\(fields)\n".utf8
    }
    isFirst = false
    try sink.drain()
  }
}
