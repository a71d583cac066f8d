import Analysis
import JobFiles
import JobGraph
import Testing

@Suite struct `A strategy of a file` {
  private func read(_ text: String) -> (strategy: StrategyDefinition?, lines: [String]) {
    let path = "Jobs/strategies/s.yaml"
    let (strategy, diagnostics) = StrategyReader.read(path, from: .texts([path: "strategy: s\n" + text]))
    return (strategy, diagnostics.map { "\($0.code.rawValue) \($0.place?.line ?? 0):\($0.place?.column ?? 0) \($0.message)" })
  }

  @Test func `is read whole`() throws {
    let (read, lines) = read(
      """
      description: Two averages.
      template: ma_cross
      with: { average: ema, fast: 5, slow: 10 }
      trading: { cash: 500, fee: 0.1%, slippage: 0.05%, stop_loss: 8%, take_profit: 20% }
      grid: { fast: [3, 5], slow: [10, 20] }
      """)
    let (kept, _) = self.read("template: macd_cross\nonly_when: volatility is not high")
    #expect((kept?.strategy as? FilteredStrategy)?.filter == (try Condition("volatility is not high")))
    let strategy = try #require(read, "\(lines)")
    #expect(strategy.name == "s" && strategy.summary == "Two averages.")
    let terms = strategy.terms
    #expect(terms.cash == 500 && terms.fee == 0.001 && terms.slippage == 0.0005 && terms.stopLoss == 0.08 && terms.takeProfit == 0.2)
    #expect(strategy.grid == StrategyGrid(.averages(.exponential), fast: [3, 5], slow: [10, 20]))
    let filtered = try #require(strategy.strategy as? FilteredStrategy)
    #expect(filtered.base as? MovingAverageCross == (try MovingAverageCross(.exponential, fast: 5, slow: 10)))
    #expect(filtered.filter == nil)
  }

  @Test(arguments: [
    ("template: rsi_reversal", "rsi_14_30_70"), ("template: rsi_divergence\nwith: { period: 9 }", "rsi_divergence_9"),
    ("template: macd_cross", "macd_cross_12_26_9"),
    ("template: bollinger_breakout\nwith: { deviations: 2.5 }", "bollinger_breakout_20_2.5"),
    ("template: volume_spike", "volume_spike_20"), ("template: pattern\nwith: { kinds: [double_top], confidence: 0.7 }", "s"),
  ])
  func `can be each template`(text: String, name: String) throws {
    let (strategy, lines) = read(text)
    let filtered = try #require(strategy?.strategy as? FilteredStrategy, "\(lines)")
    #expect(filtered.base.name == name && filtered.name == "s" && lines == [])
  }

  @Test(arguments: [
    ("", "E110 1:1 the strategy has no `template`, and neither `bullish` nor `bearish`"),
    ("template: ma", "E126 2:11 `template` is `ma`"), ("template: ma_cross", "E110 1:1 `with` has no `fast`"),
    ("template: ma_cross\nwith: { fast: 9, slow: 9 }", "E142 3:7 `fast` is 9 and `slow` is 9; fast must be below slow"),
    ("template: ma_cross\nwith: { fast: 9, slow: 21, period: 3 }", "E104 3:28 unknown key `period`"),
    ("template: macd_cross\nbullish: close > 1", "E104 3:1 `bullish` stands beside a `template`, which says by itself when it speaks"),
    ("bullish: close > smq_9", "E141 2:18 there is no column `smq_9`"),
    ("bullish: \"close > volume\"", "E140 2:11 a price and a volume cannot be compared, added or subtracted"),
    ("bullish: close > 1\nwith: { a: 1 }", "E104 3:1 `with` is for a `template`"),
    ("bullish: close > 1\ngrid: { fast: [1], slow: [2] }", "E142 3:1 a grid is for the templates `ma_cross` and `macd_cross`"),
    ("template: macd_cross\nonly_when: trend is bull\ngrid: { fast: [1], slow: [2] }", "E142 4:1 a grid does not know `only_when`"),
    ("bullish: close > 1\ntrading: { fee: 0.001 }", "E106 3:17 `fee` is the number 0.001"),
    ("bullish: close > 1\ntrading: { stop_loss: 100% }", "E142 3:10 `stop_loss` is 1; it must be above 0 and below 1"),
    ("template: pattern\nwith: { kinds: [triple_top] }", "E126 3:17 an element of `kinds` is `triple_top`"),
    ("template: pattern\nwith: { confidence: 2 }", "E115 3:21 `confidence` is 2"),
  ])
  func `is told what is wrong with it, and where`(text: String, mistake: String) {
    let (strategy, lines) = read(text)
    #expect(strategy == nil && lines.first?.hasPrefix(mistake) == true, "\(lines)")
  }

  @Test func `of the project is without a mistake, and keeps the names that signals carry`() {
    let (strategies, diagnostics) = StrategyFolder.load(from: .directory(root))
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    #expect(Set(SignalScanner.standard.strategies.map(\.name)).subtracting(strategies.map(\.name)) == [])
    #expect(strategies.count >= 9 && Set(strategies.map(\.name)).count == strategies.count)
  }
}
