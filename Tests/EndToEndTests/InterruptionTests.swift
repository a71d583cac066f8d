import Foundation
import Testing

@Suite struct `A run in progress` {
  @Test func `makes a second start come back later, and is named to it`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let first = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-15"])
      try await gate.reached()
      let second = try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-01-15")
      #expect(second.status == 75, "\(second)")
      #expect(second.err.contains("another run is under way: process "))
      #expect(second.err.contains("gate-20260115T0000Z-1"))
      try await gate.open()
      let ended = try await first.end()
      #expect(ended.status == 0, "\(ended)")
    }
  }

  @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
  func `that is asked to stop is cancelled, and can be resumed`(signal: Int32, status: Int32) async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let first = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-15"])
      try await gate.reached()
      first.signal(signal)
      let ended = try await first.end()
      #expect(ended.status == status, "\(ended)")
      #expect(ended.out.contains("CANCELLED"))
      #expect(!ended.out.contains("failed"), "being asked to stop is no failure: \(ended)")
      #expect(try project.rows("SELECT state, exit_status FROM runs") == ["cancelled|\(status)"])
      let history = try await project.jobs("history", "--sandbox")
      #expect(history.out.contains("cancelled") && history.out.contains("\(status)"), "\(history)")
      #expect(try project.rows("SELECT step, state FROM tasks ORDER BY step") == ["after|cancelled", "gate|cancelled"])

      let again = try project.start(["run", "gate", "--sandbox", "--resume"])
      try await gate.reached()
      try await gate.open()
      let resumed = try await again.end()
      #expect(resumed.status == 0, "\(resumed)")
      #expect(try project.rows("SELECT state, exit_status FROM runs") == ["succeeded|0"])
    }
  }

  @Test func `that dies without a word is called interrupted by the next`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let first = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-15"])
      try await gate.reached()
      first.signal(SIGKILL)
      _ = try await first.end()
      // What it had started does not go on without it, beside its own repetition.
      try await gate.abandoned()
      let short = ["--set", "history=30d", "--set", "hourly_history=2d"]
      let next = try await project.start(["run", "nightly", "--sandbox", "--date", "2026-01-15"] + short).end()
      #expect(next.status == 0, "\(next)")
      #expect(next.err.contains("gate-20260115T0000Z-1 had died; it is now called interrupted"))
      #expect(try project.rows("SELECT job, state FROM runs ORDER BY job") == ["gate|interrupted", "nightly|succeeded"])
    }
  }
}
