import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Storage
import Transport

/// Tells those who watch from outside, as `monitoring.yaml` asks: a ping when a run begins and when it has ended, and figures for
/// Prometheus. What fails here is a warning: no run fails for it. A sandbox is nobody's business.
final class RunMonitor: Sendable {
  private let workspace: Workspace
  private let configuration: Configuration
  private let job: String
  private let lock = NSLock()
  nonisolated(unsafe) private var switchboard: (run: RunID, ping: HealthPing, http: CurlHTTPClient, start: Task<Void, Never>)?

  init(_ workspace: Workspace, _ configuration: Configuration, job: String) {
    (self.workspace, self.configuration, self.job) = (workspace, configuration, job)
  }

  private var wanted: MonitoringConfiguration? { workspace.isSandbox ? nil : configuration.monitoring }

  /// The run has been journaled: its start is told while it goes on.
  func begin(_ run: RunID) {
    guard let wanted = wanted?.ping(of: job) else { return }
    let store = SecretStore(folder: workspace.secrets)
    let address: Secret
    switch store.secret(wanted.secret) {
    case .missing(let sentence): return Output.say("warning: \(job) cannot be pinged: \(sentence)")
    case .found(let secret, let warning):
      address = secret
      if let warning { Output.say("warning: \(warning)") }
    }
    if let refusal = HealthPing.refusal(of: address) {
      return Output.say("warning: \(job) cannot be pinged: the address in the key `\(wanted.secret)` is refused: \(refusal)")
    }
    Console.shared.keepTail()
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    let ping = HealthPing(address: address, run: RunMonitor.uuid(of: run), http: http, time: SystemTime(), secrets: otherSecrets(store))
    let start = Task { RunMonitor.warn("the start", of: run, await ping.send(.start)) }
    lock.withLock { switchboard = (run, ping, http, start) }
  }

  /// The run has ended and everything is on the disk: the last act of the command.
  func end(_ status: CommandStatus) async {
    if let file = wanted?.metricsFile { await writeMetrics(to: file) }
    let taken = lock.withLock {
      defer { switchboard = nil }
      return switchboard
    }
    guard let (run, ping, http, start) = taken else { return }
    // In order: a start that came after the end would look like a run that hangs.
    await start.value
    RunMonitor.warn("the end", of: run, await ping.send(.ended(status.rawValue), log: Console.shared.keptTail))
    http.shutdown()
  }

  /// The run could not go on.
  func fail(_ error: any Error) async {
    guard lock.withLock({ switchboard != nil }) else { return }
    let (status, message) = Failure.facts(of: error)
    Console.shared.note("error: \(message)")
    await end(status)
  }

  private func writeMetrics(to file: String) async {
    let path = file.hasPrefix("/") ? file : "\(workspace.root)/\(file)"
    do {
      let page = try await WarehouseMetrics(workspace, configuration.providers).page(now: SystemTime().now())
      try AtomicFile.write(page.text.utf8, to: path, mode: 0o644)
    } catch {
      Output.say("warning: the metrics cannot be written: \(error)")
    }
  }

  private static func warn(_ what: String, of run: RunID, _ reason: String?) {
    if let reason { Output.say("warning: \(what) of \(run) could not be told to its check: \(reason)") }
  }

  private func otherSecrets(_ store: SecretStore) -> [Secret] {
    let names = (configuration.providers?.providers ?? []).compactMap { $0.key?.secret }
    return (names + (configuration.notifications?.channels ?? []).flatMap(\.secrets)).compactMap { name in
      if case .found(let secret, _) = store.secret(name) { secret } else { nil }
    }
  }

  /// The same for the start and the end of a run, also when it is resumed.
  /// - Source: RFC 9562, section 5.8, "UUID Version 8".
  static func uuid(of run: RunID) -> String {
    var digits = Array(RawStore.hash(of: Array(run.name.utf8)).prefix(32))
    (digits[12], digits[16]) = ("8", "8")
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return parts.joined(separator: "-")
  }
}
