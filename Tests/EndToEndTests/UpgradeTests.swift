import Foundation
import Testing

/// A warehouse that version 0.1.0 left when it was killed in mid-run; see Fixtures/README.md.
@Suite struct `A run that an older version began` {
  private let date = "2026-01-15"

  @Test func `is found dead and resumed by its own plan, and ends as an undisturbed one`() async throws {
    try await Project.with { project in
      let calm = try project.copy()
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      try calm.write(try project.text("Jobs/old.yaml"), to: "Jobs/old.yaml")
      // The plan of the old version holds the rules of its time.
      let rules = try calm.text("Jobs/config/quality.yaml").split(separator: "\n", omittingEmptySubsequences: false)
      let old = rules.filter { line in !["rejected:", "restatement:", "agreement:"].contains { line.hasPrefix($0) } }
      try calm.write(old.joined(separator: "\n"), to: "Jobs/config/quality.yaml")
      // Of what the old version fetched, it told no charts: they come with the next candle.
      for each in [calm, project] { try each.write("mirror: [quotes, signals, reports]\n", to: "Jobs/config/realtime.yaml") }
      // The step that killed its run the first time, and then no more.
      try calm.write("", to: "died")
      let undisturbed = try await calm.jobs("run", "old", "--sandbox", "--date", date)
      #expect(undisturbed.status == 3, "one step fails, as it is meant to: \(undisturbed)")

      let resumed = try await project.jobs("run", "old", "--sandbox", "--resume")
      #expect(resumed.status == 3, "\(resumed)")
      #expect(resumed.err.contains("resuming old-20260115T0000Z-1: 5 tasks stay as they are"), "\(resumed)")
      #expect(try project.rows("SELECT id, state FROM runs") == ["old-20260115T0000Z-1|partial"])
      expectSame(try calm.reportFiles(), try project.reportFiles())
      expectSame(try calm.learned(), try project.learned())
      #expect(try project.rows("PRAGMA integrity_check") == ["ok"])
    }
  }

  @Test func `repeats nothing that had been done`() async throws {
    try await Project.with { project in
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      let done = try project.rows("SELECT attempt FROM attempts WHERE step IN ('instruments', 'crypto', 'mail', 'excuse')")
      #expect(done == ["1", "1", "1", "1", "1"])
      let resumed = try await project.jobs("run", "old", "--sandbox", "--resume")
      #expect(resumed.status == 3, "\(resumed)")
      #expect(try project.text("mailed") == "1\n", "the message had been sent")
      let after = try project.rows("SELECT attempt FROM attempts WHERE step IN ('instruments', 'crypto', 'mail', 'excuse')")
      #expect(after == done)
      let tries = try project.rows("SELECT attempt, state FROM attempts WHERE step = 'dies' ORDER BY attempt")
      #expect(tries == ["1|interrupted", "2|succeeded"])
    }
  }

  @Test func `is told as interrupted by the history, and is healed by a new run too`() async throws {
    try await Project.with { project in
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      let fresh = try await project.jobs("run", "old", "--sandbox", "--date", date)
      #expect(fresh.status == 3, "\(fresh)")
      #expect(try project.rows("SELECT state FROM runs ORDER BY id") == ["interrupted", "partial"])
      let history = try await project.jobs("history", "old", "--sandbox")
      #expect(history.status == 0 && history.out.contains("interrupted"), "\(history)")
    }
  }
}

@Suite struct `A warehouse that a newer version wrote` {
  @Test(arguments: [["run", "nightly"], ["history"], ["data", "status"], ["prune"]])
  func `is refused, and left as it is`(command: [String]) async throws {
    try await Project.with { project in
      try await project.unpack("v0.1.0-interrupted.tar.gz")
      let started = try await project.jobs("run", "old", "--sandbox", "--resume")
      #expect(started.status == 3, "\(started)")
      let database = try Database("\(project.root)/\(project.sandboxDatabase)")
      try database.execute("INSERT INTO grdb_migrations VALUES ('9999 of the future')")
      let before = try project.rows("SELECT count(*), max(token) FROM runs, fences")
      let refused = try await project.start(command + ["--sandbox"]).end()
      #expect(refused.status == 65, "\(refused)")
      #expect(refused.err.contains("was written by a newer version of jobs (its schema is 9999 of the future)"), "\(refused)")
      #expect(try project.rows("SELECT count(*), max(token) FROM runs, fences") == before)
    }
  }
}

extension Project {
  /// Puts what an archive of Fixtures/ holds into the project.
  func unpack(_ archive: String) async throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(archive)").path()
    let ended = try await start([], shell: "exec tar --no-same-owner -xzf '\(path)'").end()
    guard ended.status == 0 else { throw Mistake("\(archive): \(ended)") }
  }
}
