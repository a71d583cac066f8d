import Foundation
import Testing

/// Conditions, computed values, pools, calendars, hazards and drawings, as a user of the program meets them.
@Suite struct `The language of jobs` {
  @Test func `skips by the date, with the values that were seen, in the plan and in the run`() async throws {
    try await Project.with { project in
      try project.job(
        "cond", "steps:\n  sunday:\n    uses: nothing\n    when: ${{ weekday == \"sun\" }}\n  other: { uses: nothing, needs: [sunday] }")
      let plan = try await project.jobs("plan", "cond", "--date", "2026-01-15")
      #expect(plan.status == 0 && plan.out.contains("its condition is not met: weekday == \"sun\" (weekday is thu)"), "\(plan)")
      let thursday = try await project.jobs("run", "cond", "--sandbox", "--date", "2026-01-15", "--json")
      #expect(thursday.status == 0 && thursday.out.contains("weekday is thu"), "\(thursday)")
      let sunday = try await project.jobs("run", "cond", "--sandbox", "--date", "2026-01-18", "--json")
      #expect(sunday.status == 0 && !sunday.out.contains("condition"), "\(sunday)")
    }
  }

  @Test func `judges how steps have ended`() async throws {
    try await Project.with { project in
      try project.job(
        "judge",
        """
        steps:
          a: { uses: shell, with: { run: ["false"] } }
          b: { uses: nothing, needs: [a], when: "${{ steps.a.failed_tasks > 0 }}" }
          c: { uses: nothing, needs: [a], when: "${{ steps.a.succeeded }}" }
        """)
      let ended = try await project.jobs("run", "judge", "--sandbox", "--date", "2026-01-15")
      #expect(ended.status == 3, "\(ended)")
      let said = ended.out + ended.err
      #expect(said.contains("its condition is not met: steps.a.succeeded (steps.a.succeeded is false)"), "\(said)")
    }
  }

  @Test func `computes values for the logical date, in the zone of the job`() async throws {
    try await Project.with { project in
      try project.job(
        "values",
        """
        time_zone: America/New_York
        parameters: { greeting: hello, day: "${{ date }}" }
        steps:
          a: { uses: shell, with: { run: [sh, -c, "echo $0 > out.txt", "${{ parameters.greeting + ' ' + text(date) + ' ' + text(hour) }}"] } }
        """)
      let ended = try await project.jobs("run", "values", "--sandbox", "--date", "2026-01-15T02:30Z", "--set", "greeting=good")
      #expect(ended.status == 0, "\(ended)")
      #expect(try project.text("out.txt") == "good 2026-01-14 21\n")
    }
  }

  @Test func `refuses a hazard before anything runs, and names both places`() async throws {
    try await Project.with { project in
      try project.job(
        "hazard",
        """
        steps:
          crypto: { uses: binance.candles, each: { symbol: [BTCUSDT], interval: [1d] } }
          quality: { uses: quality.check, with: { rules: $config.quality } }
        """)
      for command in [["check", "Jobs/hazard.yaml"], ["run", "hazard", "--sandbox", "--date", "2026-01-15"]] {
        let ended = try await project.start(command).end()
        #expect(ended.status == 78, "\(ended)")
        #expect(ended.err.contains("error[E137]: `quality` reads `candles`, which `crypto` writes, and nothing orders them"), "\(ended)")
        #expect(ended.err.contains("Jobs/hazard.yaml:5:20, 4:19"), "\(ended)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/data/sandbox/jobs.sqlite"))
    }
  }

  /// 2026-01-17 and 18 are a weekend, the 19th is Martin Luther King's day.
  @Test(arguments: [
    ("2026-01-17T00:00Z", false), ("2026-01-18T00:00Z", false), ("2026-01-19T00:00Z", false), ("2026-01-20T02:00Z", false),
    ("2026-01-20T21:10Z", false), ("2026-01-20T21:50Z", true),
  ])
  func `lets a step without series rest on a night without a session`(date: String, isDue: Bool) async throws {
    try await Project.with { project in
      try project.job("session", "steps:\n  a: { uses: nothing, calendar: XNYS, offset: close+45m }")
      let first = try await project.jobs("run", "session", "--sandbox", "--date", "2026-01-16T22:00Z")
      let second = try await project.jobs("run", "session", "--sandbox", "--date", date)
      #expect(first.status == 0 && second.status == 0, "\(first) \(second)")
      let rests = (second.out + second.err).lowercased().contains("not due")
      // The session of Friday was over at 21:45 UTC; the first run has seen it.
      #expect(rests == !isDue, "\(date) \(second)")
    }
  }

  /// Each program holds a folder while it works; two at once would find it made.
  @Test func `keeps to the size of a pool`() async throws {
    try await Project.with { project in
      try project.job(
        "pool",
        """
        pools: { one: 1 }
        steps:
          a: { uses: shell, pool: one, with: { run: [sh, -c, "mkdir held && head -c 20000000 /dev/zero | cksum && rmdir held"] } }
          b: { uses: shell, pool: one, with: { run: [sh, -c, "mkdir held && head -c 20000000 /dev/zero | cksum && rmdir held"] } }
          c: { uses: shell, pool: one, with: { run: [sh, -c, "mkdir held && head -c 20000000 /dev/zero | cksum && rmdir held"] } }
        """)
      let ended = try await project.jobs("run", "pool", "--sandbox", "--date", "2026-01-15")
      #expect(ended.status == 0, "\(ended)")
    }
  }

  @Test func `names the nearest step or tag for a selector that matches nothing`() async throws {
    try await Project.with { project in
      for (selector, wanted) in [
        ("reprot", "a step with a similar name exists: `report`"), ("tag:x", "the job has no tags"), ("run_report", "a step of `finally`"),
      ] {
        let ended = try await project.jobs("plan", "nightly", "--only", selector)
        #expect(ended.status == 64 && ended.err.contains(wanted), "\(ended)")
      }
      let several = try await project.jobs("plan", "nightly", "--only", "crypto,report", "--date", "2026-01-15", "--sandbox")
      #expect(several.status == 0, "\(several)")
    }
  }

  @Test(arguments: ["text", "mermaid", "dot", "svg"])
  func `draws a job, also into a file`(format: String) async throws {
    try await Project.with { project in
      let shown = try await project.jobs("graph", "nightly", "--format", format)
      let written = try await project.jobs("graph", "nightly", "--format", format, "--output", "out.txt")
      #expect(shown.status == 0 && written.status == 0 && written.out.isEmpty, "\(written)")
      #expect(try project.text("out.txt") == shown.out)
      #expect(shown.out.contains("alphavantage.candles"))
    }
  }

  @Test func `prints the schemas that lie beside the configuration`() async throws {
    try await Project.with { project in
      for name in ["job", "watchlist", "providers", "quality", "retention", "realtime", "monitoring", "notifications"] {
        let ended = try await project.jobs("schema", name)
        let committed = try project.text("Jobs/config/\(name).schema.json")
        #expect(ended.status == 0 && ended.out == committed, "\(name)")
      }
      let unknown = try await project.jobs("schema", "watchlst")
      #expect(unknown.status == 64 && unknown.err.contains("`watchlist`"), "\(unknown)")
    }
  }
}
