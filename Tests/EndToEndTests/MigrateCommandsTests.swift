import Foundation
import Testing

/// `jobs migrate`, on what version 0.1.0 left when it was killed; see Fixtures/README.md.
@Suite struct `Moving a warehouse to a newer schema` {
  @Test func `is shown, done, verified and taken back`() async throws {
    try await Project.with { project in
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      let before = try await project.jobs("migrate", "status", "--sandbox")
      #expect(before.status == 0 && before.out.contains("0004 limits and mirror") && before.out.contains("not yet"), "\(before)")
      #expect(before.out.contains("`jobs migrate up --sandbox"), "\(before)")
      let plan = try await project.jobs("migrate", "up", "--dry-run", "--sandbox")
      #expect(plan.status == 0 && plan.out.contains("would be applied: 0005 schedule"), "\(plan)")
      #expect(try project.rows("SELECT max(identifier) FROM grdb_migrations") == ["0004 limits and mirror"])
      #expect(try await project.jobs("migrate", "rollback", "--sandbox").status == 65, "there is no snapshot")

      let candles = try project.rows("SELECT * FROM candles ORDER BY 1, 2, 3, 4")
      let up = try await project.jobs("migrate", "up", "--sandbox")
      #expect(up.status == 0 && up.out.contains("as it was it lies in data/sandbox/backups/schema-0004.sqlite"), "\(up)")
      #expect(try await project.jobs("migrate", "up", "--sandbox").out == "up to date: nothing to do\n")
      #expect(try project.rows("SELECT * FROM candles ORDER BY 1, 2, 3, 4") == candles)
      let good = try await project.jobs("migrate", "verify", "--sandbox")
      #expect(good.status == 0 && good.out.hasPrefix("good  data/sandbox/jobs.sqlite"), "\(good)")

      let back = try await project.jobs("migrate", "rollback", "--sandbox")
      #expect(back.status == 0 && back.out.contains("with the schema `0004 limits and mirror`"), "\(back)")
      #expect(back.err.contains("what was there is now in data/sandbox/replaced/"), "\(back)")
      #expect(try project.rows("SELECT max(identifier) FROM grdb_migrations") == ["0004 limits and mirror"])
      #expect(try project.rows("SELECT * FROM candles ORDER BY 1, 2, 3, 4") == candles)
    }
  }

  @Test func `is done by the next run, which says so, and whose loss a rollback asks about`() async throws {
    try await Project.with { project in
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      let resumed = try await project.jobs("run", "old", "--sandbox", "--resume")
      #expect(resumed.status == 3, "\(resumed)")
      #expect(resumed.err.contains("was brought from `0004 limits and mirror` to"), "\(resumed)")
      #expect(resumed.err.contains("as it was it lies in data/sandbox/backups/schema-0004.sqlite"), "\(resumed)")
      let refused = try await project.jobs("migrate", "rollback", "--sandbox")
      #expect(refused.status == 64 && refused.err.contains("what one run did since the snapshot"), "\(refused)")
      #expect(refused.err.contains("(old-20260115T0000Z-1)"), "\(refused)")
      let back = try await project.jobs("migrate", "rollback", "--yes", "--sandbox")
      #expect(back.status == 0 && back.err.contains("answers that came since are known again"), "\(back)")
      #expect(try project.rows("SELECT state FROM runs") == ["running"], "as the old version left it")
      // The newer version changes it again, and ends the run.
      let again = try await project.jobs("run", "old", "--sandbox", "--resume")
      #expect(again.status == 3, "\(again)")
      #expect(try project.rows("SELECT state FROM runs") == ["partial"])
      #expect(try await project.jobs("migrate", "verify", "--sandbox").status == 0)
    }
  }

  @Test func `tells a damaged file from a sound one`() async throws {
    try await Project.with { project in
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      #expect(try await project.jobs("migrate", "up", "--sandbox").status == 0)
      try Database("\(project.root)/\(project.sandboxDatabase)").execute("DROP INDEX runs_by_job")
      let bad = try await project.jobs("migrate", "verify", "--sandbox", "--json")
      #expect(bad.status == 65 && bad.out.contains("index runs_by_job is missing"), "\(bad)")
    }
  }
}
