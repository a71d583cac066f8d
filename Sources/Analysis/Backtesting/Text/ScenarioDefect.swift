/// Why a scenario or a file of targets cannot be read.
public enum ScenarioDefect: Error, Sendable, Equatable {
  case notJSON(String)
  /// A key that must be there is not.
  case missing(key: String)
  /// A value is of another kind than its key wants; the value as it stands, shortened.
  case wrongKind(key: String, value: String, wanted: String)
  case unknownStrategy(String)
  /// Periods to try, and a strategy that has no fast and slow ones.
  case noGrid
  /// The strategy reads its decisions from a file, and there is none.
  case missingTargets
  case number(BacktestDefect)
  /// A line of the targets, counted from 1.
  case target(line: Int, message: String)
}

extension ScenarioDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notJSON(let reason): "the scenario is not JSON: \(reason)"
    case .missing(let key): "the scenario has no `\(key)`"
    case .wrongKind(let key, let value, let wanted): "`\(key)` is \(value); it must be \(wanted)"
    case .unknownStrategy(let name):
      "`strategy.type` is `\(name)`; there are targets sma_cross ema_cross macd rsi bb_breakout"
    case .noGrid: "`fast` and `slow` of a grid or a simulation need a strategy that crosses lines: sma_cross, ema_cross or macd"
    case .missingTargets: "`strategy.type` is `targets`, and no file of targets is given"
    case .number(let defect): "\(defect)"
    case .target(let line, let message): "line \(line) of the targets: \(message)"
    }
  }
}
