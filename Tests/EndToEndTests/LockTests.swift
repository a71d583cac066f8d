import Foundation
import Testing

@Suite struct `The run lock` {
  private let gate = ["run", "gate", "--sandbox", "--date", "2026-01-15"]

  @Test func `lets one of fifty starts run, and tells the others who does`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let starts = try (0..<50).map { _ in try project.start(self.gate) }
      let ends = try await withThrowingTaskGroup(of: Program.Ended.self) { group in
        for start in starts { group.addTask { try await start.end() } }
        var ends: [Program.Ended] = []
        while ends.count < 49, let ended = try await group.next() { ends.append(ended) }
        // All others are gone: whoever is left holds the lock, and waits at the gate.
        try await gate.reached()
        try await gate.open()
        while let ended = try await group.next() { ends.append(ended) }
        return ends
      }
      #expect(ends.filter { $0.status == 0 }.count == 1, "\(ends.map(\.status))")
      let refused = ends.filter { $0.status == 75 }
      #expect(refused.count == 49, "\(ends.map(\.status))")
      for ended in refused { #expect(ended.err.contains(/another run is under way: process \d+ \(run gate/), "\(ended)") }
      #expect(try project.rows("SELECT state FROM runs") == ["succeeded"])
    }
  }

  @Test func `is let go by a run that another of its job replaces`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      try project.replace(/description: A test./, with: "overlap: replace", in: "Jobs/gate.yaml")
      let first = try project.start(self.gate)
      try await gate.reached()
      let second = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-16"])
      let replaced = try await first.end()
      #expect(replaced.status == 143, "\(replaced)")
      try await gate.reached()
      try await gate.open()
      let ended = try await second.end()
      #expect(ended.status == 0 && ended.err.contains("was asked to end (overlap: replace)"), "\(ended)")
      #expect(
        try project.rows("SELECT id, state FROM runs ORDER BY id") == [
          "gate-20260115T0000Z-1|cancelled", "gate-20260116T0000Z-1|succeeded",
        ])
    }
  }

  @Test func `is not taken from a process that was stopped`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let first = try project.start(self.gate)
      try await gate.reached()
      first.signal(SIGSTOP)
      let second = try await project.jobs("run", "gate", "--sandbox", "--date", "2026-01-16")
      #expect(second.status == 75, "\(second)")
      let history = try await project.jobs("history", "--sandbox", "--json")
      #expect(history.out.contains(/"state"\s*:\s*"running"/), "\(history)")
      first.signal(SIGCONT)
      try await gate.open()
      let ended = try await first.end()
      #expect(ended.status == 0, "\(ended)")
      #expect(try project.rows("SELECT state FROM runs") == ["succeeded"])
    }
  }

  /// Somebody deletes the lock file; a second run starts beside the first, which must notice before it writes.
  @Test func `that is taken over makes the old holder write nothing more`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      try project.job("other", "steps:\n  only: { uses: shell, with: { run: [\"true\"] } }")
      let first = try project.start(self.gate)
      try await gate.reached()
      try FileManager.default.removeItem(atPath: "\(project.root)/data/sandbox/run.lock")
      let second = try await project.jobs("run", "other", "--sandbox", "--date", "2026-01-15")
      #expect(second.status == 0, "\(second)")
      let before = try project.rows("SELECT step, task, state FROM tasks ORDER BY 1, 2") + project.rows("SELECT * FROM attempts")
      try await gate.open()
      let ended = try await first.end()
      #expect(ended.status == 75, "\(ended)")
      #expect(ended.err.contains("another run has taken over; this one writes nothing more"), "\(ended)")
      let after = try project.rows("SELECT step, task, state FROM tasks ORDER BY 1, 2") + project.rows("SELECT * FROM attempts")
      #expect(before == after)
      #expect(try project.rows("SELECT job, state FROM runs ORDER BY job") == ["gate|interrupted", "other|succeeded"])
    }
  }

  /// What the lock file says of a dead holder may be true of somebody else by now.
  @Test(arguments: ["another process of that number", "another boot", "an empty file", "no file"])
  func `is free when its holder is dead, whatever the file says:`(what: String) async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let first = try project.start(self.gate)
      try await gate.reached()
      let file = "data/sandbox/run.lock"
      let lines = try project.text(file).split(separator: "\n").map(String.init)
      try #require(lines.count == 4, "\(lines)")
      first.signal(SIGKILL)
      _ = try await first.end()
      switch what {
      case "another process of that number": try project.write(([String(getpid())] + lines[1...]).joined(separator: "\n") + "\n", to: file)
      case "another boot":
        let own = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8).split(separator: ")").last!.split(separator: " ")[19]
        try project.write("\(getpid())\n\(own)\n00000000-0000-0000-0000-000000000000\n\(lines[3])\n", to: file)
      case "an empty file": try project.write("", to: file)
      default: try FileManager.default.removeItem(atPath: "\(project.root)/\(file)")
      }
      let history = try await project.jobs("history", "--sandbox")
      #expect(history.out.contains("interrupted"), "\(history)")
      let looked = FileManager.default.fileExists(atPath: "\(project.root)/\(file)")
      #expect(looked == (what != "no file"), "looking makes no lock file")
      let again = try project.start(["run", "gate", "--sandbox", "--resume"])
      try await gate.reached()
      try await gate.open()
      let ended = try await again.end()
      #expect(ended.status == 0, "\(ended)")
    }
  }
}
