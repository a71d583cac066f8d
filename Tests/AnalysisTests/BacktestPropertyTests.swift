import Analysis
import MarketData
import Testing

private let rules: [TradingRule] = [
  .averageCross(.simple, fast: 3, slow: 8), .averageCross(.exponential, fast: 3, slow: 8), .macd(fast: 3, slow: 6, signal: 4),
  .rsi(period: 5, low: 40, high: 60), .bollingerBreakout(period: 6, deviations: 1),
]

private func terms(brackets: Bool = false) throws -> TradingTerms {
  try TradingTerms(fee: 0.001, slippage: 0.0005, stopLoss: brackets ? 0.03 : nil, takeProfit: brackets ? 0.05 : nil)
}

@Suite struct `A backtest` {
  @Test(arguments: rules.indices, [false, true])
  func `is not changed by the bars that follow`(rule: Int, brackets: Bool) throws {
    let series = CandleSeries.randomWalk(seed: 11, count: 160)
    let whole = BacktestRun(rules[rule].decisions(on: series), on: series, terms: try terms(brackets: brackets))
    #expect(!whole.trades.isEmpty)
    for length in 0..<series.count {
      let part = series.prefix(length)
      let run = BacktestRun(rules[rule].decisions(on: part), on: part, terms: try terms(brackets: brackets))
      #expect(run.closedTrades == whole.closedTrades.filter { $0.exitIndex < length }, "\(length) bars")
      #expect(run.equity == Array(whole.equity[..<length]), "\(length) bars")
    }
  }

  @Test(arguments: rules.indices, [false, true])
  func `has the same returns, bit for bit, when all prices are multiplied by a power of two`(rule: Int, brackets: Bool) throws {
    let series = CandleSeries.randomWalk(seed: 12, count: 300)
    let run = BacktestRun(rules[rule].decisions(on: series), on: series, terms: try terms(brackets: brackets))
    for factor in [0x1p-40, 0.5, 0x1p20] {
      let scaled = series.scaled(by: factor)
      let other = BacktestRun(rules[rule].decisions(on: scaled), on: scaled, terms: try terms(brackets: brackets))
      #expect(other.equity == run.equity, "times \(factor)")
      #expect(other.trades.map(\.units) == run.trades.map { $0.units / factor }, "times \(factor)")
    }
  }

  @Test(arguments: rules.indices)
  func `has an answer without NaN on every length from 0 to 50, on a walk and on constant prices`(rule: Int) throws {
    for length in 0...50 {
      let tiny: [Double] = (0..<length).map { 1e-8 * Double($0 % 7 + 1) }
      let large: [Double] = (0..<length).map { 1e6 + Double($0 % 5) }
      let constant = [Double](repeating: 0.1, count: length)
      let all: [CandleSeries] = [
        .randomWalk(seed: 13, count: length), .closes(constant, volume: 0), .closes(tiny), .closes(large),
      ]
      for series in all {
        let run = BacktestRun(rules[rule].decisions(on: series), on: series, terms: try terms(brackets: true))
        let metrics = PerformanceMetrics(of: run, on: series, periodsPerYear: 365, trials: try SharpeTrials(count: 9, deviation: 0.1))
        let simulation = try MonteCarlo(seed: 1, paths: 3)
        let texts = [
          BacktestDocuments.metrics(metrics), BacktestTables.equity(run, on: series), BacktestTables.trades(run, on: series),
          BacktestDocuments.monteCarlo(simulation, of: run),
        ]
        #expect(texts.allSatisfy { !$0.lowercased().contains("nan") && !$0.contains("inf") }, "\(length) bars")
      }
    }
  }

  @Test(arguments: rules.indices)
  func `does nothing while the market is flat`(rule: Int) throws {
    for price in [0.1, 1e-8, 1e6, 1.0 / 3] {
      let series = CandleSeries.closes(.init(repeating: price, count: 200))
      #expect(rules[rule].decisions(on: series).allSatisfy { $0 == .keep }, "\(price)")
    }
  }
}

@Suite struct `A grid` {
  @Test(arguments: [CrossGrid.Lines.averages(.simple), .averages(.exponential)], [UInt64(21), 22])
  func `has in each cell the bits of a single run, over all bars and over a part`(lines: CrossGrid.Lines, seed: UInt64) throws {
    let series = CandleSeries.randomWalk(seed: seed, count: 400)
    let grid = try CrossGrid(lines, fast: [1, 2, 5, 9, 30], slow: [2, 8, 21, 399, 400, 500], terms: terms(), periodsPerYear: 365)
    let ranges = [0..<400, 50..<200, 100..<102, 7..<8, 30..<30]
    for (range, cells) in zip(ranges, grid.cells(on: series, in: ranges)) {
      for (pair, cell) in zip(grid.pairs, cells) {
        let run = BacktestRun(grid.rule(pair).decisions(on: series), on: series, terms: try terms(), in: range)
        let metrics = PerformanceMetrics(of: run, on: series, periodsPerYear: 365)
        #expect(cell.pair == pair)
        #expect(cell.trades == metrics.tradesClosed + metrics.tradesOpen, "\(pair) in \(range)")
        #expect(cell.totalReturn?.bitPattern == metrics.totalReturn?.bitPattern, "\(pair) in \(range)")
        #expect(cell.sharpe?.bitPattern == metrics.sharpe?.bitPattern, "\(pair) in \(range)")
        #expect(cell.maximumDrawdown.bitPattern == metrics.maximumDrawdown.bitPattern, "\(pair) in \(range)")
      }
    }
  }

  @Test func `is the same when it is computed in slices`() throws {
    let series = CandleSeries.randomWalk(seed: 23, count: 200)
    let grid = try CrossGrid(fast: Array(2...9), slow: Array(5...20), terms: terms(), periodsPerYear: 252)
    let whole = grid.cells(on: series, in: [0..<200])[0]
    let parts = [0..<3, 3..<40, 40..<grid.pairs.count].flatMap { grid.cells($0, on: series, in: [0..<200])[0] }
    #expect(parts == whole)
  }

  @Test func `counts with stops as the single run does`() throws {
    let series = CandleSeries.randomWalk(seed: 24, count: 200)
    let grid = try CrossGrid(fast: [3], slow: [8], terms: terms(brackets: true), periodsPerYear: 365)
    let run = BacktestRun(rules[0].decisions(on: series), on: series, terms: try terms(brackets: true))
    #expect(run.trades.contains { $0.reason == .stopLoss })
    #expect(grid.surface(on: series).cells[0].totalReturn == run.totalReturn)
  }

  @Test func `refuses too many pairs, and none`() throws {
    #expect(throws: BacktestDefect.combinations(count: 0, limit: 100_000)) {
      try CrossGrid(fast: [9], slow: [9, 3], terms: terms(), periodsPerYear: 365)
    }
    #expect(throws: BacktestDefect.combinations(count: 100_128, limit: 100_000)) {
      try CrossGrid(fast: Array(1...448), slow: Array(1...448), terms: terms(), periodsPerYear: 365)
    }
  }
}
