extension DiagnosticCode {
  /// What is wrong with steps and what they refer to.
  var graphExplanation: Explanation {
    switch self {
    case .unknownStep:
      Explanation(
        "a step waits for one that does not exist", cause: "`needs` names no step, or a step of `finally`, which runs after all others.",
        remedy: "Use the name of a step.",
        wrong: "steps:\n  analyze: { uses: nothing }\n  report: { uses: nothing, needs: [analyse] }",
        right: "steps:\n  analyze: { uses: nothing }\n  report: { uses: nothing, needs: [analyze] }", in: .job)
    case .unknownOperation:
      Explanation(
        "no such operation", cause: "`uses` names no operation of this version.", remedy: "`jobs operations` lists them all.",
        wrong: "uses: binance.ticker", right: "uses: binance.tickers")
    case .unknownParameter:
      Explanation(
        "the operation has no such parameter", cause: "`with` holds a key that the operation does not declare.",
        remedy: "`jobs operations NAME` is the manual page of an operation.",
        wrong: "uses: alphavantage.candles\neach: { symbol: [AAPL] }\nwith: { days: 90 }",
        right: "uses: alphavantage.candles\neach: { symbol: [AAPL] }\nwith: { history: 90d }")
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
        cause: """
          A word with `$` refers to `$watchlist.LIST`, `$config.FILE` or `$parameters.NAME`, and a name in `${{ }}` to a parameter, a step, a
          function or a part of the date; there is no such thing.
          """,
        remedy: "Use a name that exists; put a text that begins with `$` in quotes.",
        wrong: "uses: nothing\neach: { symbol: $watchlist.crpto }",
        right: "uses: nothing\neach: { symbol: $watchlist.crypto }")
    case .unknownOverride:
      Explanation(
        "`--set` names no parameter", cause: "The job declares no parameter of this name.", remedy: "Use one of those under `parameters`.",
        wrong: "jobs run nightly --set histroy=90d",
        right: "jobs run nightly --set history=90d", in: .command)
    case .needsItself:
      Explanation(
        "a step waits for itself", cause: "`needs` names the step it belongs to.", remedy: "Remove it.",
        wrong: "steps:\n  a: { uses: nothing, needs: [a] }",
        right: "steps:\n  a: { uses: nothing }", in: .job)
    case .cycle:
      Explanation(
        "steps wait for each other", cause: "Following `needs` leads back to where it began, so none of these steps could ever start.",
        remedy: "Remove one of the entries at the places of the message.",
        wrong: "steps:\n  a: { uses: nothing, needs: [b] }\n  b: { uses: nothing, needs: [a] }",
        right: "steps:\n  a: { uses: nothing }\n  b: { uses: nothing, needs: [a] }", in: .job)
    case .duplicateStep:
      Explanation(
        "two steps of one name", cause: "A step of `finally` is called as one of `steps`.", remedy: "Rename one.",

        wrong: "steps: { a: { uses: nothing } }\nfinally: { a: { uses: report.run } }",
        right: "steps: { a: { uses: nothing } }\nfinally: { a_report: { uses: report.run } }", in: .job)
    case .emptyJob:
      Explanation(
        "a job without steps", cause: "`steps` is empty.", remedy: "Add a step.", wrong: "steps: {}",
        right: "steps:\n  report: { uses: report.run }", in: .job)
    case .hazard:
      Explanation(
        "one step reads or writes what another writes, and nothing orders them",
        cause: """
          Two steps that are not ordered by `needs` may run at once or in either order, so the later one would see the data of tonight on one
          night and that of yesterday on another. `jobs operations NAME` says what an operation reads and writes.
          """,
        remedy: "Name one in the `needs` of the other, directly or through a step between them.",
        wrong: """
          steps:
            crypto: { uses: binance.candles, each: { symbol: [BTCUSDT], interval: [1d] } }
            quality: { uses: quality.check, with: { rules: $config.quality } }
          """,
        right: """
          steps:
            crypto: { uses: binance.candles, each: { symbol: [BTCUSDT], interval: [1d] } }
            quality: { uses: quality.check, needs: [crypto], with: { rules: $config.quality } }
          """, in: .job)
    case .unknownPool:
      Explanation(
        "no such pool", cause: "`pool` names neither a pool that the job declares nor a provider.",
        remedy: "Declare it under `pools` with the number of tasks that may run in it at once.",
        wrong: "steps:\n  a: { uses: nothing, pool: slow }", right: "pools: { slow: 2 }\nsteps:\n  a: { uses: nothing, pool: slow }",
        in: .job)
    case .emptyEach:
      Explanation(
        "a step without a task", cause: "A dimension of `each` has no values, for example an empty list of the watchlist.",
        consequence: "The step is skipped; the rest of the job runs.", remedy: "Fill the list, or remove the step.",
        wrong: "uses: nothing\neach: { symbol: [] }",
        right: "uses: nothing\neach: { symbol: $watchlist.crypto }")
    default:
      Explanation(
        "a step that never runs", cause: "`when: failure` waits for the failure of a step in `needs`, and there is none.",
        consequence: "The step is skipped every time; the rest of the job runs.",
        remedy: "Name the steps in `needs`, or move the step to `finally`.",

        wrong: "steps:\n  fetch: { uses: nothing }\n  alarm: { uses: nothing, when: failure }",
        right: "steps:\n  fetch: { uses: nothing }\n  alarm: { uses: nothing, when: failure, needs: [fetch] }", in: .job)
    }
  }
}
