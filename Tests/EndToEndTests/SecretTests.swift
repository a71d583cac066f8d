import Foundation
import Testing

@Suite struct `A key` {
  private let canary = "CANARY7f3kQx9LmZ2v"
  private let path = "data/secrets/alphavantage"

  /// Stores it as a person does.
  private func keep(_ project: Project) async throws {
    try project.write("\(canary)\n", to: "typed")
    let stored = try await project.jobs("secrets", "set", "alphavantage", shell: #""$@" < typed"#)
    try #require(stored.status == 0, "\(stored)")
    try FileManager.default.removeItem(atPath: "\(project.root)/typed")
  }

  @Test func `is in nothing that a night writes or says, and no program can see it`() async throws {
    try await Project.with { project in
      let served = try Served(by: project, ["--date", "2026-01-15", "--ledger", "ledger.jsonl"])
      try served.use(in: project)
      try await keep(project)
      try project.write("metrics: { file: data/jobs.prom }\n", to: "Jobs/config/monitoring.yaml")
      try project.job(
        "all",
        """
        defaults: { retry: { attempts: 1 } }
        steps:
          shares: { uses: alphavantage.candles, each: { symbol: $watchlist.equities }, with: { history: 30d } }
          look:
            uses: shell
            with: { run: [sh, -c, "cat /proc/$PPID/cmdline /proc/$PPID/environ 2>/dev/null | tr '\\\\0' '\\\\n'; env"] }
          report: { uses: report.nightly, needs: [shares], when: always, with: { intervals: [1d] } }
          facts: { uses: report.run, needs: [report, look], when: always }
        """)
      var said = [try await project.jobs("run", "all", "--date", "2026-01-15")]
      served.running.signal(SIGTERM)
      _ = try await served.running.end()
      #expect(said[0].status == 0, "\(said[0])")
      #expect(try project.text("ledger.jsonl").contains(#""provider":"alphavantage""#))
      let seen = try Database("\(project.root)/data/jobs.sqlite").lines("SELECT message FROM events")
      #expect(seen.contains("run") && seen.contains("--date"), "the program saw the command line: \(seen)")
      // Nobody answers any more.
      said.append(try await project.jobs("run", "all", "--date", "2026-01-16", "--log-format", "json"))
      #expect(said[1].status != 0)
      for words in [
        ["secrets", "list"], ["history", "--json"], ["limits", "--json"], ["logs", "latest"], ["plan", "all", "--json"],
        ["backup", "create"],
      ] {
        said.append(try await project.start(words).end())
      }
      for ended in said { #expect(!ended.description.contains(canary), "\(ended)") }
      for entry in try project.entries() where !entry.isFolder && entry.path != path && entry.path != "pipe" {
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        #expect(bytes.firstRange(of: Data(canary.utf8)) == nil, "\(entry.path)")
      }
    }
  }

  @Test func `is not taken from the command line, nor under a name that leads elsewhere`() async throws {
    try await Project.with { project in
      let ended = try await project.jobs("secrets", "set", "alphavantage", canary)
      #expect(ended.status == 64, "\(ended)")
      for name in ["../alphavantage", "/alphavantage", "a/b", ".", "A", "a.b"] {
        #expect(try await project.jobs("secrets", "set", name, shell: #"echo x | "$@""#).status == 64, "\(name)")
      }
      #expect(try !project.entries().contains { $0.path.contains("alphavantage") })
    }
  }

  @Test func `loses the line end that an editor left, and is warned of in the environment`() async throws {
    try await Project.with { project in
      func states(_ environment: [String: String] = [:]) async throws -> String {
        try await project.jobs("secrets", "list", "--json", environment: environment).out
      }
      #expect(try await states(["JOBS_SECRET_ALPHAVANTAGE": canary]).contains("which other processes can see"))
      try await keep(project)
      #expect(try project.text(path) == canary)
      try project.write("\(canary)\r\n", to: path)
      let shown = try await states()
      #expect(shown.contains(#""usable" : true"#) && !shown.contains(canary), "\(shown)")
    }
  }

  @Test func `behind a link is not used`() async throws {
    try await Project.with { project in
      try await keep(project)
      try FileManager.default.moveItem(atPath: "\(project.root)/\(path)", toPath: "\(project.root)/elsewhere")
      try FileManager.default.createSymbolicLink(atPath: "\(project.root)/\(path)", withDestinationPath: "\(project.root)/elsewhere")
      let shown = try await project.jobs("secrets", "list", "--json").out
      #expect(shown.contains("is no plain file; put the key itself there"), "\(shown)")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can read the file of another"))
  func `that belongs to another is warned of`() async throws {
    try await Project.with { project in
      try await keep(project)
      try #require(chown("\(project.root)/\(path)", 12_345, 0) == 0)
      let shown = try await project.jobs("secrets", "list", "--json").out
      #expect(shown.contains("belongs to the user 12345; `chown 0 "), "\(shown)")
    }
  }
}
