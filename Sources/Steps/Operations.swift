public import JobGraph
import MarketData
import Providers

/// What the operations of this program say about themselves: the one list that checks, manual pages, plans and docs are made from.
public enum Operations {
  public static let all: [OperationDeclaration] = [
    instruments, binanceCandles, tickers, binanceDepth, binanceTrades, alphaVantageCandles, alphaVantageCurrencies,
    alphaVantageDigitalCurrencies, alphaVantageCompany, alphaVantageMarket, referenceRates, companies, quality, indicators,
    volume, patterns, regimes, signals, alerts, outcomes, backtest, nightlyReport,
    runReport, prune, backup, drill, push, pull, results, shell,
    notifySend, nothing,
  ]

  /// Its tasks fetch one series each.
  static func bringsCandles(_ operation: String) -> Bool {
    operation.hasSuffix(".candles") || [alphaVantageCurrencies.name, alphaVantageDigitalCurrencies.name].contains(operation)
  }

  static let instruments = OperationDeclaration(
    name: "binance.instruments", summary: "Fetches what the exchange lists: pairs, their state, tick and lot sizes.",
    discussion: "One request of weight 20. Instruments that are no longer listed keep their last description.",
    writes: [DataAccess("instruments", ["source": .is("binance")]), .appending(to: "raw_responses")], provider: "binance")

  static let binanceCandles = OperationDeclaration(
    name: "binance.candles", summary: "Brings the candles of a pair up to the logical date.",
    discussion: """
      Asks only for what the watermark says is missing, and for the last three bars again, since history is restated. A bar that had not
      closed at the logical date is never stored. Bars off the grid are kept as they are; rows that are no candles go to quarantine. Holes
      stay holes: they are asked for again after 1, 2, 4 … days, at most 64, in ten requests a night. Deep history of short intervals comes
      from the bulk archive (`binance_archive` and `binance_listing` in providers.yaml), each file verified by its checksum, where that
      saves twenty requests or more; what the archive lacks comes from the API, and a warning says so.
      """,
    dimensions: ["symbol", "interval"],
    parameters: [
      ParameterDeclaration("history", .duration, default: .string("all"), summary: "how far back: 90d, 2y, or all"),
      ParameterDeclaration(
        "archive", .oneOf(["auto", "never"]), default: .string("auto"), summary: "auto: the bulk archive where it saves requests"),
    ],
    reads: ofSeries(binanceSeries, ["candles", "watermarks", "candle_holes"]),
    writes: ofSeries(binanceSeries, seriesTables + ["candle_holes"]) + [.appending(to: "raw_responses"), .appending(to: "outbox")],
    provider: "binance")

  /// What is written of a series, row by row.
  private static let seriesTables = ["candles", "candle_revisions", "candle_pages", "quarantine", "watermarks"]
  private static let binanceSeries: [String: DataAccess.Selector] = [
    "source": .is("binance"), "symbol": .each("symbol"), "interval": .each("interval"),
  ]
  private static let shareSeries: [String: DataAccess.Selector] = [
    "source": .is("alphavantage"), "symbol": .each("symbol"), "interval": .with("interval"),
  ]

  static func ofSeries(_ slice: [String: DataAccess.Selector], _ tables: [String]) -> [DataAccess] {
    tables.map { DataAccess($0, slice) }
  }

  static let tickers = OperationDeclaration(
    name: "binance.tickers", summary: "Fetches the figures of the last 24 hours.",
    parameters: [ParameterDeclaration("symbols", .list(of: .text), summary: "the pairs; all of them when left out")],
    writes: [DataAccess("tickers", ["source": .is("binance")]), .appending(to: "raw_responses")], provider: "binance")

  private static let binancePair: [String: DataAccess.Selector] = ["source": .is("binance"), "symbol": .each("symbol")]

  private static let tradesOfPair = binancePair.merging(["kind": .with("kind")]) { $1 }

  static let binanceDepth = OperationDeclaration(
    name: "binance.depth", summary: "Fetches the order book of a pair: the best prices bid and asked, with their quantities.",
    discussion: """
      A book is a thing of the moment: one per pair and logical date is kept, and none for a logical date that is more than a day old.
      Weight 5 up to 100 levels, 25 up to 500, 50 up to 1000, 250 up to 5000.
      """,
    dimensions: ["symbol"],
    parameters: [ParameterDeclaration("levels", .integer(1...5000), default: .int(100), summary: "prices on each side")],
    writes: ofSeries(binancePair, ["depth_snapshots", "depth_levels"]) + [.appending(to: "raw_responses")], provider: "binance")

  static let binanceTrades = OperationDeclaration(
    name: "binance.trades", summary: "Brings the trades of a pair up to the logical date, by their numbers.",
    discussion: """
      `kind: agg` asks for trades that the exchange joined (one order, one price) from the last stored number on, a thousand a request of
      weight 4; the first time from `history` before the logical date. `kind: trades` asks for single ones: the public host gives the
      last thousand only (weight 25), and what was between is counted as missed. What one run leaves, the next one goes on with.
      """,
    dimensions: ["symbol"],
    parameters: [
      ParameterDeclaration("kind", .oneOf(["agg", "trades"]), default: .string("agg"), summary: "joined trades, or single ones"),
      ParameterDeclaration("history", .duration, default: .string("1h"), summary: "how far back the first time: 1h, 2d"),
      ParameterDeclaration("requests_max", .integer(1...500), default: .int(50), summary: "requests of one run, for joined trades"),
    ],
    reads: ofSeries(tradesOfPair, ["trades", "agg_trades", "trade_marks"]),
    writes: ofSeries(tradesOfPair, ["trades", "agg_trades", "trade_marks", "trade_pages"]) + [.appending(to: "raw_responses")],
    provider: "binance")

  static let alphaVantageCandles = OperationDeclaration(
    name: "alphavantage.candles", summary: "Brings the candles of a share up to the last closed session.",
    discussion: """
      One request per symbol and night. Prices are kept raw as traded; dividends and splits apart. The adjusted series is asked for first;
      where the key's plan does not include it, that is remembered for a day and the plain series is taken instead. The provider's adjusted
      closes are compared with those that dividends and splits give; a difference above 1 % is a finding of the rule `adjustment`.
      A week and a month come when their last session has closed. Bars within a day are those of the session, without the hours before
      and after it; each month that is missing is a request.
      """,
    dimensions: ["symbol"],
    parameters: [
      ParameterDeclaration(
        "history", .duration, summary: "how far back: 90d, 2y, or all; when left out all, but of bars within a day 30 days"),
      ParameterDeclaration(
        "interval", .oneOf(["1m", "5m", "15m", "30m", "1h", "1d", "1w", "1M"]), default: .string("1d"), summary: "how long a candle lasts"),
      ParameterDeclaration("adjusted", .flag, default: .bool(true), summary: "ask for dividends and splits too"),
      form,
    ], reads: ofSeries(shareSeries, ["candles", "watermarks"]),
    writes: ofSeries(shareSeries, seriesTables + ["quality_results"])
      + [
        .appending(to: "corporate_actions", ["source": .is("alphavantage"), "symbol": .each("symbol")]), .appending(to: "raw_responses"),
        .appending(to: "outbox"),
      ],
    provider: "alphavantage", secret: "alphavantage")

  private static let form = ParameterDeclaration(
    "form", .oneOf(AlphaVantage.Form.allCases.map(\.rawValue)), default: .string("json"),
    summary: "csv is a third of the bytes, but does not say whose series it is")

  static let alphaVantageCurrencies = pairCandles(
    "alphavantage.fx", source: "alphavantage_fx", summary: "Brings the daily candles of a pair of currencies: EURUSD.",
    discussion: """
      Monday to Friday, in days of UTC. A currency has no volume: it is stored as 0. The series stand under the source `alphavantage_fx`.
      """)

  static let alphaVantageDigitalCurrencies = pairCandles(
    "alphavantage.crypto", source: "alphavantage_crypto", summary: "Brings the daily candles of a digital currency: BTCEUR.",
    discussion: """
      The last three letters are the market, which prices are in; both shapes of the answer are read. The series stand under the source
      `alphavantage_crypto`.
      """)

  private static func pairCandles(_ name: String, source: String, summary: String, discussion: String) -> OperationDeclaration {
    let series: [String: DataAccess.Selector] = ["source": .is(source), "symbol": .each("symbol"), "interval": .is("1d")]
    return OperationDeclaration(
      name: name, summary: summary, discussion: discussion, dimensions: ["symbol"],
      parameters: [
        ParameterDeclaration("history", .duration, default: .string("all"), summary: "how far back: 90d, 2y, or all"), form,
      ], reads: ofSeries(series, ["candles", "watermarks"]),
      writes: ofSeries(series, seriesTables) + [.appending(to: "raw_responses"), .appending(to: "outbox")], provider: "alphavantage",
      secret: "alphavantage")
  }

  static let alphaVantageCompany = OperationDeclaration(
    name: "alphavantage.company", summary: "Fetches what is told about a share beside its candles: quote, overview, earnings or news.",
    discussion: """
      One request per symbol. `quote` is the last session, `overview` the company with its figures, `earnings` what it earned per share
      against what was expected, `news` articles with the mood they are held to have. Text from outside is stored as one printable line.
      Tables: quotes, company_overviews, earnings, news and news_symbols.
      """,
    dimensions: ["symbol"],
    parameters: [
      ParameterDeclaration("kind", .oneOf(FetchReference.CompanyKind.allCases.map(\.rawValue)), isRequired: true, summary: "what is asked"),
      ParameterDeclaration("days", .integer(1...365), default: .int(7), summary: "of news: how far back"),
      ParameterDeclaration("limit", .integer(1...1000), default: .int(50), summary: "of news: how many articles at most"),
    ],
    writes: ["quotes", "company_overviews", "earnings", "news", "news_symbols"].map { table in
      .appending(to: table, table == "news" || table == "news_symbols" ? [:] : ["symbol": .each("symbol")])
    } + [.appending(to: "raw_responses")], provider: "alphavantage", secret: "alphavantage")

  static let alphaVantageMarket = OperationDeclaration(
    name: "alphavantage.market", summary: "Fetches what is told about a market: listings, its state, what moved most, or a search.",
    discussion: """
      One request. `listings` are the shares and funds that are traded, `delisted` those that were, `status` which markets of the world are
      open, `movers` the 20 that gained, lost and traded most, `search` the symbols that go by a name. Tables: listings, market_states,
      movers, symbol_matches.
      """,
    parameters: [
      ParameterDeclaration("kind", .oneOf(FetchReference.MarketKind.allCases.map(\.rawValue)), isRequired: true, summary: "what is asked"),
      ParameterDeclaration("keywords", .text, summary: "of a search: the name that is looked for"),
    ],
    writes: ["listings", "market_states", "movers", "symbol_matches", "raw_responses"].map { .appending(to: $0) },
    provider: "alphavantage", secret: "alphavantage")

  static let referenceRates = OperationDeclaration(
    name: "ecb.rates", summary: "Brings the euro reference rates of the European Central Bank.",
    discussion: """
      One request, and none when the last working day is there. Rates are units of the currency for one euro, published about 16:00 in
      Frankfurt; weekends and the bank's holidays have none. A rate that the bank changes keeps what it said before.
      """,
    parameters: [
      ParameterDeclaration(
        "history", .oneOf(EuropeanCentralBank.Span.allCases.map(\.rawValue)), default: .string("quarter"),
        summary: "what is fetched first: the last day, the last 90 days, or all since 1999")
    ], reads: [DataAccess("reference_rates", ["source": .is("ecb")])],
    writes: [DataAccess("reference_rates", ["source": .is("ecb")]), .appending(to: "raw_responses")], provider: "ecb")

  static let companies = OperationDeclaration(
    name: "sec.tickers", summary: "Fetches which company stands behind a ticker, from the SEC.",
    discussion: """
      One request. The SEC answers only who says in `contact` of providers.yaml who asks. Companies that are no longer listed keep their
      last description.
      """,
    writes: [DataAccess("companies", ["source": .is("sec")]), .appending(to: "raw_responses")], provider: "sec")

  static let quality = OperationDeclaration(
    name: "quality.check", summary: "Judges every followed series: gaps, staleness, outliers, flat runs.",
    discussion: "A finding is not a failure: it is stored, and the report shows it.",
    parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "the rules: $config.quality")],
    reads: ["candles", "watermarks", "corporate_actions"], writes: ["quality_results"])

  static let nightlyReport = OperationDeclaration(
    name: "report.nightly", summary: "Writes the report: overview, a page per symbol, CSV, report.json, a version for mail.",
    discussion: "The same warehouse and the same date give the same bytes.",
    parameters: [
      ParameterDeclaration(
        "intervals", .list(of: .oneOf(Interval.allCases.map(\.rawValue))), default: .list([.string("1d")]),
        summary: "the candles it is about")
    ],
    reads: ofSeries(
      ["interval": .with("intervals")],
      ["candles", "watermarks", "signals", "patterns", "regimes", "signal_outcomes", "backtests"])
      + ["corporate_actions", "candle_revisions", "quarantine", "quality_results", "reports", "alerts"],
    writes: ["reports", .appending(to: "outbox")], isDeliverable: true)

  static let runReport = OperationDeclaration(
    name: "report.run", summary: "Writes run.html and run.json: what this run did, when, and what failed.",
    reads: ["runs", "raw_responses"], writes: ["reports"])

  static let prune = OperationDeclaration(
    name: "data.prune", summary: "Forgets what is older than the retention rules keep.",
    parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "the rules: $config.retention")],
    reads: ["raw_responses"], writes: ["raw_responses", "runs", "quality_results", "reports", "candles", "watermarks"])

  static let backup = OperationDeclaration(
    name: "backup.create", summary: "Makes a backup of the warehouse, verifies it, and deletes those that are too old.",
    discussion: """
      The run goes on meanwhile; what is in the backup is one moment of it. It is sealed with the key `backup` when that is set. The newest
      verified backups are never deleted, and none when the clock seems wrong.
      """,
    parameters: [ParameterDeclaration("keep", .duration, default: .string("30d"), summary: "how long backups are kept: a day or more")],
    writes: ["backups"])

  static let drill = OperationDeclaration(
    name: "backup.drill", summary: "Restores the newest backup into a folder for the purpose, opens it, and deletes it.",
    discussion: "A backup that was never restored is none: this fails when the newest one could not be used.", reads: ["backups"])

  static let push = OperationDeclaration(
    name: "realtime.push", summary: "Tells the realtime database what changed, all or nothing for a reader.",
    discussion: """
      Before, it queues what changed of the runs and of the health: how the newest runs went, and whether data, jobs, providers and messages
      are as they should be. In the last steps of a job it tells how the run will have ended.
      """,
    parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "what is mirrored: $config.realtime")],
    reads: ["outbox"], writes: ["outbox", "realtime_nodes", "mirror_nodes", "mirror_sinks"])

  static let results = OperationDeclaration(
    name: "realtime.results", summary: "Tells each user of the realtime database what concerns them, in their own place.",
    discussion: """
      Of each symbol that a user follows: its last candle, its regime and the newest signals; and how the user's own alerts stand, on daily
      candles. It stands in users/{uid}/results, and only what changed is told again. What a user does not follow any more is taken away.
      """,
    parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "what users are told: $config.realtime")],
    reads: ["users", "candles", "signals", "regimes", "watermarks", "corporate_actions"], writes: ["told_states", .appending(to: "outbox")])

  static let pull = OperationDeclaration(
    name: "realtime.pull", summary: "Brings what users keep in the realtime database: profile, watchlist, alerts.",
    discussion: """
      Each value is judged; what is not right goes into quarantine with its reason, and spoils nothing beside it. A user who is gone there
      is gone here.
      """,
    parameters: [ParameterDeclaration("rules", .mapping, isRequired: true, summary: "how much a user may keep: $config.realtime")],
    reads: ["realtime_nodes"], writes: ["users"])

  static let shell = OperationDeclaration(
    name: "shell", summary: "Runs a program by its argument vector, without a shell.",
    discussion: """
      The environment is clean: PATH, LANG, HOME, JOBS_RUN, JOBS_JOB, JOBS_LOGICAL_DATE, JOBS_STEP, JOBS_TASK, JOBS_ATTEMPT,
      JOBS_IDEMPOTENCY_KEY (the same at every attempt of the task), JOBS_EACH_SYMBOL and the like for what `each` gives, and what
      `environment` adds. Output goes to the log of the run. Exit
      status 0 is success; anything else fails the task. What the program has started ends with it, however it ends, and it ends with jobs.
      What it `reads` and `writes` is checked as that of other operations is: what nothing orders is refused.
      """,
    allowsAnyDimensions: true,
    parameters: [
      ParameterDeclaration("run", .list(of: .text), isRequired: true, summary: "the program and its arguments"),
      ParameterDeclaration("environment", .mapping, summary: "names and values to add"),
      ParameterDeclaration("directory", .text, summary: "where it starts; the root of the project when left out"),
      ParameterDeclaration(
        OperationDeclaration.once, .flag, default: .bool(false),
        summary: "never begun twice: not retried, and not repeated by --resume when the run died in the middle of it"),
      ParameterDeclaration("output_bytes_max", .integer(0...1_000_000_000), default: .int(65536), summary: "how much output is kept"),
      ParameterDeclaration("reads", .list(of: .text), summary: "what it reads that other steps write: tables, or names of your own"),
      ParameterDeclaration("writes", .list(of: .text), summary: "what it writes that other steps read or write"),
    ], saysItsData: true, isIdempotent: false)

  static let nothing = OperationDeclaration(
    name: "nothing", summary: "Does nothing: a point where steps meet.",
    discussion: "Its tasks succeed at once. `each` may have dimensions of any name, or be left out.", allowsAnyDimensions: true)
}
