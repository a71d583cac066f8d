import Foundation
import JobFiles
import JobGraph
import MarketData

/// The operations that the program has, as far as job files need to know them.
let operations: [OperationDeclaration] = [
  OperationDeclaration(name: "binance.instruments", summary: "Lists instruments.", provider: "binance"),
  OperationDeclaration(
    name: "binance.candles", summary: "Fetches candles.", dimensions: ["symbol", "interval"],
    parameters: [ParameterDeclaration("history", .duration, isRequired: true, summary: "How far back.")], provider: "binance"),
  OperationDeclaration(name: "binance.tickers", summary: "Fetches tickers.", provider: "binance"),
  OperationDeclaration(
    name: "alphavantage.candles", summary: "Fetches candles.", dimensions: ["symbol"],
    parameters: [
      ParameterDeclaration("history", .duration, isRequired: true, summary: "How far back."),
      ParameterDeclaration("adjusted", .flag, default: .bool(false), summary: "Adjusted prices."),
    ], provider: "alphavantage", secret: "alphavantage"),
  OperationDeclaration(
    name: "quality.check", summary: "Checks candles.", parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "")]),
  OperationDeclaration(
    name: "analysis.signals", summary: "Computes signals.", dimensions: ["symbol"],
    parameters: [ParameterDeclaration("interval", .oneOf(Interval.allCases.map(\.rawValue)), isRequired: true, summary: "")]),
  OperationDeclaration(
    name: "report.nightly", summary: "Writes the report.",
    parameters: [
      ParameterDeclaration("title", .text, summary: ""),
      ParameterDeclaration("intervals", .list(of: .oneOf(["1d", "1h"])), isRequired: true, summary: ""),
    ], isDeliverable: true),
  OperationDeclaration(name: "report.run", summary: "Writes the facts of the run."),
  OperationDeclaration(
    name: "data.prune", summary: "Forgets.", parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "")]),
  OperationDeclaration(
    name: "backup.create", summary: "Copies.",
    parameters: [ParameterDeclaration("keep", .duration, default: .string("30d"), summary: "")], writes: ["backups"]),
  OperationDeclaration(name: "backup.drill", summary: "Tries out.", reads: ["backups"]),
  OperationDeclaration(
    name: "realtime.push", summary: "Mirrors.", parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "")]),
  OperationDeclaration(
    name: "shell", summary: "Runs a program.",
    parameters: [
      ParameterDeclaration("run", .list(of: .text), isRequired: true, summary: ""),
      ParameterDeclaration("environment", .mapping, summary: ""),
      ParameterDeclaration("directory", .text, summary: ""),
      ParameterDeclaration("output_bytes_max", .integer(1...1_000_000_000), default: .int(1_000_000), summary: ""),
      ParameterDeclaration("reads", .list(of: .text), summary: ""), ParameterDeclaration("writes", .list(of: .text), summary: ""),
    ], saysItsData: true),
  OperationDeclaration(name: "nothing", summary: "Does nothing.", allowsAnyDimensions: true),
]

/// The root of the project.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A small configuration for jobs given as texts.
let configuration = Configuration.load(
  from: .texts([
    "Jobs/config/watchlist.yaml": "crypto: [BTCUSDT, ETHUSDT]\nequities: [{ symbol: SPY, weight: 3 }, AAPL]\nempty: []\n",
    "Jobs/config/quality.yaml": "gaps: { severity: warning }\n",
  ])
).configuration

/// What is wrong with the job `j`, as people read it.
func mistakes(_ text: String, overrides: [(key: String, text: String)] = []) -> String {
  let loader = JobLoader(configuration: configuration, operations: operations)
  return loader.load(Array(text.utf8), file: "Jobs/j.yaml", overrides: overrides).diagnostics.map { $0.rendered() }.joined(separator: "\n")
}
