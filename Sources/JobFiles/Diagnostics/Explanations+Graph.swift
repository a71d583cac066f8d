extension DiagnosticCode {
  /// What is wrong with steps and what they refer to.
  var graphExplanation: Explanation {
    switch self {
    case .unknownStep:
      Explanation(
        "a step waits for one that does not exist", cause: "`needs` names no step, or a step of `finally`, which runs after all others.",
        remedy: "Use the name of a step.", wrong: "needs: [analyse]", right: "needs: [analyze]")
    case .unknownOperation:
      Explanation(
        "no such operation", cause: "`uses` names no operation of this version.", remedy: "`jobs operations` lists them all.",
        wrong: "uses: binance.klines", right: "uses: binance.candles")
    case .unknownParameter:
      Explanation(
        "the operation has no such parameter", cause: "`with` holds a key that the operation does not declare.",
        remedy: "`jobs operations NAME` is the manual page of an operation.", wrong: "with: { days: 90 }", right: "with: { history: 90d }")
    case .missingParameter:
      Explanation(
        "a parameter is missing", cause: "The operation cannot work without it.", remedy: "Add it to `with`.",
        wrong: "uses: quality.check", right: "uses: quality.check\nwith: { rules: $config.quality }")
    case .wrongDimensions:
      Explanation(
        "`each` does not fit the operation",
        cause: "An operation works once for each combination of the dimensions it declares, of all and no others.",
        remedy: "Give every dimension a list.", wrong: "uses: binance.candles\neach: { symbol: [BTCUSDT] }",
        right: "uses: binance.candles\neach: { symbol: [BTCUSDT], interval: [1d] }")
    case .undefinedReference:
      Explanation(
        "a reference to nothing",
        cause: "A word with `$` refers to `$watchlist.LIST`, `$config.FILE` or `$parameters.NAME`, and there is no such thing.",
        remedy: "Use a name that exists; put a text that begins with `$` in quotes.", wrong: "symbol: $watchlist.crpto",
        right: "symbol: $watchlist.crypto")
    case .unknownOverride:
      Explanation(
        "`--set` names no parameter", cause: "The job declares no parameter of this name.", remedy: "Use one of those under `parameters`.",
        wrong: "jobs run nightly --set histroy=90d", right: "jobs run nightly --set history=90d")
    case .needsItself:
      Explanation(
        "a step waits for itself", cause: "`needs` names the step it belongs to.", remedy: "Remove it.", wrong: "a: { needs: [a] }",
        right: "a: { }")
    case .cycle:
      Explanation(
        "steps wait for each other", cause: "Following `needs` leads back to where it began, so none of these steps could ever start.",
        remedy: "Remove one of the entries at the places of the message.", wrong: "a: { needs: [b] }\nb: { needs: [a] }",
        right: "a: { }\nb: { needs: [a] }")
    case .duplicateStep:
      Explanation(
        "two steps of one name", cause: "A step of `finally` is called as one of `steps`.", remedy: "Rename one.",
        wrong: "steps: { a: ... }\nfinally: { a: ... }", right: "steps: { a: ... }\nfinally: { a_report: ... }")
    case .emptyJob:
      Explanation(
        "a job without steps", cause: "`steps` is empty.", remedy: "Add a step.", wrong: "steps: {}",
        right: "steps:\n  report: { uses: report.run }")
    case .emptyEach:
      Explanation(
        "a step without a task", cause: "A dimension of `each` has no values, for example an empty list of the watchlist.",
        consequence: "The step is skipped; the rest of the job runs.", remedy: "Fill the list, or remove the step.",
        wrong: "each: { symbol: [] }",
        right: "each: { symbol: $watchlist.crypto }")
    default:
      Explanation(
        "a step that never runs", cause: "`when: failure` waits for the failure of a step in `needs`, and there is none.",
        consequence: "The step is skipped every time; the rest of the job runs.",
        remedy: "Name the steps in `needs`, or move the step to `finally`.",
        wrong: "alarm: { uses: shell, when: failure }", right: "alarm: { uses: shell, when: failure, needs: [fetch] }")
    }
  }
}
