import Analysis
import MarketData
import Testing

@Suite struct `A walk forward` {
  @Test func `has folds that touch and a short last one of two bars or more`() throws {
    let walk = try WalkForward(inSample: 5, outOfSample: 3, step: 3)
    #expect(walk.folds(of: 10).map(\.outOfSample) == [5..<8, 8..<10])
    #expect(walk.folds(of: 9).map(\.outOfSample) == [5..<8])
    #expect(walk.folds(of: 6).isEmpty)
    #expect(walk.folds(of: 0).isEmpty)
    #expect(walk.folds(of: 10).map(\.inSample) == [0..<5, 3..<8])
    let anchored = try WalkForward(inSample: 5, outOfSample: 3, step: 3, isAnchored: true)
    #expect(anchored.folds(of: 10).map(\.inSample) == [0..<5, 0..<8])
  }

  @Test func `stays in cash when no pair has enough trades`() throws {
    let series = CandleSeries.randomWalk(seed: 31, count: 120)
    let grid = try CrossGrid(fast: [3], slow: [8], terms: TradingTerms(), periodsPerYear: 365)
    let result = try WalkForward(inSample: 50, outOfSample: 20, step: 20, tradesMin: 1000).run(grid, on: series)
    #expect(result.folds.allSatisfy { $0.chosen == nil && $0.trades == 0 && $0.totalReturn == 0 && $0.sharpe == nil })
    #expect(result.equity.allSatisfy { $0.equity == 10_000 })
    #expect(result.efficiency == nil)
  }
}

@Suite struct `The statistics of a search` {
  @Test func `have the known first numbers of the generator`() {
    // Source: Vigna's splitmix64.c with the seed 1234567.
    var generator = SplitMix64(seed: 1_234_567)
    #expect([generator.next(), generator.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
  }

  @Test func `expect nothing of one trial and more of more`() {
    #expect(SharpeInference.expectedMaximum(trials: 1, deviation: 0.5) == 0)
    #expect(SharpeInference.expectedMaximum(trials: 0, deviation: 0.5) == nil)
    let rising = [2, 10, 100, 10_000, 1_000_000].compactMap { SharpeInference.expectedMaximum(trials: $0, deviation: 1) }
    #expect(rising.count == 5 && rising == rising.sorted())
  }

  @Test func `give a Sharpe ratio of zero even odds`() {
    #expect(SharpeInference.probability(of: 0, count: 100, skewness: 0, kurtosis: 3) == 0.5)
    #expect(SharpeInference.probability(of: 0.1, count: 1, skewness: 0, kurtosis: 3) == nil)
  }

  @Test func `take the mean of the cells beside the best`() throws {
    let series = CandleSeries.randomWalk(seed: 41, count: 300)
    let grid = try CrossGrid(fast: [2, 3, 4], slow: [10, 20, 30], terms: TradingTerms(), periodsPerYear: 365)
    let surface = grid.surface(on: series)
    let corner = surface.cells.filter { [2, 3].contains($0.pair.fast) && [10, 20].contains($0.pair.slow) }.dropFirst()
    let mean = try #require(surface.neighbourMean(of: grid.pairs[0]))
    #expect(abs(mean - corner.compactMap(\.sharpe).reduce(0, +) / 3) < 1e-12)
    #expect(surface.best() == surface.cells.max { ($0.sharpe ?? -9) < ($1.sharpe ?? -9) })
  }
}
