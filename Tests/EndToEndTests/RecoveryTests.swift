import Foundation
import Testing

/// docs/recovery.md: what it says can be typed, in a project that has had a night.
@Suite struct `The recovery page` {
  private static func blocks() throws -> [String] {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/recovery.md").standardized
    return try String(contentsOf: page, encoding: .utf8).matches(of: /```sh\n([^`]*)```/).map { String($0.1) }
  }

  @Test func `shows commands that work, one after the other`() async throws {
    try await Project.with { project in
      try await night(project)
      let before = try Database("\(project.root)/data/jobs.sqlite").lines("SELECT * FROM candles ORDER BY 1, 2, 3, 4")
      let lines = try Self.blocks().flatMap { $0.split(separator: "\n").map(String.init) }
      #expect(lines.count > 20)
      for line in lines {
        // A block of a lost disk begins where there is nothing.
        if line == "jobs backup verify" { try FileManager.default.removeItem(atPath: "\(project.root)/data/jobs.sqlite") }
        let ended = try await type(line, project)
        #expect(ended.status == 0, "\(line)\n\(ended)")
      }
      #expect(try Database("\(project.root)/data/jobs.sqlite").lines("SELECT * FROM candles ORDER BY 1, 2, 3, 4") == before)
    }
  }

  @Test func `is right that answers since the backup give back the nights that it lacks`() async throws {
    try await Project.with { project in
      try await night(project)
      #expect(try await type("jobs backup create", project).status == 0)
      try await night(project, "2026-01-16")
      let rows = "SELECT * FROM candles ORDER BY 1, 2, 3, 4"
      let whole = try Database("\(project.root)/data/jobs.sqlite").lines(rows)
      let restored = try await type("jobs backup restore newest --force", project)
      #expect(restored.status == 0 && restored.err.contains("2026-01-16T00:00:00Z"), "\(restored)")
      #expect(try Database("\(project.root)/data/jobs.sqlite").lines(rows) != whole)
      let rebuilt = try await type("jobs run nightly --offline --date 2026-01-16 --quiet", project)
      #expect(rebuilt.status == 0, "\(rebuilt)")
      #expect(try Database("\(project.root)/data/jobs.sqlite").lines(rows) == whole)
    }
  }

  @Test func `is right about what is refused, and with which status`() async throws {
    try await Project.with { project in
      try await night(project)
      #expect(try await type("jobs backup verify", project).status == 65, "there is none")
      #expect(try await type("echo short | jobs secrets set backup", project).status == 65)
      #expect(try await type("openssl rand -hex 32 | jobs secrets set backup && jobs backup create", project).status == 0)
      #expect(try await type("jobs backup create --keep 0d", project).status == 64, "no backup is kept for no time")
      #expect(try await type("jobs backup restore newest", project).status == 64, "it is not empty")
      #expect(try await type("jobs backup restore nothing --to x", project).status == 64)
      #expect(try await type("chmod 644 data/secrets/backup; jobs backup create", project).status == 77, "never open by mistake")
      #expect(try await type("openssl rand -hex 32 | jobs secrets set backup; jobs backup verify", project).status == 77)
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: "\(project.root)/data/backups").first { $0.hasSuffix(".backup") })
      let file = try FileHandle(forUpdating: URL(filePath: "\(project.root)/data/backups/\(name)"))
      try file.truncate(atOffset: 5000)
      let cut = try await type("jobs backup list; jobs secrets remove backup; jobs backup verify", project)
      #expect(cut.status == 77 && cut.out.contains("key "), "\(cut)")
    }
  }

  /// A night on the sandbox, whose data are then put where real data lie.
  private func night(_ project: Project, _ date: String = "2026-01-15") async throws {
    if try project.text("Jobs/nightly.yaml").contains("history: all ") {
      try project.replace(#/history: all /#, with: "history: 60d ", in: "Jobs/nightly.yaml")
      try project.replace(/hourly_history: 90d/, with: "hourly_history: 2d", in: "Jobs/nightly.yaml")
    }
    // The steps that a page begins with are not done yet.
    for (from, to) in [("data", "data/sandbox"), ("reports", "reports/sandbox")] { try move(project, from, to) }
    let ended = try await project.jobs("run", "nightly", "--sandbox", "--skip", "backup", "--date", date, "--quiet")
    try #require([0, 3].contains(ended.status), "\(ended)")
    for (from, to) in [("data/sandbox", "data"), ("reports/sandbox", "reports")] { try move(project, from, to) }
  }

  private func move(_ project: Project, _ from: String, _ to: String) throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: "\(project.root)/\(to)", withIntermediateDirectories: true)
    for name in try manager.contentsOfDirectory(atPath: "\(project.root)/\(from)") where !["sandbox", "secrets", "backups"].contains(name) {
      try manager.moveItem(atPath: "\(project.root)/\(from)/\(name)", toPath: "\(project.root)/\(to)/\(name)")
    }
  }

  private func type(_ line: String, _ project: Project) async throws -> Program.Ended {
    // `jobs` is a command of the shell, too; a function comes before it.
    try await project.start([], shell: #"bin="$1"; jobs() { "$bin" "$@"; }; "# + line).end()
  }
}
