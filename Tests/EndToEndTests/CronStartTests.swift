import Foundation
import Testing

/// Starts of a job as cron(8), a timer, the daemon and people make them; each test has a job of its own that leaves a line per run.
@Suite struct `A scheduled start` {
  @Test func `decides about its instant once, and does nothing the second time`() async throws {
    try await Project.with { project in
      try project.tick()
      let first = try await project.jobs("run", "tick", "--trigger", "cron", "--quiet")
      #expect(first.status == 0 && first.out.isEmpty && first.err.isEmpty, "\(first)")
      let decided = try project.decisions()
      let runsAtFirst = try project.ran()
      #expect(decided.count == 1 && runsAtFirst == 1)
      let again = try await project.jobs("run", "tick", "--trigger", "cron")
      #expect(again.status == 0 && again.err.hasPrefix("nothing is due for tick: "), "\(again)")
      let document = try await project.jobs("run", "tick", "--trigger", "timer", "--json")
      #expect(document.status == 0 && document.out.replacing(" ", with: "").contains("\"state\":\"notdue\""), "\(document)")
      // A person may run it again; that decides nothing.
      #expect(try await project.jobs("run", "tick").status == 0)
      let (after, runs) = (try project.decisions(), try project.ran())
      #expect(after == decided && runs == 2)
    }
  }

  @Test func `makes up missed instants as the job says, the oldest first`() async throws {
    try await Project.with { project in
      try project.tick("missed: { policy: all, within: 400d, at_most: 3 }\n")
      let old = Date(timeIntervalSinceNow: -9 * 86_400).formatted(.iso8601.year().month().day())
      #expect(try await project.jobs("run", "tick", "--date", "\(old)T00:00Z").status == 0)
      let start = try await project.jobs("run", "tick", "--trigger", "timer", "--json")
      #expect(start.status == 0, "\(start)")
      let verdicts = try project.decisions().map { $0.split(separator: "|")[1] }
      #expect(verdicts.first == "ran" && verdicts.filter { $0 == "skipped" }.count >= 5)
      #expect((4...5).contains(try project.ran()))
      let instants = try project.decisions().compactMap { $0.split(separator: "|").first.flatMap { Int($0) } }
      #expect(zip(instants, instants.dropFirst()).allSatisfy { $1 - $0 == 86_400_000 })
      #expect(try await project.jobs("run", "tick", "--trigger", "timer", "--quiet").status == 0)
      #expect(try project.decisions().count == instants.count)
    }
  }

  @Test func `says who may start a run`() async throws {
    try await Project.with { project in
      try project.tick()
      let ended = try await project.jobs("run", "tick", "--trigger", "nobody")
      #expect(ended.status == 64 && ended.err.contains("manual, sandbox, cron, timer, daemon"), "\(ended)")
    }
  }

  @Test func `by the daemon comes when it is due, and stops with it`() async throws {
    try await Project.with { project in
      try project.tick()
      try project.write(
        "WORD=hello\n0 0 * * * jobs run tick\n0 0 * * * echo \"$WORD from $0 at $(pwd)\"; kill -TERM $PPID\nWORD=later\n", to: "crontab")
      let daemon = try await project.jobs("cron", "run", "--clock", "2026-11-25T23:59:59Z")
      #expect(daemon.status == 143, "\(daemon)")
      #expect(daemon.out == "hello from /bin/sh at \(project.root)\n")
      let lines = daemon.err.split(separator: "\n")
      #expect(lines.first == "2026-11-25T23:59:59Z started with 2 lines; next tick at 2026-11-26T00:00:00+00:00")
      #expect(lines.contains { $0.contains("tick: started, due 2026-11-26T00:00:00+00:00 by crontab:2 (process ") })
      #expect(lines.contains { $0.contains("stopping: waiting for what is running") })
    }
  }

  @Test func `of a second daemon, or of a crontab with mistakes, is refused`() async throws {
    try await Project.with { project in
      try project.tick()
      let program = try Program.path.get()
      try project.write("0 0 * * * \(program) cron run > second.txt 2>&1; echo $? >> second.txt; kill -TERM $PPID\n", to: "crontab")
      #expect(try await project.jobs("cron", "run", "--clock", "2026-11-25T23:59:59Z").status == 143)
      let second = try project.text("second.txt")
      #expect(second.contains("`jobs cron run` is at work for this project already: process ") && second.hasSuffix("\n75\n"), "\(second)")
      for (text, message) in [
        ("61 * * * * jobs run tick\n", "crontab:1:1: error: "), ("0 0 * * * jobs run tock\n", "no job is called `tock`"),
        ("# nothing\n", "has no line to start"),
      ] {
        try project.write(text, to: "crontab")
        let ended = try await project.jobs("cron", "run")
        #expect(ended.status == 78 && ended.err.contains(message), "\(ended)")
      }
    }
  }

  @Test func `by systemd is written as units that it accepts`() async throws {
    try await Project.with { project in
      try project.tick()
      try project.write("CRON_TZ=America/New_York\n30 2 * * * jobs run tick\n", to: "crontab")
      let install = ["cron", "systemd", "--install", "--output", "units", "--run-as", "desk"]
      let first = try await project.start(install).end()
      #expect(first.status == 0 && first.out.contains("+ OnCalendar=*-*-* 07:00,30:00 UTC"), "\(first)")
      #expect(first.err.contains("systemctl enable --now jobs-tick.timer"), "\(first)")
      let again = try await project.start(install).end()
      #expect(again.status == 0 && again.out.isEmpty && again.err == "the units are up to date\n", "\(again)")

      try project.write("0 5 * * * jobs run nightly\n", to: "crontab")
      let dry = try await project.start(install + ["--dry-run"]).end()
      #expect(dry.status == 0 && dry.out.contains("- ExecStart="), "\(dry)")
      #expect(try project.entries(below: "units").count == 2)
      let changed = try await project.start(install).end()
      #expect(changed.status == 0, "\(changed)")
      #expect(try project.entries(below: "units").map(\.path) == ["units/jobs-nightly.service", "units/jobs-nightly.timer"])
      try await Self.judge(["\(project.root)/units/jobs-nightly.service", "\(project.root)/units/jobs-nightly.timer"])

      try project.write("[Unit]\n", to: "units/jobs-tick.timer")
      try project.write("0 5 * * * jobs run tick\n", to: "crontab")
      let foreign = try await project.start(install).end()
      #expect(foreign.status == 78 && foreign.err.contains("jobs-tick.timer is not of this project"), "\(foreign)")
      let removed = try await project.jobs("cron", "systemd", "--remove", "--output", "units")
      #expect(removed.status == 0, "\(removed)")
      #expect(try project.entries(below: "units").map(\.path) == ["units/jobs-tick.timer"])
    }
  }

  @Test func `by cron is written with the project, quietly, and with every percent sign escaped`() async throws {
    try await Project.with { project in
      try project.write(
        "MAILTO=desk@example.com\n0 5 * * * jobs run nightly --set note=50\\%\n0 6 * * * date +\\%F | tee day.txt", to: "crontab")
      let printed = try await project.jobs("cron", "install", "--print", "--system-zone", "UTC")
      let program = try Program.path.get()
      #expect(printed.status == 0 && printed.err.contains("no line break at its end"), "\(printed)")
      let lines = printed.out.split(separator: "\n").map(String.init)
      #expect(lines.contains("MAILTO=desk@example.com") && lines.contains("SHELL=/bin/sh"))
      #expect(
        lines.contains { $0.hasSuffix("jobs run --root \(project.root) --quiet --trigger cron nightly --set note=50\\%") }, "\(program)")
      #expect(lines.contains("0 6 * * * cd \(project.root) && date +\\%F | tee day.txt"))
      #expect(printed.out.hasSuffix("\n"))
    }
  }

  /// Lets systemd judge the units; where it is not installed, nothing is judged.
  private static func judge(_ units: [String]) async throws {
    let program = "/usr/bin/systemd-analyze"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      return print("systemd-analyze is not on this machine, so the units were not judged by it; install the Debian package systemd")
    }
    func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
      (process.standardOutput, process.standardError) = (pipe, pipe)
      try process.run()
      let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }
    for unit in units {
      let verdict = try run(["verify", unit])
      #expect(verdict.status == 0 && verdict.text.isEmpty, "\(verdict)")
    }
    // The threshold is in tenths: 1.3.
    let exposure = try run(["security", "--offline=true", "--threshold=13", units[0]])
    #expect(exposure.status == 0, "\(exposure.text.suffix(300))")
  }
}

extension Project {
  /// A job of one step that leaves a line, due every midnight.
  fileprivate func tick(_ keys: String = "") throws {
    try write("0 0 * * * jobs run tick\n", to: "crontab")
    try job("tick", keys + "steps:\n  only: { uses: shell, with: { run: [/bin/sh, -c, \"echo ran >> \(root)/ran.txt\"] } }")
  }

  /// How often it ran.
  fileprivate func ran() throws -> Int { try text("ran.txt").split(separator: "\n").count }

  /// Instant, decision, and whether there is a run.
  fileprivate func decisions() throws -> [String] {
    try Database("\(root)/data/jobs.sqlite").lines("SELECT instant, decision, run_id IS NOT NULL FROM decisions ORDER BY instant")
  }
}
