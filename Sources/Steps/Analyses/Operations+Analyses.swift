public import JobGraph
import MarketData

extension Operations {
  /// Of the task's symbol and the step's interval.
  private static let analysed: [String: DataAccess.Selector] = ["symbol": .each("symbol"), "interval": .with("interval")]

  private static let interval = ParameterDeclaration(
    "interval", .oneOf(Interval.allCases.map(\.rawValue)), default: .string("1d"), summary: "the candles to look at")
  private static let strategies = ParameterDeclaration(
    "strategies", .list(of: .text), summary: "names of files in Jobs/strategies; all of them when left out")

  /// - Parameters:
  ///   - reads: tables of the series besides its candles.
  ///   - writes: tables of the series.
  private static func analysis(
    _ name: String, _ summary: String, discussion: String, parameters: [ParameterDeclaration] = [], reads: [String] = [],
    writes: [String], alsoAppends: [DataAccess] = []
  ) -> OperationDeclaration {
    OperationDeclaration(
      name: name, summary: summary, discussion: discussion, dimensions: ["symbol"], parameters: [interval] + parameters,
      reads: ofSeries(analysed, ["candles", "watermarks"] + reads) + [DataAccess("corporate_actions", ["symbol": .each("symbol")])],
      writes: ofSeries(analysed, writes) + alsoAppends)
  }

  static let indicators = analysis(
    "analysis.indicators", "Keeps the indicators of the newest closed bar of a symbol.",
    discussion: """
      Those of `jobs analyze indicators` on the whole history, in the table indicator_values. How far they are computed is kept in
      indicator_states, so that a night only adds its bars; where one behind it was restated, came late or was forgotten, or a split became
      known, all bars are read again.
      """, reads: ["indicator_states"], writes: ["indicator_values", "indicator_states"])

  static let volume = analysis(
    "analysis.volume", "Judges the volume of the newest closed bar of a symbol.",
    discussion: """
      Whether it is unusual beside the 20 bars before, or within a day beside the same time of 20 days; whether on-balance volume goes with the
      price; and the prices at which most was traded. Table volume_states.
      """, writes: ["volume_states"])

  static let patterns = analysis(
    "analysis.patterns", "Finds chart patterns in the last 750 bars of a symbol, and how those that were confirmed went on.",
    discussion: """
      Double tops and bottoms, heads and shoulders, triangles, flags and pennants. A confirmed one is a hit when the closes went half the way to
      its target before as far against it, within twice its span. Table patterns.
      """, writes: ["patterns"])

  static let regimes = analysis(
    "analysis.regimes", "Tells the regime of the last bars of a symbol: by rules, and by a hidden Markov model.",
    discussion: """
      A model is fitted on what had closed before the month (some tenths of a second a symbol), kept, and filtered forward: what is said of a
      bar was known at its close. `model: monthly` fits it when that of the month is missing, as Jobs/weekly.yaml does; `stored` uses what is
      there; `never` only asks the rules. Tables regimes and regime_models.
      """,
    parameters: [
      ParameterDeclaration(
        "model", .oneOf(FindRegimes.ModelUse.allCases.map(\.rawValue)), default: .string("stored"), summary: "fit it, or use what is there")
    ],
    reads: ["regime_models"], writes: ["regimes", "regime_models"])

  static let signals = analysis(
    "analysis.signals", "Asks the strategies of Jobs/strategies about the last bars of a symbol.",
    discussion: """
      Each signal is stored once, with the values that caused it; it is valid from the next open. Without that folder the standard strategies
      are asked: crosses of averages, RSI, MACD, bands and unusual volume.
      """, parameters: [strategies], writes: ["signals"], alsoAppends: [.appending(to: "outbox")])

  public static let alerts = OperationDeclaration(
    name: "analysis.alerts", summary: "Looks which alerts of Jobs/config/alerts.yaml fire on the new bars of a symbol.",
    discussion: """
      Bars that closed since the alert was judged before fire, each once, and of the ten before those that were restated or came late. Whether
      an alert is armed comes from all its candles (the last 20,000). An alert that is new, or has another condition, is judged on the newest
      bar. It looks at the interval that the alert names. `jobs analyze alerts` tries alerts on a file. Tables alerts and alert_states.
      """,
    dimensions: ["symbol"],
    reads: ofSeries(["symbol": .each("symbol")], ["candles", "watermarks", "corporate_actions", "alert_states", "alerts"]),
    writes: ofSeries(["symbol": .each("symbol")], ["alerts", "alert_states"]) + [.appending(to: "outbox")])

  static let outcomes = analysis(
    "analysis.outcomes", "Scores the signals of a symbol after 1, 5 and 20 bars.",
    discussion: """
      From the open at which a signal could be acted on to the close of the last of those bars, in the signal's direction, costs apart. The
      report tells of each strategy how often it was right. Table signal_outcomes.
      """, reads: ["signals", "signal_outcomes"], writes: ["signal_outcomes"])

  static let backtest = analysis(
    "analysis.backtest", "Tries each strategy on the last days of a symbol.",
    discussion: """
      Next-open fills with the costs that the strategy names, warmed up on earlier bars. A month has few trades, and says so: `jobs backtest`
      tries a strategy on all bars. Table backtests.
      """,
    parameters: [
      strategies, ParameterDeclaration("days", .integer(5...400), default: .int(30), summary: "days before the logical date"),
    ], writes: ["backtests"])
}
