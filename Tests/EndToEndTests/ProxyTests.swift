import Foundation
import Testing

@Suite struct `A proxy in the environment` {
  /// A name that the system's resolver refuses without asking anyone: it has a label of more than 63 letters.
  private let host = String(repeating: "a", count: 64) + ".invalid"

  /// Asks one provider, at an address beyond the loopback, once.
  private func rates(_ project: Project, _ environment: [String: String]) async throws -> Program.Ended {
    let providers = try project.text("Jobs/config/providers.yaml")
    try project.write(
      providers.replacing("ecb:\n  base_url: http://127.0.0.1:9", with: "ecb:\n  base_url: https://\(host)"),
      to: "Jobs/config/providers.yaml")
    try project.job("rates", "defaults: { retry: { attempts: 1 } }\nsteps:\n  rates: { uses: ecb.rates }")
    return try await project.jobs("run", "rates", "--date", "2026-01-15T20:00Z", environment: environment)
  }

  @Test(arguments: ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
  func `is asked for what lies beyond this machine, and learns no more than a name`(variable: String) async throws {
    try await Project.with { project in
      let proxy = try SwitchServer { _ in 403 }
      defer { proxy.stop() }
      let ended = try await rates(project, [variable: proxy.url])
      #expect(ended.status == 1 && ended.out.contains("403"), "\(ended)")
      #expect(proxy.requests.map { "\($0.method) \($0.target)\($0.body)" } == ["CONNECT \(host):443"])
    }
  }

  @Test(arguments: ["no_proxy", "NO_PROXY"])
  func `is passed by for the names that the environment excepts`(variable: String) async throws {
    try await Project.with { project in
      let proxy = try SwitchServer { _ in 403 }
      defer { proxy.stop() }
      let ended = try await rates(project, ["https_proxy": proxy.url, variable: "other.example,\(host)"])
      #expect(ended.status == 1 && ended.out.contains("\(host)"), "\(ended)")
      #expect(proxy.requests.isEmpty)
    }
  }

  @Test func `is never asked for the loopback`() async throws {
    try await Project.with { project in
      let proxy = try SwitchServer { _ in 403 }
      defer { proxy.stop() }
      let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
      let ended = try await project.jobs(
        "run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=30d", "--set", "hourly_history=1d",
        environment: Dictionary(uniqueKeysWithValues: names.map { ($0, proxy.url) }))
      #expect(ended.status == 0, "\(ended)")
      #expect(proxy.requests.isEmpty)
    }
  }
}
