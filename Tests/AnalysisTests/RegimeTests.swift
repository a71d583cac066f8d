import Analysis
import MarketData
import Testing

@Suite struct `Regimes by rules` {
  @Test(arguments: ["btcusdt", "simulated"])
  func `are those of the reference, bar by bar`(name: String) throws {
    let regimeCase = try #require(RegimeCase.all[name])
    let regimes = regimeCase.series.ruleRegimes()
    #expect(regimes.prefix(49).allSatisfy { $0 == nil } && regimes.count == 1200)
    #expect(regimes.map { $0?.trend.rawValue ?? "" } == regimeCase.trends)
    #expect(regimes.map { $0?.volatility.rawValue ?? "" } == regimeCase.volatilities)
  }

  @Test(arguments: [UInt64(1), 2])
  func `do not look ahead, nor at the unit of the price`(seed: UInt64) {
    let series = CandleSeries.randomWalk(seed: seed, count: 330)
    let whole = series.ruleRegimes()
    for length in 0...series.count { #expect(series.prefix(length).ruleRegimes() == Array(whole.prefix(length))) }
    #expect(series.scaled(by: 1024).ruleRegimes() == whole)
  }

  @Test func `change when two bars in a row agree on it`() {
    let states: [Int?] = [nil, 0, 0, 1, 0, 1, 1, 1, nil, 2, 2, 0]
    #expect(RegimeChange.changes(in: states) == [RegimeChange(index: 6, from: 0, to: 1), RegimeChange(index: 10, from: 1, to: 2)])
    let none: [Int?] = []
    #expect(RegimeChange.changes(in: none).isEmpty)
  }

  @Test func `of prices that stand still are a range`() {
    let regimes = CandleSeries.closes(Array(repeating: 1e-8, count: 120), volume: 0).ruleRegimes()
    #expect(regimes[119] == RuleRegime(trend: .range, volatility: .normal))
    #expect(regimes[60]?.volatility == .unknown)
  }
}

@Suite struct `Regimes by a hidden Markov model` {
  /// What hmmlearn finds: the log-likelihood at the number of states that its BIC chooses.
  @Test(arguments: [("btcusdt", -1446.3739539352264), ("simulated", -1245.075630873407)])
  func `are as many, as likely and at the same bars as those of hmmlearn`(name: String, likelihood: Double) throws {
    let regimeCase = try #require(RegimeCase.all[name])
    let model = try #require(RegimeModel.fit(regimeCase.series, seed: 1))
    #expect(model.stateCount == 3 && model.logLikelihood >= likelihood * 1.001)
    let filtered = model.filtered(regimeCase.series).map { $0?.state }
    let path = model.likeliestPath(of: regimeCase.series)
    #expect(filtered[0] == nil && Self.agreement(filtered, regimeCase.filtered) >= 0.97)
    #expect(Self.agreement(path, regimeCase.path) >= 0.97)
    #expect(model.states.map(\.label) == [.calm, .normal, .turbulent] && model.states[0].sigma < model.states[1].sigma)
    if name == "simulated" { #expect(Self.agreement(path, regimeCase.truth) >= 0.9316 - 0.01) }
  }

  @Test(arguments: [UInt64(2), 77])
  func `do not depend on the seed where one optimum stands out`(seed: UInt64) throws {
    let series = try #require(RegimeCase.all["simulated"]).series
    let (first, other) = (try #require(RegimeModel.fit(series, seed: 1)), try #require(RegimeModel.fit(series, seed: seed)))
    #expect(other.stateCount == first.stateCount && abs(other.logLikelihood - first.logLikelihood) < 0.01)
    #expect(RegimeModel.fit(series, seed: seed) == other)
  }

  @Test func `are filtered forward: with one model, a bar's regime is the same without the bars after it`() throws {
    let series = try #require(RegimeCase.all["simulated"]).series
    let model = try #require(RegimeModel.fit(series.prefix(600), seed: 1))
    let whole = model.filtered(series)
    for length in [0, 1, 2, 300, 600, 601, 1199] {
      let known = model.filtered(series.prefix(length))
      #expect(known == Array(whole.prefix(length)))
    }
    for regime in whole.compactMap(\.self) { #expect(abs(regime.probabilities.reduce(0, +) - 1) < 1e-12) }
    #expect(RegimeModel.fit(series.prefix(600).scaled(by: 4096), seed: 1) == model)
  }

  @Test func `are not made up where there is nothing to fit`() {
    #expect(RegimeModel.fit(CandleSeries.empty(), seed: 1) == nil)
    #expect(RegimeModel.fit(CandleSeries.randomWalk(seed: 1, count: 249), seed: 1) == nil)
    #expect(RegimeModel.fit(CandleSeries.closes(Array(repeating: 1e6, count: 400), volume: 0), seed: 1) == nil)
    #expect(RegimeModel.fit(returns: Array(repeating: .nan, count: 400), seed: 1) == nil)
  }

  @Test(arguments: [1e-8, 1, 1e6])
  func `hold no number that is not one, also where most bars stand still`(price: Double) {
    for seed in UInt64(1)...3 {
      let series = CandleSeries.randomWalk(seed: seed, count: 400, around: price)
      for entry in RegimeModel.fit(series, seed: seed)?.filtered(series) ?? [] {
        #expect(entry?.probabilities.allSatisfy { $0.isFinite && $0 >= 0 } ?? true)
      }
    }
    var closes = Array(repeating: price, count: 400)
    closes[200] *= 1.5
    #expect(RegimeModel.fit(CandleSeries.closes(closes), seed: 1)?.logLikelihood.isFinite ?? true)
  }

  @Test(arguments: [("btcusdt", -2357.8219440295297), ("simulated", -1845.3715043107425)])
  func `of two features are as likely as those of hmmlearn`(name: String, likelihood: Double) throws {
    let series = try #require(RegimeCase.all[name]).series
    let model = try #require(TwoFeatureRegimes.fit(series, states: 3, seed: 1))
    #expect(model.logLikelihood >= likelihood * 1.001)
    #expect(model.states.prefix(10).allSatisfy { $0 == nil } && model.states.count == series.count && model.states[1199] != nil)
    #expect(TwoFeatureRegimes.fit(series.prefix(100), states: 3, seed: 1) == nil)
  }

  private static func agreement(_ a: [Int?], _ b: [Int?]) -> Double {
    let known = zip(a, b).filter { $0.0 != nil && $0.1 != nil }
    return Double(known.filter { $0.0 == $0.1 }.count) / Double(known.count)
  }
}

/// The recorded cases: real candles of BTCUSDT, and a simulation whose true states are known. The values are NumPy's and hmmlearn's.
private struct RegimeCase {
  let series: CandleSeries
  let trends, volatilities: [String]
  let path, filtered, truth: [Int?]

  static let all = [
    "btcusdt": RegimeCase(CaseFile("regimes/btcusdt.csv").rows, series: Fixtures.bitcoin),
    "simulated": RegimeCase(CaseFile("regimes/simulated.csv").rows, series: nil),
  ]

  /// - Parameter series: nil when each row begins with its prices.
  private init(_ rows: [[String]], series: CandleSeries?) {
    let first = series == nil ? 4 : 0
    self.series =
      series
      ?? .of(
        rows.map { (fields: [String]) -> Bar in
          Bar(open: Double(fields[0])!, high: Double(fields[1])!, low: Double(fields[2])!, close: Double(fields[3])!, volume: 1)
        })
    (trends, volatilities) = (rows.map { $0[first] }, rows.map { $0[first + 1] })
    (path, filtered) = (rows.map { Int($0[first + 2]) }, rows.map { Int($0[first + 3]) })
    truth = rows.map { $0.count > first + 4 ? Int($0[first + 4]) : nil }
  }
}
