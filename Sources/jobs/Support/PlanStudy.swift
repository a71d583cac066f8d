import Foundation
import JobFiles
import JobGraph
import Providers
import Scheduling
import Steps
import Storage

/// All that is known of a run before it starts. To know it changes nothing.
struct PlanStudy {
  let workspace: Workspace
  let job: Job
  let plan: Plan
  let forecast: Forecast
  let requests: [StepID: RequestEstimate]
  let providers: [ProviderStudy]
  let consequences: PlanConsequences
  /// The sessions of the shares.
  let exchange: SessionCalendar

  /// What a provider's limits mean for the run.
  struct ProviderStudy {
    let name: String
    let requests: Int
    let weight: Int
    let pause: RatePause?
    let limits: [LimitStudy]
    /// Who waits for another day; nil when a day's quota covers all.
    let queue: QuotaQueue?
  }

  /// A limit of a provider, before and after.
  struct LimitStudy {
    let limit: RateLimit
    let used: Int
    let needed: Int

    /// What is left of our share of it after the run; below zero when it does not suffice.
    var left: Int { limit.usable - used - needed }
    /// What it gives back, it gives back once a day or less often: no run waits for that.
    var isDaily: Bool {
      switch limit.window {
      case .daily: true
      case .fixed(let length), .rolling(let length): length >= .hours(12)
      case .inFlight: false
      }
    }

    /// How long the requests take at least, when they do not go at once; nil when they do, or when the rest waits for another day.
    var secondsMin: Double? {
      guard needed > limit.usable, !isDaily else { return nil }
      switch limit.window {
      case .fixed(let length), .rolling(let length): return Double((needed - 1) / limit.usable) * length.inSeconds
      case .daily, .inFlight: return nil
      }
    }
  }

  /// - Parameter isDeep: also what will be forgotten, who is told and what is done outside; to count rows takes its time.
  /// - Throws: what planning throws; ``WarehouseError``.
  init(
    workspace: Workspace, job: Job, configuration: Configuration, logicalDate: Instant, selection: Selection, isDeep: Bool
  ) async throws {
    let warehouse = FileManager.default.fileExists(atPath: workspace.database) ? try workspace.reading() : nil
    (self.workspace, self.job, exchange) = (workspace, job, configuration.calendars.xnys)
    let plan = try await Planner(
      workspace: workspace, job: job, logicalDate: logicalDate, selection: selection, exchange: configuration.calendars.xnys
    )
    .plan(warehouse: warehouse, missingSecrets: Self.missingSecrets(workspace, configuration))
    self.plan = plan
    let name = job.name
    let times = try await warehouse?.read { try $0.stepTimes(of: name) } ?? StepTimes()
    let markets = MarketRules(exchange: configuration.calendars.xnys)
    let hasArchive = configuration.providers?.hasArchive ?? false
    let estimate =
      try await warehouse?.read { try PlanEstimate(plan, times: times, reader: $0, markets: markets, hasArchive: hasArchive) }
      ?? PlanEstimate(plan, times: times, reader: nil, markets: markets, hasArchive: hasArchive)
    (forecast, requests) = (estimate.forecast, estimate.requests)
    providers = try await Self.study(estimate, configuration, workspace, warehouse, at: logicalDate)
    consequences =
      isDeep
      ? try await PlanConsequences(of: plan, workspace: workspace, configuration: configuration, warehouse: warehouse) : .unknown
    try warehouse?.close()
  }

  private static func missingSecrets(_ workspace: Workspace, _ configuration: Configuration) -> [String: String] {
    guard !workspace.isSandbox, let providers = configuration.providers else { return [:] }
    let store = SecretStore(folder: workspace.secrets)
    var missing: [String: String] = [:]
    for name in providers.providers.compactMap(\.key?.secret) {
      if case .missing(let sentence) = store.secret(name) { missing[name] = sentence }
    }
    return missing
  }

  private static func study(
    _ estimate: PlanEstimate, _ configuration: Configuration, _ workspace: Workspace, _ warehouse: Warehouse?, at logicalDate: Instant
  ) async throws -> [ProviderStudy] {
    var result: [ProviderStudy] = []
    // The sandbox's limits live by the date of the run.
    let now = workspace.isSandbox ? logicalDate : Instant(Date())
    for provider in configuration.providers?.providers ?? [] {
      let running = estimate.forecast.steps.filter(\.runs)
      let mine = running.filter { $0.provider == provider.name }
      // The archive belongs to no step; a request there weighs one.
      let beside = running.reduce(0) { $0 + (estimate.requests[$1.id]?.others[provider.name] ?? 0) }
      guard !mine.isEmpty || beside > 0 else { continue }
      let (requests, weight) = (mine.reduce(beside) { $0 + $1.requests }, mine.reduce(beside) { $0 + $1.weight })
      let limits = try provider.limits.map { try RateLimit($0, of: provider) }
      let ledger = try await warehouse?.read { try $0.rateLedger(of: provider.name) } ?? RateLedger()
      let studied = ledger.standing(at: now, under: limits).map {
        LimitStudy(limit: $0.limit, used: $0.used, needed: $0.limit.unit == .weight ? weight : requests)
      }
      result.append(
        ProviderStudy(
          name: provider.name, requests: requests, weight: weight, pause: ledger.pause.flatMap { $0.end > now ? $0 : nil },
          limits: studied, queue: queue(mine.flatMap { estimate.requests[$0.id]?.asking ?? [] }, studied, at: now)))
    }
    return result
  }

  /// Who waits for another day, by the daily limit that is shortest.
  private static func queue(_ tasks: [TaskRequests], _ limits: [LimitStudy], at now: Instant) -> QuotaQueue? {
    let short = limits.filter { $0.isDaily && $0.left < 0 && $0.limit.unit == .requests && $0.limit.window.turn(after: now) != nil }
    guard let limit = short.min(by: { $0.left < $1.left }) else { return nil }
    let inOrder = tasks.enumerated().sorted { ($1.element.worth, $0.offset) < ($0.element.worth, $1.offset) }.map(\.element)
    return QuotaQueue(
      inOrder.map { ($0.task, $0.requests) }, left: limit.limit.usable - limit.used, perDay: limit.limit.usable, now: now,
      resets: { limit.limit.window.turn(after: $0) ?? $0 })
  }

  func provider(of step: PlannedStep) -> ProviderStudy? {
    guard let name = forecast[step.id]?.provider else { return nil }
    return providers.first { $0.name == name }
  }

  /// The longest of the waits that the limits make sure of.
  var secondsMin: Double? { providers.flatMap { $0.limits.compactMap(\.secondsMin) }.max() }
}
