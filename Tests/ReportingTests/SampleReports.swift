import Foundation
import JobGraph
import MarketData
import Reporting
import Scheduling

/// Reports over real BTCUSDT candles and invented rows around them, always the same.
enum SampleReports {
  static let date = Instant(iso8601: "2018-05-04")!

  /// The candles of a fixture in the candle format of the data commands.
  static func candles(_ path: String) throws -> CandleSeries {
    var series = CandleSeries(symbol: try Symbol("BTCUSDT"), interval: .day1)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in text.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",")
      let numbers = cells[3...].map { Double($0)! }
      series.append(
        openTime: Instant(iso8601: cells[2])!, open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3], volume: numbers[4])
    }
    return series
  }

  static func symbol(_ name: String) -> Symbol {
    do { return try Symbol(name) } catch { preconditionFailure("\(error)") }
  }

  static func symbolPage(_ series: CandleSeries) -> SymbolPage {
    let line = zip(average(series.close, 12), average(series.close, 26)).map { a, b in a.flatMap { a in b.map { a - $0 } } }
    let signal = averageOfKnown(line, 9)
    let histogram = zip(line, signal).map { a, b in a.flatMap { a in b.map { a - $0 } } }
    return SymbolPage(
      symbol: series.symbol, name: "Bitcoin / Tether", interval: series.interval, logicalDate: date, candles: series,
      overlays: [.init("SMA 50", average(series.close, 50)), .init("SMA 200", average(series.close, 200))],
      rsi: rsi(series.close), macd: .init(line: line, signal: signal, histogram: histogram),
      signals: [
        signalRow(series, at: series.count - 24, .long, "ma-cross"), signalRow(series, at: series.count - 95, .short, "macd"),
      ],
      patterns: patterns([series.symbol, series.symbol]),
      regime: RegimeState(trend: "bull", volatility: "low", model: "calm", probability: 0.9),
      levels: [
        LevelRow(kind: "resistance", price: 9948.12, touches: 3, barsSinceTouch: 12, strength: 0.55),
        LevelRow(kind: "most volume", price: 8311.5),
        LevelRow(kind: "support", price: 7610.2, touches: 1, barsSinceTouch: 80, strength: 0.19),
      ],
      gaps: [.init(before: series.openTimes[series.count - 70], bars: 2)],
      quality: [
        QualityRow(
          rule: "gap", severity: .warning, symbol: series.symbol, interval: .day1, sentence: "Every day has a bar.", observed: "2 missing")
      ],
      source: "Binance", adjustmentNote: "Crypto is not split-adjusted: there are no splits.", overview: RelativePath("../index.html"),
      previous: ReportLink("BNBUSDT", RelativePath("BNBUSDT.html")!), next: ReportLink("EOSUSDT", RelativePath("EOSUSDT.html")!))
  }

  static func signalRow(_ series: CandleSeries, at index: Int, _ direction: Direction, _ strategy: String) -> SignalRow {
    SignalRow(
      symbol: series.symbol, interval: series.interval, strategy: strategy, direction: direction, strength: 0.62,
      barTime: series.openTimes[index], validFrom: series.openTimes[index + 1],
      inputs: [NamedValue("fast", series.close[index] * 1.0123), NamedValue("slow", series.close[index] * 0.9931), NamedValue("rsi", nil)],
      sentence: "The fast average crossed the slow one at \(series.close[index]).",
      hitRate: HitRate(share: 0.58, sample: index % 2 == 0 ? 112 : 17),
      isNew: index > series.count - 30)
  }

  static func nightly(_ series: CandleSeries, symbols count: Int = 24) -> NightlyReport {
    var random = Generator(state: 42)
    let names = [
      "BTCUSDT", "ETHUSDT", "ADAUSDT", "EOSUSDT", "LTCUSDT", "TRXUSDT", "AAPL", "AMD", "CRM", "DIS", "FB", "IBM", "INTC", "JNJ", "JPM",
    ]
    let symbols = (0..<count).map { symbol($0 < names.count ? names[$0] : "SYM\($0)USDT") }
    let movers = symbols.map { mover($0, series, &random) }
    let risks = symbols.map { symbol in
      RiskRow(
        symbol: symbol, volatility: 0.2 + random.unit(), volatilityPercentile: random.unit(), drawdown: random.unit() * 0.6,
        drawdownMax: 0.6 + random.unit() * 0.3, periodsPerYear: 365, sample: 260,
        regime: RegimeState(trend: "bull", volatility: "high", model: "turbulent", probability: 0.934))
    }
    let signals = symbols.prefix(6).enumerated().map { index, symbol in
      var row = signalRow(series, at: series.count - 2 - index, index % 3 == 1 ? .short : .long, ["ma-cross", "rsi", "macd"][index % 3])
      row.symbol = symbol
      row.isNew = index < 3
      return row
    }
    return NightlyReport(
      job: "nightly", logicalDate: date,
      verdict: Verdict(
        .warning, word: "Partial",
        sentences: [
          "Data complete to 4 May 2018 00:00 UTC; \(count - 1) of \(count) symbols; 1 gap; 1 restatement.", "3 new signals, 1 closed.",
          "Alpha Vantage answered JPM with its daily limit.",
        ],
        actions: ["Run `jobs run nightly --resume` after 05:00 UTC: it repeats 1 task.", "Look at the gap of BTCUSDT on 26 Feb 2018."]),
      coverage: .init(dataThrough: date, symbolsExpected: count, symbolsDelivered: count - 1, gaps: 1, restatements: 1),
      changes: .ready(changes(signals, series)), signals: .ready(Array(signals)),
      patterns: .ready(patterns(symbols)), strategies: .ready(strategies),
      alerts: .ready([
        AlertRow(symbol: symbols[0], condition: "close below 8,000", isHit: false, distance: 0.183, distanceInRanges: 4.2),
        AlertRow(
          alert: "overbought", symbol: symbols[1], interval: .day1, condition: "RSI 14 comes above 70", isHit: true,
          barTime: series.openTimes.last, sentence: "The RSI of 14 bars rose above 70.",
          observed: [NamedValue("rsi_14", 71.2)], distance: 0),
      ]),
      movers: .ready(movers), risks: .ready(risks),
      calendar: .ready(["AAPL: dividend 0.73 USD on 11 May 2018.", "XNYS is closed on 28 May 2018 (Memorial Day)."]),
      quality: .ready([
        QualityRow(
          rule: "gap", severity: .warning, symbol: symbols[0], interval: .day1, sentence: "Every day has a bar.", observed: "2 missing"),
        QualityRow(
          rule: "ohlc", severity: .bad, symbol: symbols[3], interval: .hour1, sentence: "The high is not below the close.",
          observed: "1 bar"),
      ]),
      health: .ready(health), links: links(symbols),
      method: [
        "Change: close on close. z-score: the change in standard deviations of the 60 changes before it.",
        "Volatility: log returns of 60 bars, 365 periods a year for crypto, 252 for equities.",
      ])
  }

  private static func patterns(_ symbols: [Symbol]) -> [PatternRow] {
    [
      PatternRow(
        symbol: symbols[0], interval: .day1, kind: "head_shoulders", direction: .short, state: "forming", confidence: 0.71,
        start: date - .days(40), end: date - .days(1), target: 6120.5, stop: 9990),
      PatternRow(
        symbol: symbols[1], interval: .day1, kind: "bull_flag", direction: .long, state: "confirmed", confidence: 0.88,
        start: date - .days(21), end: date - .days(4), confirmedAt: date - .days(3), target: nil, stop: 401.25,
        hitRate: HitRate(share: 0.54, sample: 57)),
    ]
  }

  private static var strategies: [StrategyRow] {
    [
      StrategyRow(
        strategy: "ma-cross",
        outcomes: [
          .init(horizon: 1, hitRate: HitRate(share: 0.53, sample: 211), interval: 0.46...0.6, mean: 0.0011),
          .init(horizon: 5, hitRate: HitRate(share: 0.49, sample: 207), interval: 0.42...0.56, mean: -0.0042),
        ], backtest: .init(symbols: 24, trades: 31, medianReturn: 0.0123, medianHeld: -0.0345, isThin: false)),
      StrategyRow(
        strategy: "pattern", outcomes: [.init(horizon: 1, hitRate: HitRate(share: 0.67, sample: 3), interval: 0.21...0.94, mean: 0.002)],
        backtest: .init(symbols: 24, trades: 2, medianReturn: 0, medianHeld: -0.0345, isThin: true)),
    ]
  }

  private static func changes(_ signals: [SignalRow], _ series: CandleSeries) -> NightlyReport.Changes {
    NightlyReport.Changes(
      since: date - .days(1),
      newSignals: signals.prefix(3).map { .init(symbol: $0.symbol, strategy: $0.strategy, direction: $0.direction, sentence: $0.sentence) },
      closedSignals: [
        .init(symbol: symbol("LTCUSDT"), strategy: "rsi", direction: .flat, sentence: "RSI is back at 51.2, was below 30 since 1 May.")
      ],
      regimes: [
        .init(symbol: series.symbol, interval: .day1, part: "trend", from: "range", to: "bull", since: date - .days(2))
      ],
      restatedBars: [
        .init(symbol: series.symbol, interval: .day1, openTime: date - .days(3), field: "volume", old: 25984.27, new: 25985.01)
      ],
      missingSymbols: [symbol("JPM")])
  }

  private static var health: Health {
    Health(
      steps: [
        .init(step: "crypto", state: .succeeded, succeeded: 12),
        .init(
          step: "equities", state: .failed, succeeded: 11, failed: 1, reasons: ["JPM: Alpha Vantage's daily limit of 25 requests is spent"]),
        .init(step: "signals", state: .succeeded, succeeded: 23, skipped: 1, reasons: ["JPM: no new bar"]),
      ],
      quotas: [
        .init(provider: "Alpha Vantage", unit: "requests per day", used: 25, limit: 25),
        .init(provider: "Binance", unit: "weight per minute", used: nil, limit: 6000),
      ],
      stale: [.init(symbol: symbol("JPM"), interval: .day1, lastBar: date - .days(2), reason: "the quota was spent before its turn")],
      untold: [
        .init(whom: "desk (risk@desk.example)", title: "[jobs] Failed: nightly", state: .perhaps, reason: "the connection ended too early")
      ])
  }

  private static func links(_ symbols: [Symbol]) -> NightlyReport.Links {
    NightlyReport.Links(
      index: RelativePath("../../index.html"), previous: ReportLink("3 May 2018", RelativePath("../2018-05-03/index.html")!),
      run: RelativePath("run.html"),
      files: [ReportLink("report.json", RelativePath("report.json")!), ReportLink("movers.csv", RelativePath("movers.csv")!)],
      symbols: Dictionary(uniqueKeysWithValues: symbols.map { ($0, RelativePath("symbols/\(PageName.file(for: $0)).html")!) }))
  }

  private static func mover(_ symbol: Symbol, _ series: CandleSeries, _ random: inout Generator) -> Mover {
    let start = Int(random.unit() * Double(series.count - 31))
    let scale = [1, 0.1, 0.01, 0.0001][Int(random.unit() * 4)]
    let closes = series.close[start..<start + 30].map { ($0 * scale * 1e6).rounded() / 1e6 }
    let change = closes[29] / closes[28] - 1
    return Mover(
      symbol: symbol, last: closes[29], barTime: date - .days(1), change: change, zScore: change / 0.03,
      volumeRatio: 0.3 + random.unit() * 3,
      closes: closes)
  }

  static let run: RunPage = {
    let start = date + .minutes(150)
    func task(_ name: String, _ from: Int, _ to: Int, _ state: TaskState = .succeeded, error: String? = nil) -> RunPage.TaskFacts {
      let attempt = RunPage.Attempt(started: start + .milliseconds(from), ended: start + .milliseconds(to), error: error)
      return RunPage.TaskFacts(name: name, state: state, attempts: [attempt], waited: .milliseconds(from / 10))
    }
    let crypto = (0..<12).map { task("SYM\($0) 1d", $0 * 500, $0 * 500 + 480) }
    var equities = (0..<11).map { task("EQ\($0)", $0 * 12_000, $0 * 12_000 + 900) }
    equities.append(task("JPM", 132_000, 132_700, .failed, error: "Alpha Vantage's daily limit of 25 requests is spent"))
    return RunPage(
      id: "01J9", job: "nightly", logicalDate: date, trigger: "schedule", state: "partial", verdict: .warning, started: start,
      ended: start + .milliseconds(141_300),
      steps: [
        .init(
          step: "crypto", uses: "binance.candles", state: .succeeded, tasks: crypto, plannedDuration: .seconds(6), requests: 12,
          plannedRequests: 14),
        .init(
          step: "equities", uses: "alphavantage.candles", state: .failed, tasks: equities, isCritical: true, note: "1 of 12 tasks failed"),
        .init(step: "quality", uses: "quality.check", state: .succeeded, tasks: [task("", 132_800, 134_000)], isCritical: true),
        .init(step: "signals", uses: "analysis.signals", state: .succeeded, tasks: [task("", 134_000, 139_100)], isCritical: true),
        .init(step: "report", uses: "report.nightly", state: .succeeded, tasks: [task("", 139_200, 141_200)], isCritical: true),
        .init(step: "mirror", uses: "realtime.push", state: .skipped, note: "a step that it needs failed"),
      ],
      requests: [
        .init(provider: "Binance", requests: 24, bytes: 1_234_567),
        .init(provider: "Alpha Vantage", requests: 12, failed: 1, waited: .seconds(121)),
      ],
      planNotes: ["equities took 2m13s; 30 s were planned."], overview: RelativePath("index.html"))
  }()

  static func index(_ count: Int) -> ReportIndex {
    ReportIndex(
      entries: (0..<count).map { day in
        let state: Verdict.State = day % 11 == 3 ? .bad : day % 5 == 2 ? .warning : .ok
        let word = state == .ok ? "Complete" : state == .warning ? "Partial" : "Failed"
        let when = date - .days(day)
        return ReportIndex.Entry(
          job: "nightly", logicalDate: when, state: state, word: word, path: RelativePath("nightly/\(when.utcDay)/index.html")!,
          coverage: .init(
            symbolsExpected: 24, symbolsDelivered: 24 - day % 3, gaps: day % 4, restatements: 0, quarantined: day % 7 == 0 ? nil : 0),
          newSignals: day * 7 % 5, keyFigure: Double(day * 7 % 5))
      })
  }

  static func average(_ values: [Double], _ length: Int) -> [Double?] {
    values.indices.map { $0 + 1 < length ? nil : values[($0 + 1 - length)...$0].reduce(0, +) / Double(length) }
  }

  private static func averageOfKnown(_ values: [Double?], _ length: Int) -> [Double?] {
    let first = values.firstIndex { $0 != nil } ?? values.count
    return values[..<first].map { _ in nil } + average(values[first...].compactMap { $0 }, length)
  }

  private static func rsi(_ closes: [Double]) -> [Double?] {
    closes.indices.map { index in
      guard index >= 14 else { return nil }
      let moves = (index - 13...index).map { closes[$0] - closes[$0 - 1] }
      let gain = moves.filter { $0 > 0 }.reduce(0, +)
      return 100 * gain / moves.map(abs).reduce(0, +)
    }
  }

  /// A linear congruential generator: the same numbers everywhere.
  struct Generator {
    var state: UInt64

    mutating func unit() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 9_007_199_254_740_992
    }
  }
}
