import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct ShowLimits: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits", abstract: "Shows what each provider allows, what is used of it, and when the next request may go.",
    discussion: """
      EXAMPLES
        jobs limits                         every window, pause and ban, and when a request may go
        jobs limits alphavantage            of one provider
        jobs limits binance --weight 40     when a request of that weight may go
        jobs limits --json                  for programs

      Nobody is asked and nothing is changed; it may be run at any time, also during a run, and before the first one. ALLOWED is our share
      of the limit. A request counts from its reservation until a whole window after its answer. A pause or a ban is kept until its end,
      whatever is written in providers.yaml.
      """)

  @Argument(help: "A provider of Jobs/config/providers.yaml; all of them when left out.")
  var provider: String?

  @Option(help: "What the next request costs, in the provider's own unit.")
  var weight = 1

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard (1...RateCounter.usedMax).contains(weight) else { throw ValidationError("--weight takes a whole number from 1 up") }
  }

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard let providers = configuration.providers, !diagnostics.hasErrors else {
      if diagnostics.hasErrors { throw Diagnostics(list: diagnostics) }
      throw Failure(.configuration, "Jobs/config/providers.yaml is missing; it says where the data comes from and what is allowed")
    }
    let chosen = try choose(from: providers)
    let warehouse = FileManager.default.fileExists(atPath: workspace.database) ? try workspace.reading() : nil
    let now = try await self.now(workspace, warehouse)
    let limits = try providers.rateLimits()
    var standings: [ProviderStanding] = []
    for provider in chosen {
      let ledger = try await warehouse?.read { try $0.rateLedger(of: provider.name) } ?? RateLedger()
      standings.append(ProviderStanding(provider, ledger, limits[provider.name] ?? [], weight: weight, at: now))
    }
    try warehouse?.close()
    if json { return try Output.json(LimitsDocument(standings, weight: weight, at: now)) }
    for (index, standing) in standings.enumerated() { try print(standing, isFirst: index == 0, at: now) }
  }

  private func choose(from providers: ProvidersConfiguration) throws -> [ProvidersConfiguration.Provider] {
    guard let provider else { return providers.providers }
    if let found = providers[provider] { return [found] }
    let names = providers.providers.map(\.name)
    let nearest = NearestName.find(provider, in: names).map { "; a provider with a similar name exists: `\($0)`" } ?? ""
    throw Failure(.usage, "no provider is called `\(VisibleText.shown(provider))`; they are: \(names.joined(separator: ", "))\(nearest)")
  }

  /// The sandbox's limits live by the date of its last run.
  private func now(_ workspace: Workspace, _ warehouse: Warehouse?) async throws -> Instant {
    guard workspace.isSandbox, let last = try await warehouse?.read({ try $0.runs(of: nil, limit: 1).first?.logicalDate }) else {
      return SystemTime().now()
    }
    return last
  }
}

extension ShowLimits {
  private func print(_ standing: ProviderStanding, isFirst: Bool, at now: Instant) throws {
    if !isFirst { try Output.print("") }
    try say("\(standing.provider.name) (\(standing.provider.baseURL.host() ?? "no host")): \(next(standing, at: now))")
    if standing.limits.isEmpty { try say("no limits are known", indent: 2) }
    let table = PlainTable(
      [
        .init("  LIMIT", mayShrink: false), .init("USED", .right), .init("ALLOWED", .right), .init("OF", .right),
        .init("ALL GIVEN BACK", mayShrink: false),
      ],
      rows: standing.limits.map {
        [
          "  \($0.limit.name)", NumberText.grouped($0.used), NumberText.grouped($0.limit.usable), NumberText.grouped($0.limit.capacity),
          $0.used == 0 ? "-" : LocalMoment($0.resetsAt).text,
        ]
      })
    if !standing.limits.isEmpty { try Output.write(Array(table.text(width: Output.width).utf8)) }
    if let pause = standing.pause { try say("silent until \(LocalMoment(pause.end).text): \(pause.reason)", indent: 2) }
    try say(breaker(standing), indent: 2)
  }

  private func next(_ standing: ProviderStanding, at now: Instant) -> String {
    guard let moment = standing.nextRequest else { return "a request of weight \(weight) never fits its limits" }
    let start = "a request of weight \(weight) may go "
    return moment <= now
      ? start + "now" : start + "at \(LocalMoment(moment).text)" + (standing.obstacle.map { ", not before: \($0)" } ?? "")
  }

  private func breaker(_ standing: ProviderStanding) -> String {
    let failures = "\(standing.breaker.failures) request\(standing.breaker.failures == 1 ? "" : "s") in a row had no answer"
    switch standing.breakerState {
    case .closed: return standing.breaker.failures == 0 ? "its host answers, or was not asked yet" : "its host: \(failures)"
    case .open(let end): return "its host is left alone until \(LocalMoment(end).text): \(failures)"
    case .halfOpen: return "its host is tried with one request next: \(failures)"
    }
  }

  private func say(_ text: String, indent: Int = 0) throws {
    let space = String(repeating: " ", count: indent)
    try Output.print(HangingText.wrapped(space + text, width: Output.width, indent: indent))
  }
}

/// Where a provider stands at a moment.
struct ProviderStanding {
  let provider: ProvidersConfiguration.Provider
  let limits: [LimitStanding]
  let announced: [AnnouncedLimit]
  let pause: RatePause?
  let breaker: CircuitBreaker
  let breakerState: CircuitBreaker.State
  /// nil when it never fits.
  let nextRequest: Instant?
  /// What it waits for; nil when it may go now.
  let obstacle: String?

  init(_ provider: ProvidersConfiguration.Provider, _ ledger: RateLedger, _ limits: [RateLimit], weight: Int, at now: Instant) {
    self.provider = provider
    self.limits = ledger.standing(at: now, under: limits)
    announced = ledger.announced
    pause = ledger.pause.flatMap { $0.end > now ? $0 : nil }
    (breaker, breakerState) = (ledger.breaker, ledger.breaker.state(at: now))
    nextRequest = ledger.nextStart(ofWeight: weight, at: now, under: limits)
    var asked = ledger
    switch asked.reserve(weight: weight, at: now, under: limits) {
    case .granted: obstacle = nil
    case .wait(_, let reason), .shut(_, let reason): obstacle = reason
    case .impossible(let limit, _): obstacle = "\(limit)"
    }
  }
}
