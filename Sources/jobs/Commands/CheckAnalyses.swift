import Analysis
import ArgumentParser
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling

struct CheckAnalyses: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tries on a file of candles whether a strategy looks ahead, and how much history it needs.",
    discussion: """
      EXAMPLES
        jobs analyze check pullback --input candles.csv       one strategy of Jobs/strategies
        jobs analyze check --input candles.csv                every indicator, the patterns, the regimes, the standard strategies
        jobs analyze check --input candles.csv --json

      LOOKS AHEAD names the first candle of which something else is said when the candles after it are missing: there must be none, to the
      bit. SETTLES AFTER says after how many candles it no longer matters where the history begins (within 1e-6); what never settles, such
      as a sum since the beginning, means nothing by its level. `vp_` columns have a value at the last candle only and are left out.

      Exit status 1 when something looks ahead.
      """)

  @Argument(help: "The name of a strategy in Jobs/strategies, or the path of such a file; everything when left out.", completion: .file())
  var strategy: String?

  @OptionGroup var candles: CandleInputOptions

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let chosen = try strategy.map { try StrategyChoice.definition(named: $0) { try place.workspace() } }
    let file = try candles.read()
    let checks = file.series.map { series in
      (
        series: series,
        checks: chosen.map { [CausalityCheck.of($0.strategy, on: series)] }
          ?? CausalityCheck.all(on: series, strategies: SignalScanner.standard.strategies)
      )
    }
    try json ? Output.json(CausalityDocument(checks)) : Output.write(Array(Self.table(checks).text(width: Output.width).utf8))
    guard checks.flatMap(\.checks).allSatisfy(\.isCausal) else { throw Ended(status: .failed) }
  }

  private static func table(_ found: [(series: CandleSeries, checks: [CausalityCheck])]) -> PlainTable {
    PlainTable(
      [.init("SYMBOL"), .init("WHAT"), .init("LOOKS AHEAD"), .init("SETTLES AFTER", .right), .init("TRIED", .right)],
      rows: found.flatMap { part in
        part.checks.map { check in
          [
            part.series.symbol.name, check.subject, check.firstLookAhead.map { "at \($0)" } ?? "no",
            check.settlesAfter.map { "\($0) bars" } ?? (check.triesStart ? "never" : ""), "\(check.truncations) of \(part.series.count)",
          ]
        }
      }, style: Output.style)
  }
}

private struct CausalityDocument: Encodable {
  let schema = "jobs.analyze.check/1"
  let ok: Bool
  let checks: [Check]

  struct Check: Encodable {
    let symbol: String
    let interval: String
    let subject: String
    let looksAheadAt: String?
    let tried: Int
    let bars: Int
    let settlesAfter: Int?
  }

  init(_ found: [(series: CandleSeries, checks: [CausalityCheck])]) {
    ok = found.allSatisfy { $0.checks.allSatisfy(\.isCausal) }
    checks = found.flatMap { part in
      part.checks.map {
        Check(
          symbol: part.series.symbol.name, interval: part.series.interval.rawValue, subject: $0.subject,
          looksAheadAt: $0.firstLookAhead?.iso8601, tried: $0.truncations, bars: part.series.count, settlesAfter: $0.settlesAfter)
      }
    }
  }
}
