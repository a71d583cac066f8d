extension BacktestScenario.StrategyChoice {
  init(_ fields: inout ScenarioFields) throws(ScenarioDefect) {
    let type = try fields.required("type", try fields.text("type"))
    switch type {
    case "targets": self = .targets
    case "sma_cross": self = try Self.crossing(.averages(.simple), &fields)
    case "ema_cross": self = try Self.crossing(.averages(.exponential), &fields)
    case "macd": self = try Self.crossing(.macd(signal: try fields.integer("signal") ?? 9), &fields)
    case "rsi":
      self = try Self.checked(
        .rsi(period: try fields.integer("period") ?? 14, low: try fields.number("low") ?? 30, high: try fields.number("high") ?? 70))
    case "bb_breakout":
      self = try Self.checked(.bollingerBreakout(period: try fields.integer("period") ?? 20, deviations: try fields.number("k") ?? 2))
    default: throw .unknownStrategy(String(type.prefix(40)))
    }
  }

  private static func crossing(_ lines: CrossGrid.Lines, _ fields: inout ScenarioFields) throws(ScenarioDefect) -> Self {
    let (fast, slow) = (try fields.integer("fast"), try fields.integer("slow"))
    switch (fast, slow) {
    case (nil, nil): return .lines(lines)
    case (let fast?, let slow?):
      switch lines {
      case .averages(let kind): return try checked(.averageCross(kind, fast: fast, slow: slow))
      case .macd(let signal): return try checked(.macd(fast: fast, slow: slow, signal: signal))
      }
    default: throw .missing(key: fast == nil ? "strategy.fast" : "strategy.slow")
    }
  }

  private static func checked(_ rule: TradingRule) throws(ScenarioDefect) -> Self {
    .rule(try BacktestScenario.checked { () throws(BacktestDefect) in try rule.validated() })
  }
}

extension WalkForward {
  /// - Parameter tradesMin: what the scenario says outside this object.
  init(_ fields: inout ScenarioFields, tradesMin outer: Int?) throws(ScenarioDefect) {
    let inSample = try fields.required("in_sample", try fields.integer("in_sample"))
    let outOfSample = try fields.required("out_of_sample", try fields.integer("out_of_sample"))
    let (step, isAnchored) = (try fields.integer("step") ?? outOfSample, try fields.flag("anchored"))
    let tradesMin = try fields.integer("min_trades") ?? outer ?? 1
    self = try BacktestScenario.checked { () throws(BacktestDefect) in
      try WalkForward(inSample: inSample, outOfSample: outOfSample, step: step, isAnchored: isAnchored, tradesMin: tradesMin)
    }
  }
}

extension MonteCarlo {
  init(_ fields: inout ScenarioFields) throws(ScenarioDefect) {
    let seed = try fields.required("seed", try fields.integer("seed"))
    let paths = try fields.required("paths", try fields.integer("paths"))
    let (block, limit) = (try fields.integer("block"), try fields.number("drawdown_limit"))
    self = try BacktestScenario.checked { () throws(BacktestDefect) in
      try demand("monte_carlo.seed", Double(seed), "at least 0") { $0 >= 0 }
      return try MonteCarlo(seed: UInt64(seed), paths: paths, block: block, drawdownLimit: limit)
    }
  }
}
