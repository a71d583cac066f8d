import Analysis
import Foundation
import JobFiles
import JobGraph
import MarketData
import Mirroring
import Providers
import Running
import Scheduling
import Steps
import Storage
import Transport

/// The tools of a run, wired: which provider is real is known here and nowhere else.
struct Desk {
  let workspace: Workspace
  let warehouse: Warehouse
  let http: CurlHTTPClient
  let limiter: StoredRequestLimiter
  let registry: StepRegistry
  /// Why a secret cannot be used, by name.
  let missingSecrets: [String: String]
  /// The programs that shell steps have running.
  let programs: ProgramHost
  /// The clock of limits, retries and providers.
  let time: any TimeSource
  /// Who tells people while the run goes on.
  let teller: NotificationTeller

  /// - Parameters:
  ///   - baseURLs: replaces a provider's address: the sandbox's.
  ///   - time: the sandbox's clock, or the computer's.
  init(
    _ workspace: Workspace, warehouse: Warehouse, configuration: Configuration, baseURLs: [String: String], time: any TimeSource,
    isOffline: Bool
  ) throws {
    guard let providers = configuration.providers else {
      throw Failure(.configuration, "Jobs/config/providers.yaml is missing; it says where the data comes from and what is allowed")
    }
    (self.workspace, self.warehouse, self.time) = (workspace, warehouse, time)
    configuration.realtime.map(Projection.init)?.tell(warehouse)
    let wall = SystemTime()
    let contacts = providers.providers.compactMap(\.contact)
    http = CurlHTTPClient(userAgent: "jobs/\(Version.text)" + (contacts.first.map { " (+\($0))" } ?? ""))
    limiter = StoredRequestLimiter(limits: try providers.rateLimits(), leases: providers.leases, store: warehouse, time: time)
    let archive = WarehouseArchive(warehouse: warehouse, rawStore: workspace.rawStore, wallClock: wall)
    let secrets = SecretStore(folder: workspace.secrets)
    var missing: [String: String] = [:]
    var clients: [String: ProviderClient] = [:]
    for provider in providers.providers {
      var key: ProviderSettings.Key?
      if let wanted = provider.key {
        // The sandbox takes any key, and a real one must not be shown to it.
        let finding = baseURLs[provider.name] == nil ? secrets.secret(wanted.secret) : .found(Secret("sandbox"), warning: nil)
        switch finding {
        case .found(let secret, let warning):
          key = .init(parameter: wanted.parameter, secret: secret)
          if let warning { Output.say("warning: \(warning)") }
        case .missing(let sentence):
          key = .init(parameter: wanted.parameter, secret: nil)
          missing[wanted.secret] = sentence
        }
      }
      let settings: ProviderSettings
      do {
        settings = try ProviderSettings(
          name: provider.name, baseURL: baseURLs[provider.name] ?? provider.baseURL.absoluteString, key: key,
          usageHeader: provider.usageHeader, timeout: provider.timeout)
      } catch {
        throw Failure(.configuration, "Jobs/config/providers.yaml: \(provider.name): \(error)")
      }
      clients[provider.name] = ProviderClient(
        settings: settings, http: http, limiter: limiter, archive: archive, time: time, isOffline: isOffline)
    }
    missingSecrets = isOffline ? [:] : missing
    programs = ProgramHost()
    let place = try workspace.reportPlace()
    let notifications = workspace.notificationDesk(configuration.notifications, http: http, time: wall, isOffline: isOffline)
    teller = NotificationTeller(warehouse, notifications, reports: place.root, time: wall)
    registry = Desk.registry(
      workspace, warehouse, clients, programs, place: place,
      markets: MarketRules(exchange: configuration.calendars.xnys), strategies: configuration.strategies,
      mirror: Desk.mirror(MirrorDesk(workspace: workspace, configuration: configuration), warehouse, http, isOffline: isOffline),
      pull: Desk.pull(MirrorDesk(workspace: workspace, configuration: configuration), warehouse, http, isOffline: isOffline),
      notifications: notifications,
      alerts: configuration.alerts)
  }

  /// Tells the database that realtime.yaml names. A run without network leaves what a database elsewhere must be told for the next one.
  private static func mirror(
    _ desk: MirrorDesk, _ warehouse: Warehouse, _ http: any HTTPClient, isOffline: Bool
  ) -> @Sendable (Parameters) throws -> any StepOperation {
    { parameters in
      guard let remote = desk.remote else {
        return try PushRealtime(warehouse, rules: parameters["rules"])
      }
      if isOffline { return HoldRealtime(warehouse) }
      do {
        return try MirrorRealtime(warehouse, to: try desk.sink(remote, http: http), rules: parameters["rules"], time: SystemTime())
      } catch let failure as MirrorFailure {
        throw FailureClassifier.classify(failure)
      }
    }
  }

  /// Reads users where they are. A run without network leaves what the last pull found.
  private static func pull(
    _ desk: MirrorDesk, _ warehouse: Warehouse, _ http: any HTTPClient, isOffline: Bool
  ) -> @Sendable (Parameters) throws -> any StepOperation {
    { parameters in
      // Cloud Firestore is told, and not read: it has no users for us.
      if desk.remote?.kind == .firestore { return DoNothing() }
      if isOffline, desk.remote != nil { return DoNothing() }
      do {
        return try PullUsers(warehouse, from: try desk.reading(warehouse, http: http), rules: parameters["rules"])
      } catch let failure as MirrorFailure {
        throw FailureClassifier.classify(failure)
      }
    }
  }

  private static func registry(
    _ workspace: Workspace, _ warehouse: Warehouse, _ clients: [String: ProviderClient], _ programs: ProgramHost, place: ReportPlace,
    markets: MarketRules, strategies: [StrategyDefinition], mirror: @escaping @Sendable (Parameters) throws -> any StepOperation,
    pull: @escaping @Sendable (Parameters) throws -> any StepOperation,
    notifications: NotificationDesk, alerts: [Alert]
  ) -> StepRegistry {
    var makers: [String: @Sendable (Parameters) throws -> any StepOperation] = [:]
    if let client = clients["binance"] {
      let (binance, rawStore) = (Binance(client), workspace.rawStore)
      makers["binance.instruments"] = { _ in FetchInstruments(from: binance, into: warehouse) }
      makers["binance.tickers"] = { _ in FetchTickers(from: binance, into: warehouse) }
      makers["binance.depth"] = { _ in FetchDepth(from: binance, into: warehouse) }
      makers["binance.trades"] = { _ in FetchTrades(from: binance, into: warehouse) }
      let archive = clients[BinanceArchive.filesName].flatMap { files in
        clients[BinanceArchive.listingName].map { BinanceArchive(files: files, listings: $0) }
      }
      makers["binance.candles"] = { parameters in
        let isWanted = parameters.optionalText("archive") != "never"
        let provider: any CandleProvider = archive.flatMap { isWanted ? ArchivedBinance(binance, archive: $0) : nil } ?? binance
        return FetchCandles(from: provider, calendar: .always, into: warehouse) { hash in
          // A body that cannot be read any more is asked for again: the caller is told by nil.
          rawStore.body(hash).flatMap(Binance.candles(inStored:))
        }
      }
    }
    if let client = clients["alphavantage"] {
      let entitlements = WarehouseEntitlements(warehouse: warehouse, provider: "alphavantage")
      @Sendable func candles(_ market: AlphaVantage.Market, _ parameters: Parameters) -> FetchCandles {
        let source = AlphaVantage(
          client, market: market, form: parameters.optionalText("form").flatMap(AlphaVantage.Form.init) ?? .json,
          strategy: parameters.flag("adjusted") ? .auto : .plain, entitlements: entitlements, calendar: markets.exchange)
        return FetchCandles(from: source, calendar: market.calendar(ofShares: markets.exchange), into: warehouse)
      }
      let facts = AlphaVantage(client, entitlements: entitlements, calendar: markets.exchange)
      for name in ["alphavantage.company", "alphavantage.market"] { makers[name] = { _ in FetchReference(from: facts, into: warehouse) } }
      makers["alphavantage.candles"] = { candles(.shares, $0) }
      makers["alphavantage.fx"] = { candles(.currencies, $0) }
      makers["alphavantage.crypto"] = { candles(.digitalCurrencies, $0) }
    }
    if let client = clients["ecb"] {
      makers["ecb.rates"] = { _ in FetchReferenceRates(from: EuropeanCentralBank(client), into: warehouse) }
    }
    if let client = clients["sec"] {
      makers["sec.tickers"] = { _ in FetchCompanies(from: CompanyRegister(client), into: warehouse) }
    }
    makers["quality.check"] = { CheckQuality(warehouse, policy: try QualityPolicy($0["rules"]), markets: markets) }
    makers["analysis.indicators"] = { _ in ComputeIndicators(warehouse) }
    makers["analysis.volume"] = { _ in ComputeVolume(warehouse) }
    makers["analysis.patterns"] = { _ in FindPatterns(warehouse) }
    makers["analysis.regimes"] = { _ in FindRegimes(warehouse) }
    makers["analysis.signals"] = {
      let chosen = try StrategyDefinition.chosen($0.texts("strategies"), among: strategies).map(\.strategy)
      return FindSignals(warehouse, scanner: chosen.isEmpty ? .standard : SignalScanner(chosen))
    }
    makers["analysis.alerts"] = { _ in WatchAlerts(warehouse, alerts: alerts, markets: markets) }
    makers["analysis.outcomes"] = { _ in ScoreSignals(warehouse) }
    makers["analysis.backtest"] = {
      QuickBacktest(warehouse, strategies: try StrategyDefinition.chosen($0.texts("strategies"), among: strategies))
    }
    makers["report.nightly"] = { _ in WriteReport(warehouse, to: place, markets: markets, alerts: alerts) }
    makers["report.run"] = { _ in WriteRunPage(warehouse, to: place) }
    makers["data.prune"] = {
      PruneData(Pruning(warehouse, rawStore: workspace.rawStore, place: place, rules: try RetentionRules($0["rules"])))
    }
    makers["backup.create"] = { _ in
      CreateBackup(warehouse, in: workspace.backups, keys: try workspace.backupKeysForTask(), time: SystemTime())
    }
    makers["backup.drill"] = { _ in
      DrillBackup(warehouse, in: workspace.backups, keys: try workspace.backupKeysForTask(), time: SystemTime())
    }
    let providers = clients.keys.sorted()
    makers["realtime.push"] = { TellStates(warehouse, providers: providers, then: try mirror($0)) }
    makers["realtime.results"] = { try TellUsers(warehouse, rules: $0["rules"]) }
    makers["realtime.pull"] = { try pull($0) }
    makers["notify.send"] = {
      SendNotifications(
        warehouse, notifications, place: place, time: SystemTime(),
        within: $0.optionalText("within").flatMap { JobFiles.DurationText.parse($0) } ?? .seconds(60))
    }
    makers["nothing"] = { _ in DoNothing() }
    makers["shell"] = { _ in RunProgram(root: workspace.root, host: programs) }
    var registry = StepRegistry()
    for declaration in Operations.all {
      let made = makers[declaration.name]
      registry.add(declaration, on: declaration.name == "shell" ? programs : nil) { parameters in
        guard let make = made else {
          throw TaskFailure(
            .permanent, "Jobs/config/providers.yaml does not say where `\(declaration.provider ?? declaration.name)` is")
        }
        return try make(parameters)
      }
    }
    return registry
  }
}

extension ProvidersConfiguration {
  /// Whether deep history can come from Binance's bulk archive.
  var hasArchive: Bool { [BinanceArchive.filesName, BinanceArchive.listingName].allSatisfy { self[$0] != nil } }
}

extension StrategyDefinition {
  /// - Parameter names: as a step gives them, one that stands twice counted once; all when empty.
  /// - Throws: ``TaskFailure`` for a name that no strategy has.
  fileprivate static func chosen(_ names: [String], among all: [StrategyDefinition]) throws -> [StrategyDefinition] {
    guard !names.isEmpty else { return all }
    var seen: Set<String> = []
    return try names.filter { seen.insert($0).inserted }.map { name in
      if let strategy = all.first(where: { $0.name == name }) { return strategy }
      let known = all.map(\.name)
      let nearest = NearestName.find(name, in: known).map { "; a strategy with a similar name exists: `\($0)`" } ?? ""
      throw TaskFailure(
        .permanent, "Jobs/strategies has no `\(name)`; the strategies are: \(known.joined(separator: ", "))\(nearest)")
    }
  }
}
