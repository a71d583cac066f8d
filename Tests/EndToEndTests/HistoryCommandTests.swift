import Foundation
import Testing

@Suite struct `What happened` {
  private func history(_ project: Project, _ arguments: String...) async throws -> String {
    let ended = try await project.start(["history", "--sandbox"] + arguments).end()
    #expect(ended.status == 0, "\(ended)")
    return ended.out
  }

  private func trivial(_ project: Project, _ name: String = "small", _ command: String = "true", date: String = "2026-01-15") async throws {
    try project.job(name, "steps:\n  only: { uses: shell, with: { run: [sh, -c, \"\(command)\"] } }")
    _ = try await project.jobs("run", name, "--sandbox", "--date", date)
  }

  @Test func `names a killed run interrupted at once, and writes nothing for it`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let run = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-15"])
      try await gate.reached()
      run.signal(SIGKILL)
      _ = try await run.end()
      try await gate.abandoned()
      let lines = try await history(project)
      #expect(lines.contains("interrupted") && lines.contains("killed in gate"), "\(lines)")
      #expect(try project.rows("SELECT state FROM runs") == ["running"], "a reader writes nothing")
      let shown = try await project.jobs("show", "gate", "--sandbox")
      #expect(shown.out.contains("gate-20260115T0000Z-1  interrupted"), "\(shown)")
      #expect(shown.out.contains("gate was cut off in attempt 1"), "\(shown)")
      #expect(try await history(project, "--state", "interrupted").contains("gate-20260115T0000Z-1"))
      #expect(try await history(project, "--state", "running") == "nothing of the kind\n")

      try project.job("gate", "steps:\n  gate: { uses: shell, with: { run: [\"true\"] } }")
      let again = try await project.jobs("run", "gate", "--sandbox", "--date", "2026-01-15")
      #expect(again.status == 0, "\(again)")
      #expect(try await history(project).contains("killed in gate; completed by gate-20260115T0000Z-2"))
    }
  }

  @Test func `holds the starts that nobody made, in their order`() async throws {
    try await Project.with { project in
      try await trivial(project)
      let database = try Database("\(project.root)/\(project.sandboxDatabase)")
      try database.execute(
        """
        UPDATE runs SET started_at = 1768447860000, ended_at = 1768447861000;
        INSERT INTO decisions (job, instant, decision, reason, decided_at) VALUES
          ('small', 1768361400000, 'skipped', 'the machine was off', 1768447800000),
          ('small', 1768534200000, 'skipped', 'another run was under way', 1768534200000);
        """)
      let lines = try await history(project).split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines[1].hasPrefix("small 2026-01-16 03:30Z") && lines[1].hasSuffix("missed 03:30Z (another run was under way)"), "\(lines)")
      #expect(lines[2].hasPrefix("small-20260115T0000Z-1"), "\(lines)")
      #expect(lines[3].hasPrefix("small 2026-01-14 03:30Z") && lines[3].hasSuffix("missed 03:30Z (the machine was off)"), "\(lines)")
      #expect(try await history(project, "--state", "missed").split(separator: "\n").count == 3)
      #expect(try await history(project, "--since", "2026-01-15T12:00Z").split(separator: "\n").count == 2)
      #expect(try await history(project, "--limit", "1").split(separator: "\n").count == 2)

      let json = try await history(project, "--json")
      let document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
      #expect(document.schema == "jobs.history/1" && document.runs.map(\.state) == ["missed", "succeeded", "missed"])
    }
  }

  @Test func `tells the rows that a run left, and its first failure`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "NOSUCHPAIR"]) { project in
      let short = ["--set", "history=30d", "--set", "hourly_history=2d"]
      let ended = try await project.start(["run", "nightly", "--sandbox", "--date", "2026-01-15"] + short).end()
      #expect(ended.status == 3, "\(ended)")
      let line = try #require(try await history(project).split(separator: "\n").last)
      let new = try project.rows("SELECT count(*) + (SELECT count(*) FROM signals) + (SELECT count(*) FROM alerts) FROM candles")[0]
      #expect(line.replacing(",", with: "").contains("+\(new)/~0"), "\(line)")
      #expect(line.contains("NOSUCHPAIR") && line.contains("exit 3"), "\(line)")
      let shown = try await project.jobs("show", "latest", "--sandbox")
      #expect(shown.out.contains("Otherwise than planned:\n  1 of 2 tasks of crypto failed"), "\(shown)")
    }
  }

  @Test(arguments: [["--state", "odd"], ["--since", "yesterday"], ["--limit", "0"]])
  func `refuses a filter that means nothing`(arguments: [String]) async throws {
    try await Project.with { project in
      try await trivial(project)
      let ended = try await project.start(["history", "--sandbox"] + arguments).end()
      #expect(ended.status == 64 && ended.out.isEmpty && ended.err.contains(arguments[0]), "\(ended)")
    }
  }

  @Test func `is found by the beginning of a name, and an ambiguous one is answered with all that it may mean`() async throws {
    try await Project.with { project in
      for date in ["2026-01-14", "2026-01-15"] { try await trivial(project, date: date) }
      #expect(try await project.jobs("show", "small-20260114", "--sandbox").out.hasPrefix("small-20260114T0000Z-1  succeeded"))
      #expect(try await project.jobs("show", "latest", "--sandbox").out.hasPrefix("small-20260115T0000Z-1"))
      let ended = try await project.jobs("show", "small-2026", "--sandbox", "--json")
      #expect(ended.status == 64, "\(ended)")
      #expect(ended.err.contains("small-20260115T0000Z-1, small-20260114T0000Z-1"), "\(ended)")
      #expect(ended.out.contains("jobs.error/1"), "\(ended)")
      #expect(try await project.jobs("logs", "nothing", "--sandbox").status == 64)
    }
  }

  @Test func `is followed until the run ends`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let run = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-15"])
      try await gate.reached()
      let follower = try project.start(["logs", "gate", "--follow", "--sandbox"])
      run.signal(SIGTERM)
      _ = try await run.end()
      let ended = try await follower.end()
      #expect(ended.status == 0 && ended.err.contains("gate-20260115T0000Z-1: cancelled"), "\(ended)")
    }
  }

  private struct Document: Decodable {
    let schema: String
    let runs: [Run]

    struct Run: Decodable { let state: String }
  }
}

@Suite struct `Two runs` {
  @Test func `are compared: plan, results, failures`() async throws {
    try await Project.with { project in
      try project.job("a", "steps:\n  one: { uses: shell, with: { run: [\"true\"] } }\n  two: { uses: shell, with: { run: [\"true\"] } }")
      _ = try await project.jobs("run", "a", "--sandbox", "--date", "2026-01-14")
      try project.job(
        "a", "steps:\n  one: { uses: shell, with: { run: [\"false\"] } }\n  three: { uses: shell, with: { run: [\"true\"] } }")
      _ = try await project.jobs("run", "a", "--sandbox", "--date", "2026-01-15")
      let ended = try await project.jobs("diff", "a-20260114", "latest", "--sandbox")
      #expect(ended.status == 0, "\(ended)")
      for part in [
        "they are about 2026-01-14T00:00:00Z and 2026-01-15T00:00:00Z", "the run is partial after one that succeeded",
        "one has another `with`: run [false] instead of [true]", "one is failed and was succeeded", "one failed only in the second run:",
        "two is only in the first run: it uses shell", "three is only in the second run: it uses shell",
      ] { #expect(ended.out.contains(part), "\(part)\n\(ended)") }

      let json = try await project.jobs("diff", "a-20260114", "latest", "--sandbox", "--json")
      let document = try JSONDecoder().decode(Document.self, from: Data(json.out.utf8))
      #expect(document.schema == "jobs.diff/1" && !document.same && document.steps.map(\.step) == ["one", "two", "three"])
      let same = try await project.jobs("diff", "latest", "a", "--sandbox")
      #expect(same.status == 0 && same.out.contains("Both are the same run."), "\(same)")
      #expect(try await project.jobs("diff", "latest", "nothing", "--sandbox").status == 64)
    }
  }

  private struct Document: Decodable {
    let schema: String
    let same: Bool
    let steps: [Step]

    struct Step: Decodable { let step: String }
  }
}
