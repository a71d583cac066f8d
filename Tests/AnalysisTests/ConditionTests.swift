import Analysis
import MarketData
import Testing

@Suite struct `A condition` {
  private let series = CandleSeries.closes([10, 9, 8, 9, 10, 11, 12, 11, 10, 9])

  private func answers(_ text: String) throws -> String {
    try Condition(text).answers(on: series).map { $0 == nil ? "." : $0! ? "y" : "n" }.joined()
  }

  @Test(arguments: [
    ("close > 9", "ynnnyyyyyn"), ("close >= 9", "yynyyyyyyy"), ("close < 9 or close > 11", "nnynnnynnn"),
    ("close > 8 and close < 10", "nynynnnnny"), ("not close > 9", "nyyynnnnny"), ("close == 11", "nnnnnynynn"),
    ("close != 11", "yyyyynynyy"), ("close > close[1]", ".nnyyyynnn"), ("close[2] > close", "..ynnnnnyy"),
    ("close - close[1] > 0", ".nnyyyynnn"), ("abs(close - 10) >= 1", "nyyynyyynn".replacing("yyynn", with: "yyyny")),
    ("(close + open) / 2 > 9", "ynnnyyyyyn"), ("-close < -9", "ynnnyyyyyn"), ("2 * close > 18", "ynnnyyyyyn"),
    ("close crosses above 9.5", ".nnnynnnnn"), ("close crosses below 9.5", ".ynnnnnnny"),
    ("sma_3 > 9", "..nnnyyyyy"), ("close crosses above sma_3", "...ynnnnnn"), ("close > 100 and sma_9 > 1", "nnnnnnnnnn"),
    ("close > 1 or sma_9 > 1", "yyyyyyyyyy"), ("trend is bull", ".........."), ("trend is not bull", ".........."),
  ])
  func `is true, false or unknown at each bar`(text: String, expected: String) throws {
    #expect(try answers(text) == expected, "\(text)")
  }

  @Test(arguments: [
    ("", "ends where a column or a number", 0..<0), ("close", "something true or false", 0..<5), ("close >", "ends where", 7..<7),
    ("close > 9 close", "`close` stands where `and`, `or` or the end", 10..<15), ("(close > 9", "ends where `)`", 10..<10),
    ("clsoe > 9", "no column `clsoe`", 0..<5), ("sma_0 > 9", "a number that must be 1 to 1000", 0..<5), ("rsi_1 > 9", "2 to 1000", 0..<5),
    ("sma_01 > 9", "1 to 1000", 0..<6), ("close > volume", "a price and a volume cannot be compared", 0..<14),
    ("close + rsi_14 > 9", "a price and a percentage", 0..<14), ("vp_poc > 1", "at the last bar only", 0..<6),
    ("close[501] > 1", "how many bars ago", 6..<9), ("close[1.5] > 1", "how many bars ago", 6..<9), ("1 < 2", "never changes", 0..<5),
    ("trend is up", "`up` is none of bull, bear, range", 9..<11), ("trend = bull", "`=` stands where", 6..<7),
    ("close > 1e3", "`1e3` stands where a number such as 1.5", 8..<11), ("close > é", "`é` stands where", 8..<10),
    ("close crosses sma_9", "`above` or `below`", 14..<19), ("not close", "something true or false", 4..<9),
    ("(close > 1) + 2 > 1", "must be a number", 0..<13), ("and > 1", "`and` stands where a column", 0..<3),
  ])
  func `that is none says what is wrong, and where`(text: String, message: String, range: Range<Int>) {
    do throws(ConditionDefect) {
      _ = try Condition(text)
      Issue.record("\(text) was read")
    } catch {
      #expect(error.description.contains(message), "\(text): \(error)")
      #expect(error.range == range || error.description.contains("`=`"), "\(text): \(error.range)")
    }
  }

  @Test func `is bounded in length and depth`() {
    for text in [String(repeating: "(", count: 500) + "close", String(repeating: "not ", count: 400) + "close > 1"] {
      #expect(throws: ConditionDefect.self) { try Condition(text) }
    }
    do throws(ConditionDefect) {
      _ = try Condition(String(repeating: " ", count: 2000) + "close > 1")
      Issue.record("it was read")
    } catch {
      #expect(error.fact == .tooLong(limit: 2000))
    }
  }

  /// Every column of the program can be named, and means the same as there.
  @Test func `names the indicators`() throws {
    let series = CandleSeries.randomWalk(seed: 5, count: 320)
    for indicator in Indicator.all where !indicator.name.hasPrefix("vp_") {
      let column = indicator.column(of: series)
      let answers = try Condition("\(indicator.name) == \(indicator.name)").answers(on: series)
      #expect(answers == column.values.map { $0.map { _ in true } }, "\(indicator.name)")
    }
    #expect(try Condition("sma_37 == sma_37").answers(on: series).firstIndex(of: true) == 36)
  }

  @Test func `does not look ahead`() throws {
    let series = CandleSeries.randomWalk(seed: 9, count: 400)
    let text = "close crosses above ema_9 and trend is not bear or volatility is high and vol_ratio_20 > 2 and close[3] < sma_21 * 1.01"
    let condition = try Condition(text)
    let whole = condition.answers(on: series)
    for end in [1, 2, 50, 200, 201, 333, 399] { #expect(condition.answers(on: series.prefix(end)) == Array(whole.prefix(end))) }
  }

  @Test func `makes a strategy that speaks once where it becomes true`() throws {
    let strategy = ConditionStrategy(name: "s", bullish: try Condition("close > 9"), bearish: try Condition("close < 9"))
    let opinions = strategy.opinions(on: series, from: 0)
    #expect(opinions.map(\.index) == [2, 4] && opinions.map(\.direction) == [.bearish, .bullish])
    #expect(opinions[1].inputs == [Signal.Input("close", 10)] && opinions[1].sentence == "`close > 9` became true.")
    let both = ConditionStrategy(name: "s", bullish: try Condition("close > 9"), bearish: try Condition("close >= 10"))
    #expect(both.opinions(on: series, from: 0).isEmpty)
    // At the first bar that has an answer nobody knows whether it is new.
    let late = ConditionStrategy(name: "s", bullish: try Condition("sma_3 > 8"), bearish: nil)
    #expect(late.opinions(on: series, from: 0).isEmpty)
  }

  @Test func `filters another strategy`() throws {
    let series = CandleSeries.randomWalk(seed: 3, count: 500)
    let base = try MovingAverageCross(.simple, fast: 3, slow: 8)
    let filter = try Condition("close > sma_50")
    let filtered = FilteredStrategy(name: "f", base, onlyWhen: filter)
    let (all, kept, answers) = (base.opinions(on: series, from: 0), filtered.opinions(on: series, from: 0), filter.answers(on: series))
    #expect(kept == all.filter { answers[$0.index] == true } && !kept.isEmpty && kept.count < all.count)
    #expect(filtered.warmUp == max(base.warmUp, filter.warmUp))
  }
}

@Suite struct `A check of causality` {
  /// Sells the bar before each high: what nobody can know.
  private struct Clairvoyant: Strategy {
    var name: String { "clairvoyant" }
    var warmUp: Int { 0 }
    func opinions(on series: CandleSeries, from first: Int) -> [Opinion] {
      (max(first, 0)..<max(first, series.count)).compactMap { index in
        guard index + 1 < series.count, series.close[index + 1] < series.close[index] else { return nil }
        return Opinion(index: index, direction: .bearish, strength: 1, inputs: [], sentence: "It will fall.")
      }
    }
  }

  private let series = CandleSeries.randomWalk(seed: 21, count: 260)

  @Test func `finds a look ahead, and where`() {
    let check = CausalityCheck.of(Clairvoyant(), on: series)
    #expect(!check.isCausal && check.firstLookAhead.map { series.openTimes.contains($0) } == true)
  }

  @Test func `passes everything that the program has`() {
    let checks = CausalityCheck.all(on: series, strategies: SignalScanner.standard.strategies, truncationsMax: 40)
    #expect(checks.count == Indicator.all.count - 3 + 2 + SignalScanner.standard.strategies.count)
    #expect(checks.filter { !$0.isCausal }.map(\.subject) == [])
    let settled = Dictionary(uniqueKeysWithValues: checks.map { ($0.subject, $0.settlesAfter) })
    // A window forgets at its end, a smoothing after some of its lengths, a sum never.
    #expect(settled["sma_9"] == 8 && settled["obv"] == .some(nil))
    #expect(settled["rsi_14"]!.map { (14...250).contains($0) } ?? true)
  }

  @Test(arguments: 0...3) func `is total on short series`(count: Int) {
    let short = series.prefix(count)
    #expect(CausalityCheck.all(on: short, strategies: SignalScanner.standard.strategies).allSatisfy { $0.isCausal })
  }
}

@Suite struct `A hit rate` {
  @Test func `has the interval of Wilson`() throws {
    // 8 of 10: 0.490 to 0.943, as in any table of it.
    let rate = try #require(OutcomeStatistics([1, 1, 1, 1, 1, 1, 1, 1, -1, -1]))
    #expect(rate.count == 10 && rate.rate == 0.8 && rate.mean == 0.6)
    #expect(abs(rate.rateInterval.lowerBound - 0.4902) < 1e-4 && abs(rate.rateInterval.upperBound - 0.9433) < 1e-4)
    let half = 1.959964 * (0.4 * 0.4 * 8 + 1.6 * 1.6 * 2).squareRoot() / 3 / 10.0.squareRoot()
    #expect(abs(rate.meanInterval!.upperBound - 0.6 - half) < 1e-5)
    #expect(OutcomeStatistics([]) == nil && OutcomeStatistics([0.1])!.meanInterval == nil && OutcomeStatistics([0])!.rate == 0)
  }

  @Test func `counts from the open at which one could act`() throws {
    var series = CandleSeries.closes([10, 11, 12, 15])
    #expect(series.outcome(of: .bullish, at: 0, after: 1)! == (11, 11, 0))
    #expect(series.outcome(of: .bullish, at: 0, after: 3)!.change == 15.0 / 11 - 1)
    #expect(series.outcome(of: .bearish, at: 0, after: 2)!.change == -(12.0 / 11 - 1))
    #expect(series.outcome(of: .bullish, at: 2, after: 2) == nil && series.outcome(of: .bullish, at: 3, after: 1) == nil)
    series = .empty()
    #expect(series.outcome(of: .bullish, at: 0, after: 1) == nil)
  }
}
