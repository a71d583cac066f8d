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

/// A job that stops in the middle until it is let through: pipes, and nobody waits for time to pass.
private struct Gate {
  private let folder: String

  init(in project: Project) throws {
    folder = project.root
    for name in ["reached", "open", "alive"] {
      guard mkfifo("\(folder)/\(name)", 0o600) == 0 else { throw Mistake("no pipe: \(String(cString: strerror(errno)))") }
    }
    try project.job(
      "gate",
      """
      steps:
        gate: { uses: shell, with: { run: [sh, -c, "exec 3<> alive; echo > reached; read line < open"] } }
        after: { uses: shell, needs: [gate], with: { run: ["true"] } }
      """)
  }

  /// Returns when the job has come to the gate.
  func reached() async throws { try await use("reached", O_RDONLY) }

  /// Lets the job through.
  func open() async throws { try await use("open", O_WRONLY) }

  /// Returns when the program at the gate has ended: a pipe that it holds open has no other end any more.
  func abandoned() async throws { try await use("alive", O_RDONLY | O_NONBLOCK, untilItEnds: true) }

  /// Opening a pipe waits for its other end: not on a thread that others need.
  private func use(_ name: String, _ mode: Int32, untilItEnds: Bool = false) async throws {
    let path = "\(folder)/\(name)"
    let code: Int32 = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let descriptor = Glibc.open(path, mode | O_CLOEXEC)
        let code = descriptor < 0 ? errno : 0
        var byte = UInt8(ascii: "\n")
        // Either direction moves the one byte, or finds that the other side has had what it wanted.
        if untilItEnds {
          // Opened without waiting, read with it: the end comes when nobody holds the other side.
          if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, 0) }
          while descriptor >= 0, read(descriptor, &byte, 1) > 0 {}
        } else if descriptor >= 0 {
          _ = mode == O_WRONLY ? write(descriptor, &byte, 1) : read(descriptor, &byte, 1)
        }
        close(descriptor)
        continuation.resume(returning: code)
      }
    }
    guard code == 0 else { throw Mistake("\(path): \(String(cString: strerror(code)))") }
  }
}
