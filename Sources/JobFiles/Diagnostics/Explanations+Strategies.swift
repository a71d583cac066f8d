extension DiagnosticCode {
  /// What is wrong with a file in Jobs/strategies.
  var strategyExplanation: Explanation {
    switch self {
    case .badCondition:
      Explanation(
        "a condition of a strategy that cannot be read",
        cause:
          "A bracket is left open, something is missing, a price is compared with a volume or a percentage, or a number stands where something true or false must.",
        remedy: "The caret stands where reading stopped. Strategies, the page about conditions, lists all words and signs.",
        wrong: "strategy: example\nbullish: close > rsi_14", right: "strategy: example\nbullish: rsi_14 > 70", in: .strategy)
    case .unknownColumn:
      Explanation(
        "a column that a condition cannot name",
        cause: "No price or indicator has this name, its period is out of range, or it has a value at the last bar only.",
        remedy: "`jobs analyze indicators --help` prints the names; behind many of them stands a period of your choice.",
        wrong: "strategy: example\nbullish: close crosses above sma_0", right: "strategy: example\nbullish: close crosses above sma_37",
        in: .strategy)
    default:
      Explanation(
        "parameters that make no strategy",
        cause: "The fast period is not below the slow one, a threshold is out of order, or a grid is given to a strategy without periods.",
        remedy: "The message says what must hold.",
        wrong: "strategy: example\ntemplate: ma_cross\nwith: { fast: 21, slow: 9 }",
        right: "strategy: example\ntemplate: ma_cross\nwith: { fast: 9, slow: 21 }", in: .strategy)
    }
  }
}
