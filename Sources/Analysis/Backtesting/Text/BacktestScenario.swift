public import Foundation

/// What a backtest is to do: the content of `scenario.json`.
public struct BacktestScenario: Sendable, Equatable {
  public var terms: TradingTerms
  /// Bars of a year, above zero.
  public var periodsPerYear: Double
  public var strategy: StrategyChoice
  /// How many rules were tried before, for the deflated Sharpe ratio.
  public var trials: SharpeTrials?
  public var grid: GridPeriods?
  public var walkForward: WalkForward?
  public var monteCarlo: MonteCarlo?
  /// The pair that the simulation plays; nil for the strategy itself.
  public var monteCarloPair: CrossGrid.Pair?
  /// Keys that nobody asked for.
  public var ignored: [String] = []

  public enum StrategyChoice: Sendable, Equatable {
    /// The decisions stand in a file of their own.
    case targets
    case rule(TradingRule)
    /// Lines without periods: the grid has them.
    case lines(CrossGrid.Lines)
  }

  public struct GridPeriods: Sendable, Equatable {
    public var fast: [Int]
    public var slow: [Int]
  }

  /// The lines that a grid of this scenario crosses; nil for strategies without a fast and a slow period.
  public var lines: CrossGrid.Lines? {
    switch strategy {
    case .lines(let lines): lines
    case .rule(.averageCross(let kind, _, _)): .averages(kind)
    case .rule(.macd(_, _, let signal)): .macd(signal: signal)
    default: nil
    }
  }
}

extension BacktestScenario {
  /// Reads a scenario.
  /// - Throws: ``ScenarioDefect`` that names the first key that is wrong, and its value.
  public init(json: Data) throws(ScenarioDefect) {
    var fields = try ScenarioFields(try Self.document(json))
    terms = try Self.terms(&fields)
    periodsPerYear = try fields.required("periods_per_year", try fields.number("periods_per_year"))
    guard periodsPerYear > 0, periodsPerYear <= 1e9 else {
      throw .number(.outOfRange(key: "periods_per_year", value: periodsPerYear, wanted: "above 0 and at most 1e9"))
    }
    var nested: [ScenarioFields] = []
    var choice = try fields.required("strategy", try fields.object("strategy"))
    strategy = try StrategyChoice(&choice)
    nested.append(choice)
    if let count = try fields.integer("trials"), let deviation = try fields.number("trial_sharpe_std") {
      trials = try Self.checked { () throws(BacktestDefect) in try SharpeTrials(count: count, deviation: deviation) }
    }
    if var object = try fields.object("grid") {
      grid = GridPeriods(fast: try object.integers("fast"), slow: try object.integers("slow"))
      nested.append(object)
    }
    if var object = try fields.object("walk_forward") {
      walkForward = try WalkForward(&object, tradesMin: try fields.integer("min_trades"))
      nested.append(object)
    }
    if var object = try fields.object("monte_carlo") {
      monteCarlo = try MonteCarlo(&object)
      if let fast = try object.integer("fast"), let slow = try object.integer("slow") {
        monteCarloPair = CrossGrid.Pair(fast: fast, slow: slow)
      }
      nested.append(object)
    }
    ignored = fields.ignored + nested.flatMap(\.ignored)
  }

  private static func document(_ json: Data) throws(ScenarioDefect) -> JSONDocument {
    do {
      return try JSONDecoder().decode(JSONDocument.self, from: json)
    } catch { throw .notJSON("it ends early, or a sign is missing or too many") }
  }

  private static func terms(_ fields: inout ScenarioFields) throws(ScenarioDefect) -> TradingTerms {
    let cash = try fields.number("cash") ?? 10_000
    let (fee, slippage) = (try fields.number("fee") ?? 0, try fields.number("slippage") ?? 0)
    let (stop, target) = (try fields.number("stop_loss"), try fields.number("take_profit"))
    return try checked { () throws(BacktestDefect) in
      try TradingTerms(cash: cash, fee: fee, slippage: slippage, stopLoss: stop, takeProfit: target)
    }
  }

  static func checked<Value>(_ make: () throws(BacktestDefect) -> Value) throws(ScenarioDefect) -> Value {
    do throws(BacktestDefect) { return try make() } catch { throw .number(error) }
  }
}
