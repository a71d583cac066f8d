import Analysis
import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import MarketData
import Providers
import Reporting
import Running
import Scheduling
import Steps
import Storage

struct BacktestStrategy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest", abstract: "Tries a strategy on the past: fills at the next open, with fees and slippage.",
    discussion: """
      EXAMPLES
        jobs backtest sma_cross_9_21 --symbol BTCUSDT                    a strategy of Jobs/strategies on stored candles
        jobs backtest pullback                                           on every symbol of the interval, a row for each
        jobs backtest sma_cross_9_21 --input candles.csv --grid          the periods of its grid, too
        jobs backtest sma_cross_9_21 --symbol BTCUSDT --grid --walk-forward 200,60 --monte-carlo 1000
        jobs backtest rsi_14_30_70 --symbol BTCUSDT --from 2025-01-01 --output trial
        jobs backtest scenario.json --input candles.csv --output trial   a scenario says everything itself

      Long after a bullish signal, flat after a bearish one, all in, one position. A signal on the close of a bar is filled at the open of
      the next; stop before target when one bar touches both. Strategies say in `trading` what they pay; the default is nothing.

      Of many rules tried on one series the best is good by luck, too. So each rule that is tried on stored candles is counted, and the
      Sharpe ratio is deflated by all of them; below 95 % it cannot be told from selection. Candles of a file are not counted.

      --output DIR writes trades.csv, equity.csv, metrics.json, and grid.csv, walk_forward.json, walk_forward_oos.csv, monte_carlo.json
      where they were asked for.
      """)

  @Argument(help: "The name of a strategy in Jobs/strategies, the path of such a file, or of a scenario (.json).", completion: .file())
  var strategy: String

  @Option(help: "A file of candles, CSV or JSON, instead of the stored ones; - is standard input.", completion: .file())
  var input: String?

  @Option(help: "For a scenario whose strategy is `targets`: the file of them.", completion: .file())
  var targets: String?

  @Option(help: "Only this symbol.")
  var symbol: String?

  @Option(help: "The interval; of stored candles 1d when left out.")
  var interval: String?

  @Option(help: "The first day that is traded; the strategy sees the bars before.")
  var from: String?

  @Flag(help: "Try the periods of the strategy's grid.")
  var grid = false

  @Option(help: ArgumentHelp("With --grid: choose on so many bars, judge on the next ones, fold by fold.", valueName: "in,out"))
  var walkForward: String?

  @Option(help: ArgumentHelp("Draw the trades and the bars again, so many times.", valueName: "paths"))
  var monteCarlo: Int?

  @Option(help: "With --monte-carlo: where the drawing begins.")
  var seed: UInt64 = 1

  @Option(help: "Of a file: crypto, equity or forex; it says how many bars a year has.", transform: Self.market)
  var market = AssetClass.crypto

  @Option(help: "Write the files to this folder.", completion: .directory)
  var output: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    guard !strategy.hasSuffix(".json") else { return try runScenario() }
    if targets != nil { throw Failure(.usage, "--targets is for a scenario, a file that ends in .json") }
    let definition = try definition()
    let sessions = try await sessions(of: definition)
    if let output { try write(sessions, to: output) }
    if json { return try Output.json(Self.document(definition, sessions)) }
    let text =
      sessions.count == 1
      ? BacktestPrinter.page(sessions[0]) : BacktestPrinter.table(sessions, style: Output.style).text(width: Output.width)
    try Output.write(Array(text.utf8))
    if sessions.count > 1 { Output.say("\(definition.name) on \(sessions.count) series; --symbol shows more of one") }
  }

  private static func document(_ definition: StrategyDefinition, _ sessions: [BacktestSession]) -> BacktestDocument {
    let terms = definition.terms
    return BacktestDocument(
      strategy: definition.name, description: definition.summary, fee: terms.fee, slippage: terms.slippage, stopLoss: terms.stopLoss,
      takeProfit: terms.takeProfit, results: sessions.map(\.document))
  }
}

// MARK: A strategy of the project

extension BacktestStrategy {
  /// - Throws: ``Diagnostics`` for a file with a mistake, ``Failure`` for a name that no file has.
  private func definition() throws -> StrategyDefinition {
    try StrategyChoice.definition(named: strategy) { try place.workspace() }
  }

  private func sessions(of definition: StrategyDefinition) async throws -> [BacktestSession] {
    let choice = try SeriesOption.choice(symbol: symbol, interval: interval ?? (input == nil ? "1d" : nil))
    if grid, definition.grid == nil {
      throw Failure(.usage, "\(definition.name) has no `grid: { fast: […], slow: […] }`, so there are no periods to try")
    }
    if walkForward != nil, !grid { throw Failure(.usage, "--walk-forward chooses among the pairs of a grid: add --grid") }
    guard let input else { return try await stored(definition, choice) }
    let file = try CandleInput.read(input, choice, consequence: "nothing was computed")
    return try file.series.map { series in
      try BacktestSession(definition, on: series, key: nil, try wishes(definition, market, series.interval), earlier: [:])
    }
  }

  /// On what is stored; what was tried is counted.
  private func stored(_ definition: StrategyDefinition, _ choice: CandleFile.Choice) async throws -> [BacktestSession] {
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let now = SystemTime().now()
    let found = try await warehouse.read { reader in
      try reader.storedSeriesKeys().filter { $0.interval == choice.interval && $0.symbol == choice.symbol ?? $0.symbol }.sorted()
        .map { key in
          (
            key: key, series: try reader.adjustedSeries(key, closedBy: now),
            earlier: Dictionary(uniqueKeysWithValues: try reader.trials(of: key).map { ($0.rule, $0.sharpe) })
          )
        }
    }
    try warehouse.close()
    guard !found.isEmpty else {
      let wanted = [symbol, choice.interval?.rawValue].compactMap(\.self).joined(separator: " ")
      throw Failure(.usage, "no candle of \(wanted) is stored; `jobs data status` lists what is")
    }
    let sessions = try found.map { part in
      let wishes = try wishes(definition, MarketRules.assetClass(of: part.key), part.key.interval)
      return try BacktestSession(definition, on: part.series, key: part.key, wishes, earlier: part.earlier)
    }
    try await count(sessions, workspace, at: now)
    return sessions
  }

  private func wishes(_ definition: StrategyDefinition, _ market: AssetClass, _ interval: Interval) throws -> BacktestSession.Wishes {
    guard let periodsPerYear = market.periodsPerYear(interval) else {
      throw Failure(.usage, "candles of \(interval) do not fit a session of the market `\(market.rawValue)`")
    }
    return BacktestSession.Wishes(
      grid: grid ? definition.grid : nil, walkForward: try walkForward.map(Self.walkForward),
      monteCarlo: try monteCarlo.map { try Self.monteCarlo($0, seed) }, start: try from.map(Self.day), periodsPerYear: periodsPerYear)
  }

  /// Adds the rules to those that were tried. Where a run holds the warehouse they are not counted, and a note says so.
  private func count(_ sessions: [BacktestSession], _ workspace: Workspace, at now: Instant) async throws {
    do {
      let lock = try RunLock(at: workspace.lockFile, purpose: "backtest")
      let warehouse = try workspace.writing(lock: lock)
      let rows = try sessions.compactMap { session in
        try session.key.map { ($0, session.trials(try wishes(session.definition, MarketRules.assetClass(of: $0), $0.interval))) }
      }
      try await warehouse.write { transaction in
        for (key, trials) in rows { try transaction.recordTrials(trials, of: key, at: now) }
      }
      try warehouse.close()
    } catch LockError.held {
      Output.say("note: a run is going on, so these trials are not counted")
    }
  }

  private static func walkForward(_ text: String) throws -> WalkForward {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let inSample = numbers[0], let outOfSample = numbers[1] else {
      throw Failure(.usage, "--walk-forward `\(OneLine.shown(text))`: write two numbers of bars, 200,60")
    }
    do {
      return try WalkForward(inSample: inSample, outOfSample: outOfSample, step: outOfSample)
    } catch {
      throw Failure(.usage, "--walk-forward: \(error)")
    }
  }

  private static func monteCarlo(_ paths: Int, _ seed: UInt64) throws -> MonteCarlo {
    do {
      return try MonteCarlo(seed: seed, paths: paths)
    } catch {
      throw Failure(.usage, "--monte-carlo: \(error)")
    }
  }

  private static func market(_ text: String) throws -> AssetClass {
    if let market = AssetClass(rawValue: text) { return market }
    let known = AssetClass.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("`\(OneLine.shown(text))` is no market; there are \(known)")
  }

  private static func day(_ text: String) throws -> Instant {
    if let instant = Instant(iso8601: text) { return instant }
    guard let day = CivilDate(text) else { throw Failure(.usage, "--from `\(OneLine.shown(text))` is no date; write 2026-01-15") }
    return day.midnight
  }

  /// The files of one series lie in the folder, those of several in one for each.
  private func write(_ sessions: [BacktestSession], to folder: String) throws {
    for session in sessions {
      let place = sessions.count == 1 ? folder : "\(folder)/\(PageName.file(for: session.series.symbol))"
      try Self.write(session.files, to: place)
    }
  }

  private static func write(_ files: [BacktestFiles.File], to folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.storage, "\(folder): \(error.localizedDescription)")
    }
    for file in files {
      let sink = try ByteSink(path: "\(folder)/\(file.name)")
      sink.bytes += file.text.utf8
      try sink.finish()
    }
  }
}

// MARK: A scenario

extension BacktestStrategy {
  private func runScenario() throws {
    guard let input else { throw Failure(.usage, "a scenario needs candles: --input candles.csv") }
    let others = [("--grid", grid), ("--walk-forward", walkForward != nil), ("--monte-carlo", monteCarlo != nil), ("--from", from != nil)]
    if let (name, _) = others.first(where: \.1) { throw Failure(.usage, "\(name): a scenario says by itself what it does") }
    let content = try CandleInput.read(input, SeriesOption.choice(symbol: symbol, interval: interval), consequence: "nothing was computed")
    guard content.series.count == 1 else {
      let names = content.series.map { "\($0.symbol) \($0.interval)" }.joined(separator: ", ")
      throw Failure(.usage, "the file has several series: \(names); choose one with --symbol and --interval")
    }
    do {
      let scenario = try BacktestScenario(json: try Self.bytes(strategy))
      for key in scenario.ignored { Output.say("note: \(strategy): `\(key)` is not used") }
      let results = try BacktestFiles(
        scenario, on: content.series[0], targets: try targets.map { String(decoding: try Self.bytes($0), as: UTF8.self) },
        workers: ProcessInfo.processInfo.activeProcessorCount)
      if let output { try Self.write(results.files, to: output) }
      try report(results)
    } catch let defect as ScenarioDefect {
      throw Failure(.badData, "\(strategy): \(defect)")
    }
  }

  private func report(_ results: BacktestFiles) throws {
    if json {
      try Output.json(
        ScenarioDocument(
          scenario: strategy, folder: output, files: results.files.map(\.name),
          metrics: results.metrics.map(BacktestDocument.Metrics.init)))
    } else if let metrics = results.files.first(where: { $0.name == "metrics.json" }) {
      try Output.write(Array(metrics.text.utf8))
    } else if let grid = results.files.first(where: { $0.name == "grid.csv" }) {
      try Output.write(Array(grid.text.utf8))
    }
    if let output { Output.say("wrote \(results.files.map(\.name).joined(separator: ", ")) to \(output)") }
  }

  private static func bytes(_ path: String) throws -> Data {
    Data(try InputFile(path: path).rest(limit: 64 << 20))
  }
}

private struct ScenarioDocument: Encodable {
  let schema = "jobs.backtest.scenario/1"
  let scenario: String
  let folder: String?
  let files: [String]
  let metrics: BacktestDocument.Metrics?
}

/// Finds a strategy by its name or path.
enum StrategyChoice {
  /// - Parameter workspace: asked for names, and for paths as people know them.
  /// - Throws: ``Diagnostics`` for a file with a mistake, ``Failure`` for a name that no file has.
  static func definition(named name: String, in workspace: () throws -> Workspace) throws -> StrategyDefinition {
    let workspace = try workspace()
    let path: String
    let source: FileSource
    if name.hasSuffix(".yaml") {
      let whole = URL(fileURLWithPath: name).standardizedFileURL.path
      path = workspace.shown(whole)
      source = workspace.files(also: whole)
    } else {
      let names = try StrategyFolder.names(in: workspace.files)
      guard names.contains(name) else {
        let nearest = NearestName.find(name, in: names).map { "; a strategy with a similar name exists: `\($0)`" } ?? ""
        let list = names.isEmpty ? "Jobs/strategies has none" : "the strategies are: \(names.joined(separator: ", "))"
        throw Failure(.usage, "no strategy is called `\(OneLine.shown(name))`; \(list)\(nearest)")
      }
      (path, source) = ("\(StrategyFolder.path)/\(name).yaml", workspace.files)
    }
    let (definition, diagnostics) = StrategyReader.read(path, from: source)
    guard let definition else { throw Diagnostics(list: diagnostics) }
    for warning in diagnostics { Output.say(warning.line) }
    return definition
  }
}
