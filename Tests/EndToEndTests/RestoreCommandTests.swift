import Testing

@Suite struct `A restore while a run goes on` {
  @Test(arguments: [[], ["--force"]])
  func `is refused, names the run, and disturbs nothing`(options: [String]) async throws {
    try await Project.with { project in
      let sandbox = ["JOBS_SANDBOX": "1"]
      try project.job("small", "steps: { a: { uses: nothing } }")
      #expect(try await project.jobs("run", "small", environment: sandbox).status == 0)
      let made = try await project.jobs("backup", "create", environment: sandbox)
      try #require(made.status == 0, "\(made)")
      let gate = try Gate(in: project)
      let run = try project.start(["run", "gate", "--date", "2026-01-15"], environment: sandbox)
      try await gate.reached()
      let restore = try await project.start(["backup", "restore", "newest"] + options, environment: sandbox).end()
      #expect(restore.status == (options.isEmpty ? 64 : 75), "\(restore)")
      if !options.isEmpty { #expect(restore.err.contains("gate-20260115T0000Z-1"), "\(restore)") }
      try await gate.open()
      let ended = try await run.end()
      #expect(ended.status == 0, "\(ended)")
      #expect(try project.rows("SELECT job FROM runs ORDER BY started_at") == ["small", "gate"])
    }
  }
}
