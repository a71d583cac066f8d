import Analysis
import CLinux
import Foundation
import MarketData

/// What the analyses cost, on one core and on made-up candles: `analyses many | long | fresh | each | grid | hmm | all | growth [ROUNDS]`
///
/// Each part prints lines of the form `NAME BEST MEDIAN`. Making the candles is not in the figures.
@main
struct Analyses {
  let rounds: Rounds

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let work = Analyses(rounds: Rounds(count: arguments.dropFirst().first.flatMap { Int($0) } ?? 5))
    // As `jobs analyze` does; the first round, which takes its memory from the kernel, does not count.
    if arguments.first != "fresh" { js_keep_freed_memory() }
    switch arguments.first {
    case "many": try work.many()
    case "long", "fresh": try work.long(arguments.first!)
    case "each": try work.each()
    case "grid": try work.grid()
    case "hmm": work.hmm()
    case "all": try work.all()
    case "growth": try work.growth()
    default: fatalError("usage: analyses many | long | fresh | each | grid | hmm | all | growth [ROUNDS]")
    }
  }

  /// Nanoseconds for each bar of many series.
  private func many() throws {
    let many = try MadeUpCandles.manySeries(500, bars: 2520)
    rounds.report("many", per: 500 * 2520) { many.reduce(0) { $0 + tenIndicators(of: $1) } }
  }

  /// Nanoseconds for each bar of one series.
  private func long(_ name: String) throws {
    let long = try MadeUpCandles.series(seed: 1, bars: 5_000_000)
    rounds.report(name, per: 5_000_000) { tenIndicators(of: long) }
  }

  /// The same apart, for looking at.
  private func each() throws {
    let many = try MadeUpCandles.manySeries(500, bars: 2520)
    func report(_ name: String, _ compute: (CandleSeries) -> Column) {
      rounds.report(name, per: 500 * 2520) { many.reduce(0) { $0 + compute($1).last! } }
    }
    report("rsi") { $0.rsi() }
    report("macd") { $0.macd().signal }
    report("bands") { $0.bollingerBands().upper }
    report("atr") { $0.atr() }
    report("obv") { $0.obv() }
    for period in [20, 50, 200] { report("sma-\(period)") { $0.sma(period) } }
    report("emas") { $0.emas([12, 26, 50])[2] }
  }

  /// RSI, MACD, Bollinger bands, six averages, ATR and OBV.
  private func tenIndicators(of series: CandleSeries) -> Double {
    let (rsi, macd, bands, atr, obv) = (series.rsi(), series.macd(), series.bollingerBands(), series.atr(), series.obv())
    let simple = [20, 50, 200].map { series.sma($0) }
    let exponential = series.emas([12, 26, 50])
    return ([rsi, macd.line, macd.signal, macd.histogram, bands.upper, bands.middle, bands.lower, atr, obv] + simple + exponential)
      .reduce(0) { $0 + $1.last! }
  }

  /// Seconds for 50 fast by 20 slow averages.
  private func grid() throws {
    let series = try MadeUpCandles.series(seed: 1, bars: 10_000)
    let grid = try CrossGrid(
      fast: Array(5...54), slow: Array(stride(from: 60, to: 160, by: 5)), terms: TradingTerms(fee: 0.001), periodsPerYear: 252)
    precondition(grid.pairs.count == 1000)
    rounds.report("grid") { grid.surface(on: series).cells.reduce(0) { $0 + $1.totalReturn! } }
  }

  /// Seconds for 62 iterations of one fit.
  private func hmm() {
    let observations = MadeUpCandles.observations(seed: 1, count: 2520)
    let start = HiddenMarkovModel(
      dimension: 2, start: [1.0 / 3, 1.0 / 3, 1.0 / 3], transition: [0.9, 0.05, 0.05, 0.05, 0.9, 0.05, 0.05, 0.05, 0.9],
      means: [-0.1, -0.1, 0, 0, 0.1, 0.1], covariances: [0.2, 0, 0, 0.2, 0.6, 0, 0, 0.6, 1.8, 0, 0, 1.8])
    rounds.report("hmm") { start.fitted(to: observations, iterations: 62, tolerance: -.infinity).logLikelihood }
  }

  /// Seconds of CPU for all that there is, over 500 symbols: two years of sessions, and of days. Also without the fits.
  private func all() throws {
    for bars in [504, 730] {
      let many = try MadeUpCandles.manySeries(500, bars: bars)
      rounds.report("\(bars)") { many.reduce(0) { $0 + withoutFit($1) + fittedRegimes(of: $1) } }
      rounds.report("\(bars)-without-fits") { many.reduce(0) { $0 + withoutFit($1) } }
    }
  }

  private func withoutFit(_ series: CandleSeries) -> Double {
    Part.allCases.reduce(0) { $0 + $1.result(of: series) }
  }

  /// Five fits each of two, three and four states, and the path through those of the best.
  private func fittedRegimes(of series: CandleSeries) -> Double {
    RegimeModel.fit(series, seed: 1).map { Double($0.filtered(series).count) } ?? 0
  }

  /// Nanoseconds for each bar as a series grows.
  private func growth() throws {
    for bars in [2520, 25_200, 252_000] {
      let series = try MadeUpCandles.series(seed: 1, bars: bars)
      for part in Part.allCases { rounds.report("\(part)-\(bars)", per: bars) { part.result(of: series) } }
    }
  }
}

/// An analysis whose cost should grow with the bars.
enum Part: String, CaseIterable {
  case indicators, patterns, regimes, signals

  /// A number that depends on what was found.
  func result(of series: CandleSeries) -> Double {
    switch self {
    case .indicators: IndicatorSet().compute(series).reduce(0) { $0 + ($1.column.last ?? 0) }
    case .patterns: Double(series.chartPatterns().count)
    case .regimes: Double(series.ruleRegimes().count)
    case .signals: Double(SignalScanner.standard.signals(in: series).count)
    }
  }
}
