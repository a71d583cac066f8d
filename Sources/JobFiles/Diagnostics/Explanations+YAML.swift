extension DiagnosticCode {
  /// What is wrong with a file before its meaning is looked at.
  var yamlExplanation: Explanation {
    switch self {
    case .unreadable:
      Explanation(
        "a file cannot be read", cause: "It does not exist, or the account that runs `jobs` may not read it.",
        remedy: "Look at the path; `jobs list` shows the jobs there are, `--root DIR` says where the project is.",
        wrong: "jobs check Jobs/nigthly.yaml", right: "jobs check Jobs/nightly.yaml", in: .command)
    case .forbiddenCharacter:
      Explanation(
        "a character that does not belong into a file",
        cause: "The file is not UTF-8, or holds a control character, a NUL, a lone carriage return, or a tab that indents.",
        remedy: "Save the file as UTF-8 and indent with spaces. In double quotes a control character can be written as an escape: \"\\t\".",
        wrong: "steps:\n\ta: { uses: report.run }", right: "steps:\n  a: { uses: report.run }", in: .job)
    case .notYAML:
      Explanation(
        "the text is not YAML",
        cause: "A quote or bracket is left open, a key is not in the column of its siblings, a text holds `: ` unquoted.",
        remedy: "The caret stands where reading stopped; the mistake is there or shortly before.",
        wrong: "uses: nothing\ndescription: Prices: daily", right: "uses: nothing\ndescription: \"Prices: daily\"")
    case .tooLarge:
      Explanation(
        "the file is larger than a configuration",
        cause: "More than \(StrictYAML.bytesMax) bytes, \(StrictYAML.nodesMax) values or \(StrictYAML.depthMax) levels.",
        remedy: "Split the job; lists of symbols belong into Jobs/config/watchlist.yaml.",
        wrong: "crypto: \(String(repeating: "[", count: 40))\(String(repeating: "]", count: 40))", right: "crypto: [BTCUSDT, ETHUSDT]",
        in: .configuration("watchlist"))
    case .duplicateKey:
      Explanation(
        "a key stands twice in one mapping", cause: "Two lines give the same key; YAML readers would silently keep one of them.",
        remedy: "Remove one, or give it another name.", wrong: "uses: nothing\ntimeout: 1h\ntimeout: 2h",
        right: "uses: nothing\ntimeout: 2h")
    case .refusedYAML:
      Explanation(
        "a part of YAML that is not read here",
        cause: "Anchors, aliases, merge keys and tags make a value depend on a far place, and a small file expand into a large one.",
        remedy: "Write the value where it is used; what is used often is a parameter or a file in Jobs/config.",
        wrong: "equities: &shares [AAPL]", right: "equities: [AAPL]", in: .configuration("watchlist"))
    case .tooManyMistakes:
      Explanation(
        "more mistakes than anyone reads",
        cause: "The file has more than \(MistakeList.errorsMax) errors; the rest is counted, not listed.",
        remedy: "Begin with the first; one mistake is often the cause of many.",
        wrong: "# a file of another program, with more mistakes than these",
        right: "steps: { a: { uses: nothing } }", in: .job)
    default:
      Explanation(
        "several documents in one file", cause: "A line `---` or `...` ends the first document, and more follows.",
        remedy: "One file holds one job or one part of the configuration; move the rest into a file of its own.",
        wrong: "steps: { a: { uses: nothing } }\n---\nsteps: { b: { uses: nothing } }", right: "steps: { a: { uses: nothing } }", in: .job)
    }
  }
}
