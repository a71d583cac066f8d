import Analysis
import JobFiles
import JobGraph
import MarketData
import Scheduling
import Testing

private func load(_ alerts: String) -> (alerts: [Alert], lines: [String]) {
  let (configuration, found) = Configuration.load(
    from: .texts([
      "Jobs/config/alerts.yaml": alerts, "Jobs/config/watchlist.yaml": "crypto: [BTCUSDT, ETHUSDT]\nequities: [AAPL]\n",
    ]))
  return (configuration.alerts, found.map { "\($0.code.rawValue) " + $0.line.replacing("error[\($0.code.rawValue)]: ", with: "") })
}

@Suite struct `The alerts of a project` {
  @Test func `have a name, symbols, a condition and how much they matter`() throws {
    let (alerts, lines) = load(
      """
      up: { symbol: BTCUSDT, when: { price_crosses: 100000 } }
      hot: { symbols: $watchlist.crypto, interval: 1h, when: { rsi_above: 70, period: 9 }, severity: error, enabled_until: 2027-01-31 }
      fall: { symbols: [AAPL], when: { drawdown: 20% } }
      """)
    #expect(lines.isEmpty, "\(lines)")
    #expect(alerts.map(\.id) == ["up", "hot", "fall"])
    #expect(alerts.map { $0.symbols.map(\.name) } == [["BTCUSDT"], ["BTCUSDT", "ETHUSDT"], ["AAPL"]])
    #expect(alerts.map(\.interval) == [.day1, .hour1, .day1])
    #expect(alerts.map(\.severity) == [.info, .error, .info])
    #expect(alerts.map(\.enabledUntil) == [nil, CivilDate("2027-01-31"), nil])
    #expect(
      alerts.map(\.rule.kind) == [
        .price(level: 100_000, .crosses), .rsi(period: 9, level: 70, .above), .drawdown(limit: 0.2),
      ])
  }

  @Test(arguments: [
    ("price_above: 1.5", AlertRule.Kind.price(level: 1.5, .above)), ("price_below: 2", .price(level: 2, .below)),
    ("rsi_below: 30", .rsi(period: 14, level: 30, .below)), ("macd_cross: any", .macdCross(nil)),
    ("macd_cross: bearish", .macdCross(.bearish)), ("pattern: { confidence: 0.7 }", .pattern(kinds: [], confidence: 0.7)),
    ("pattern: { kinds: [double_top] }", .pattern(kinds: [.doubleTop], confidence: 0.6)),
    ("volume_spike: true", .volumeSpike(period: 20)), ("volume_spike: true, period: 50", .volumeSpike(period: 50)),
    ("stop: 90000", .stop(.price(90_000), by: .low)), ("stop: 90000, by: close", .stop(.price(90_000), by: .close)),
    ("trailing_stop: 8%", .stop(.trailing(0.08), by: .low)), ("trailing_stop: 8%, by: close", .stop(.trailing(0.08), by: .close)),
    ("stale: 3", .stale(bars: 3)),
    ("regime_change: true", .regimeChange(.any)), ("regime_change: trend", .regimeChange(.trend)),
  ])
  func `know this condition`(when: String, kind: AlertRule.Kind) {
    let (alerts, lines) = load("a: { symbol: AAPL, when: { \(when) } }\n")
    #expect(alerts.map(\.rule.kind) == [kind], "\(lines)")
  }

  @Test(arguments: [
    ("a: 1", "E106 Jobs/config/alerts.yaml:1:4: an alert is the number 1"),
    ("a: { symbol: AAPL }", "E110 Jobs/config/alerts.yaml:1:4: an alert has no `when`"),
    ("a: { when: { rsi_above: 70 } }", "E110 Jobs/config/alerts.yaml:1:4: an alert has neither `symbol` nor `symbols`"),
    ("a: { symbol: AAPL, when: { price_cross: 1 } }", "E104 Jobs/config/alerts.yaml:1:28: unknown key `price_cross`"),
    ("a: { symbol: AAPL, when: { rsi_above: 70, rsi_below: 30 } }", "E140 Jobs/config/alerts.yaml:1:43: `when` has two conditions"),
    ("a: { symbol: AAPL, when: { macd_cross: any, period: 5 } }", "E104 Jobs/config/alerts.yaml:1:45: unknown key `period`"),
    ("a: { symbol: AAPL, when: { rsi_above: 170 } }", "E140 Jobs/config/alerts.yaml:1:39: `rsi_above`: the level is 170"),
    ("a: { symbol: AAPL, when: { drawdown: 0.2 } }", "E106 Jobs/config/alerts.yaml:1:38: `drawdown` is the number 0.2"),
    ("a: { symbol: AAPL, when: { drawdown: 100% } }", "E140 Jobs/config/alerts.yaml:1:38: `drawdown`: the drawdown is 100%"),
    ("a: { symbol: AAPL, when: { volume_spike: false } }", "E140 Jobs/config/alerts.yaml:1:42: `volume_spike` is false"),
    ("a: { symbols: $watchlist.cryptos, when: { macd_cross: any } }", "E117 Jobs/config/alerts.yaml:1:15: Jobs/config/watchlist.yaml"),
    ("a: { symbols: [AAPL, AAPL], when: { macd_cross: any } }", "E130 Jobs/config/alerts.yaml:1:22: the symbol `AAPL` stands twice"),
    ("a: { symbol: AAPL, severity: loud, when: { macd_cross: any } }", "E126 Jobs/config/alerts.yaml:1:30: `severity` is `loud`"),
    ("a: { symbol: AAPL, when: { stop: 8% } }", "E106 Jobs/config/alerts.yaml:1:34: `stop` is the text `8%`"),
    ("a: { symbol: AAPL, when: { trailing_stop: 8 } }", "E106 Jobs/config/alerts.yaml:1:43: `trailing_stop` is the number 8"),
    ("a: { symbol: A, when: { trailing_stop: 100% } }", "E140 Jobs/config/alerts.yaml:1:40: `trailing_stop`: the stop trails 100% behind"),
    ("a: { symbol: AAPL, when: { stop: 8, by: high } }", "E126 Jobs/config/alerts.yaml:1:41: `by` is `high`"),
    ("a: { symbol: AAPL, when: { rsi_above: 70, by: low } }", "E104 Jobs/config/alerts.yaml:1:43: unknown key `by`"),
    ("a: { symbol: AAPL, when: { stale: 0 } }", "E115 Jobs/config/alerts.yaml:1:35: `stale` is 0"),
    ("a: { symbol: AAPL, muted_until: soon, when: { macd_cross: any } }", "E106 Jobs/config/alerts.yaml:1:33: `muted_until`"),
    ("a: { symbol: AAPL, enabled_until: soon, when: { macd_cross: any } }", "E106 Jobs/config/alerts.yaml:1:35: `enabled_until`"),
    ("a: { symbol: AAPL, when: { pattern: { confidence: 2 } } }", "E115 Jobs/config/alerts.yaml:1:51: `confidence` is 2"),
  ])
  func `are refused with the place of the mistake`(text: String, start: String) {
    let (_, lines) = load(text + "\n")
    #expect(lines.contains { $0.hasPrefix(start) }, "\(lines)")
  }

  @Test func `are warned of where no job looks at them`() throws {
    let (configuration, _) = Configuration.load(
      from: .texts([
        "Jobs/config/watchlist.yaml": "crypto: [BTCUSDT]\n",
        "Jobs/config/alerts.yaml": """
        seen: { symbols: $watchlist.crypto, when: { macd_cross: any } }
        half: { symbols: [BTCUSDT, ETHUSDT], when: { macd_cross: any } }
        none: { symbols: [], when: { macd_cross: any } }

        """,
      ]))
    let watching = Job(
      name: "night",
      steps: [Step(id: "alerts", uses: "analysis.alerts", each: [Step.Dimension("symbol", [Step.Dimension.Value("BTCUSDT")])])])
    let found = configuration.unwatchedAlerts(by: [watching], operation: "analysis.alerts")
    #expect(
      found.map(\.line) == [
        "Jobs/config/alerts.yaml:2:18: warning[W104]: the alert `half` is looked at by no job on ETHUSDT",
        "Jobs/config/alerts.yaml:3:18: warning[W104]: the alert `none` has no symbol",
      ])
    #expect(configuration.unwatchedAlerts(by: [], operation: "analysis.alerts").count == 3)
  }
}
