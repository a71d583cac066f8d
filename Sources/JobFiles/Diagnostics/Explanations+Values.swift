extension DiagnosticCode {
  /// What is wrong with a single key or value.
  var valueExplanation: Explanation {
    switch self {
    case .unknownKey:
      Explanation(
        "a key that is not known here", cause: "It is misspelt, or belongs to another place.",
        remedy: "Use the name that the message gives, or one of the keys it lists.", wrong: "uses: nothing\nretires: 3",
        right: "uses: nothing\nretry: { attempts: 3 }")
    case .wrongType:
      Explanation(
        "a value of another type than expected",
        cause:
          "Values are typed: true and false, whole numbers, numbers, texts, lists, mappings. `no`, `010`, `1e3` and `12:30:00` are texts.",
        remedy: "Write what is expected; put a text that looks like something else in quotes.", wrong: "uses: nothing\npriority: high",
        right: "uses: nothing\npriority: 10")
    case .missingKey:
      Explanation(
        "a key is missing", cause: "The mapping cannot be understood without it.", remedy: "Add it.", wrong: "timeout: 1m",
        right: "uses: binance.tickers\ntimeout: 1m")
    case .badName:
      Explanation(
        "not a name", cause: "A name is \(Names.expectation).", remedy: "Choose another.", wrong: "steps:\n  1st step: { uses: nothing }",
        right: "steps:\n  first_step: { uses: nothing }", in: .job)
    case .outOfRange:
      Explanation(
        "a number out of its range", cause: "The value has the right type, but means nothing there.",
        remedy: "Stay in the range of the message.",
        wrong: "uses: nothing\ntolerate: 120%", right: "uses: nothing\ntolerate: 20%")
    case .badZone:
      Explanation(
        "no such time zone", cause: "Zones are names of the IANA database, or UTC; abbreviations such as CET have several meanings.",
        remedy: "Use Area/City.", wrong: "time_zone: EST\nsteps: { a: { uses: nothing } }",
        right: "time_zone: America/New_York\nsteps: { a: { uses: nothing } }", in: .job)
    case .badCalendar:
      Explanation(
        "no such market calendar", cause: "Only the sessions of the calendars in the message are known.",
        remedy: "Use one of them, or leave the key out.",
        wrong: "uses: nothing\ncalendar: NYSE", right: "uses: nothing\ncalendar: XNYS")
    case .badDuration:
      Explanation(
        "not a duration", cause: "A duration is \(DurationText.expectation). `m` is a minute; a year has 365 days.", remedy: "Write it so.",
        wrong: "uses: nothing\ntimeout: 1h30m", right: "uses: nothing\ntimeout: 90m")
    case .unknownWord:
      Explanation(
        "not one of the words", cause: "The key takes one of a few words.", remedy: "Use one of those in the message.",
        wrong: "overlap: wait\nsteps: { a: { uses: nothing } }",
        right: "overlap: queue\nsteps: { a: { uses: nothing } }", in: .job)
    case .nameIsNotFile:
      Explanation(
        "the name of the job is not that of its file",
        cause: "`job: a` stands in a file that is not a.yaml; history would mix two jobs up.",
        remedy: "Rename one of them.", wrong: "# Jobs/example.yaml\njob: daily\nsteps: { a: { uses: nothing } }",
        right: "# Jobs/example.yaml\njob: example\nsteps: { a: { uses: nothing } }", in: .job)
    case .badSymbol:
      Explanation(
        "not a symbol", cause: "A symbol has 1 to 64 bytes and no white space, control characters or slashes.",
        remedy: "Write it as its market does.", wrong: "crypto: [BTC/USDT]", right: "crypto: [BTCUSDT]",
        in: .configuration("watchlist"))
    case .similarSymbol:
      Explanation(
        "a symbol that looks like a slip",
        cause:
          "It is none of the pairs in Jobs/config/instruments.yaml, and one slip away from one of them, or paid in what nobody pays in.",
        consequence: "The job runs; where the exchange has no such pair, the task of this symbol fails.",
        remedy: "Correct it. When it is a pair, add it to instruments.yaml.", wrong: "crypto: [BTCUSTD]", right: "crypto: [BTCUSDT]",
        in: .configuration("watchlist"))
    case .unwatchedAlert:
      Explanation(
        "an alert that nothing looks at",
        cause: "An alert names a symbol that no step `uses: analysis.alerts` of any job has in its `each`, or it names none.",
        consequence: "The jobs run; the alert never fires on this symbol.",
        remedy: "Add the symbol to the list that those steps follow, or correct it.",
        wrong: "up: { symbol: BTCUSD, when: { price_above: 100000 } }", right: "up: { symbol: BTCUSDT, when: { price_above: 100000 } }",
        in: .configuration("alerts"))
    case .badURL:
      Explanation(
        "an address that requests must not go to",
        cause:
          "Requests are encrypted (https), except to this machine itself; a base address has no user, password, query or fragment.",
        remedy: "Use https; keys are secrets, stored by `jobs secrets set NAME`.", wrong: "desk:\n  base_url: http://example.com",
        right: "desk:\n  base_url: https://example.com", in: .configuration("providers"))
    case .missingSecret:
      Explanation(
        "a secret that the file needs is not there",
        cause: "The database of realtime.yaml lets in nobody without a key; none is stored, or it cannot be used.",
        consequence: "The night is computed and kept; what the database must be told waits until the key is there.",
        remedy: "Store it: `jobs secrets set NAME < key.json`.",
        wrong: "sink: firebase\ndatabase: https://desk-default-rtdb.firebaseio.com", right: "sink: embedded", in: .configuration("realtime")
      )
    default:
      Explanation(
        "an entry stands twice in a list", cause: "The second one would do nothing, or be done twice.", remedy: "Remove it.",
        wrong: "crypto: [BTCUSDT, BTCUSDT]", right: "crypto: [BTCUSDT]", in: .configuration("watchlist"))
    }
  }
}
