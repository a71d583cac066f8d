import JobGraph

/// `monitoring.yaml`: who watches the jobs from outside.
///
///     metrics: { file: /var/lib/prometheus/node-exporter/jobs.prom }
///     pings:
///       nightly: nightly_ping
public struct MonitoringConfiguration: Sendable, Equatable {
  /// Written at the end of each run; relative to the project's folder, or absolute. nil: none.
  public var metricsFile: String?
  /// In the order of the file, each job once.
  public var pings: [Ping] = []

  public init() {}

  /// A job whose start and end are told to a dead-man's switch.
  public struct Ping: Sendable, Equatable {
    public var job: String
    /// The name of the secret that holds the switch's address: whoever knows it can silence the alarm.
    public var secret: String

    public init(job: String, secret: String) { (self.job, self.secret) = (job, secret) }
  }

  public func ping(of job: String) -> Ping? { pings.first { $0.job == job } }
}

extension MonitoringConfiguration {
  /// - Parameter jobs: the names of the project's job files; empty where they are not known.
  init(_ root: Tree, jobs: [String], _ findings: Findings) {
    guard let section = Section(root, title: "the monitoring", findings: findings) else { return }
    section.refuseKeys(except: ["metrics", "pings"])
    if let metrics = section.section("metrics", title: "`metrics`") {
      metrics.refuseKeys(except: ["file"])
      metrics.require("file", "`file: FOLDER/jobs.prom`")
      metricsFile = metrics.text("file").flatMap { Self.file($0, findings) }
    }
    guard let pings = section.section("pings", title: "`pings`") else { return }
    self.pings = pings.entries.compactMap { Self.ping($0, jobs, findings) }
  }

  /// The collector reads what ends in `.prom`, and nothing else.
  private static func file(_ text: Located<String>, _ findings: Findings) -> String? {
    let name = text.value.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    if name.hasSuffix(".prom"), name.count > 5, !text.value.utf8.contains(0) { return text.value }
    findings.add(
      .badName, at: text.spot, "`\(text.value)` cannot name a file of metrics", label: "not read by the collector",
      expected: "a path whose last part ends in `.prom`")
    return nil
  }

  private static func ping(_ entry: Tree.Entry, _ jobs: [String], _ findings: Findings) -> Ping? {
    if !jobs.isEmpty, !jobs.contains(entry.key) {
      findings.add(
        .undefinedReference, at: entry.keySpot, "there is no job `\(entry.key)`", label: "undefined",
        nearest: findings.nearest("job", to: entry.key, in: jobs), notes: ["the jobs are: \(jobs.joined(separator: ", "))"])
    }
    guard let secret = findings.text(entry.value, of: "`\(entry.key)`", wanted: "the name of a secret") else { return nil }
    guard !secret.value.contains("://") else {
      // The address stands in the excerpt of the file, but not in the message, which goes into logs.
      findings.add(
        .badName, at: secret.spot, "an address is a secret and does not belong into a file", label: "an address",
        expected: "the name of a secret; `jobs secrets set NAME` stores the address")
      return nil
    }
    guard Names.check(secret, "secret", findings) else { return nil }
    return Ping(job: entry.key, secret: secret.value)
  }
}
