import Foundation
import Testing

@Suite struct `jobs cron` {
  @Test func `next prints the document that programs read`() async throws {
    try await Project.with { project in
      let ended = try await project.jobs(
        "cron", "next", "30 2 * * *", "--zone", "America/New_York", "--from", "2026-03-07T12:00Z", "--count", "2", "--json")
      #expect(ended.status == 0, "\(ended)")
      let next = try JSONDecoder().decode(Next.self, from: Data(ended.out.utf8))
      #expect(next.schema == "jobs.cron.next/1")
      #expect(
        next.next == [
          ["utc": "2026-03-08T07:00:00Z", "local": "2026-03-08T03:00:00-04:00", "note": "gap: moved from 02:30"],
          ["utc": "2026-03-09T06:30:00Z", "local": "2026-03-09T02:30:00-04:00", "note": nil],
        ])
      #expect(ended.out.contains("\"note\" : null"))
    }
  }

  @Test func `next prints a table for people`() async throws {
    try await Project.with { project in
      let ended = try await project.jobs("cron", "next", "@monthly", "--from", "2026-01-15", "--count", "2")
      #expect(
        ended.out == """
          LOCAL                      UTC                   NOTE
          2026-02-01T00:00:00+00:00  2026-02-01T00:00:00Z
          2026-03-01T00:00:00+00:00  2026-03-01T00:00:00Z

          """)
    }
  }

  @Test(
    arguments: [
      (["60 * * * *"], 65, "error: minute (field 1 of 5), column 1: 60 is out of range; allowed: 0-59\n  60 * * * *\n  ^\n"),
      (["* * * *\tbad"], 65, "  * * * * bad\n          ^\n"), (["* * 30 2 *"], 65, "day of month (field 3 of 5)"), ([""], 65, "empty"),
      (["@reboot"], 65, "no next time"), (["@daily", "--zone", "Mars/X"], 64, "no time zone is called `Mars/X`"),
      (["@daily", "--from", "soon"], 64, "--from `soon` is no instant"), (["@daily", "--count", "0"], 64, "--count takes 1 to 100000"),
      (["*", "*", "*", "*", "*"], 64, "unexpected arguments"),
    ] as [([String], Int32, String)])
  func `next says what is wrong`(arguments: [String], status: Int32, message: String) async throws {
    try await Project.with { project in
      let ended = try await project.start(["cron", "next"] + arguments).end()
      #expect(ended.status == status && ended.err.contains(message) && ended.out.isEmpty, "\(ended)")
    }
  }

  @Test func `answers a program also when the options are wrong`() async throws {
    try await Project.with { project in
      let ended = try await project.jobs("cron", "next", "--json", "--colour")
      #expect(ended.status == 64 && ended.err.hasPrefix("Error: "), "\(ended)")
      #expect(try JSONDecoder().decode(Problem.self, from: Data(ended.out.utf8)).schema == "jobs.error/1")
    }
  }

  @Test func `list shows each line, and the last run of its job`() async throws {
    try await Project.with { project in
      try project.write("CRON_TZ=Asia/Tokyo\n0 5 * * * jobs run empty --set a=b\n0 6 1 * * date\n", to: "crontab")
      try project.job("empty", "steps:\n  only: { uses: shell, with: { run: [/bin/true] } }")
      let before = try await project.jobs("cron", "list", "--sandbox")
      #expect(before.status == 0, "\(before)")
      #expect(before.out.contains("empty") && before.out.contains("Asia/Tokyo") && before.out.contains("--set a=b"))
      #expect(before.out.contains("T05:00:00+09:00") && before.out.contains("date"))
      let run = try await project.jobs("run", "empty", "--sandbox", "--date", "2026-01-15")
      #expect(run.status == 0, "\(run)")
      let after = try await project.jobs("cron", "list", "--sandbox", "--json")
      let list = try JSONDecoder().decode(List.self, from: Data(after.out.utf8))
      #expect(list.schema == "jobs.cron.list/1")
      #expect(Set(list.entries.map(\.line)) == [2, 3])
      let entry = try #require(list.entries.first { $0.line == 2 })
      #expect(entry.job == "empty" && entry.arguments == ["--set", "a=b"] && entry.zone == "Asia/Tokyo" && entry.next.count == 1)
      #expect(entry.last_run?.state == "succeeded")
      #expect(list.entries.first { $0.line == 3 }?.last_run == nil)
    }
  }

  @Test func `list and install name every mistake with its place`() async throws {
    try await Project.with { project in
      try project.write("61 * * * * jobs run nightly\n0 4 * * 0 jobs run nightly\n0 4 * * jobs\n", to: "crontab")
      for command in [["cron", "list"], ["cron", "install", "--print"]] {
        let ended = try await project.start(command).end()
        #expect(ended.status == 78 && ended.out.isEmpty, "\(ended)")
        #expect(
          ended.err == """
            error: crontab has 2 mistakes
            crontab:1:1: error: minute (field 1 of 5): 61 is out of range; allowed: 0-59
            61 * * * * jobs run nightly
            ^
            crontab:3:9: error: day of week (field 5 of 5): `jobs` is not a name of this field; allowed: 0-7 or sun-sat (0 and 7 are Sunday)
            0 4 * * jobs
                    ^

            """)
      }
    }
  }

  @Test func `install keeps foreign lines, says what changes, and changes nothing the second time`() async throws {
    try await Project.with { project in
      let installed = try FakeCrontab(in: project)
      try installed.write("7 * * * * mine\n")
      try project.write("30 2 * * * jobs run nightly\n", to: "crontab")
      let dry = try await installed.cron("install", "--dry-run", "--system-zone", "UTC")
      #expect(dry.status == 0 && dry.out.contains("+ 30 2 * * * ") && !dry.out.contains("mine"), "\(dry)")
      #expect(try installed.text() == "7 * * * * mine\n")

      #expect(try await installed.cron("install", "--system-zone", "UTC").status == 0)
      let lines = try installed.text().split(separator: "\n")
      #expect(lines.first == "7 * * * * mine" && lines.count == 6)
      let line = try #require(lines.first { $0.hasPrefix("30 2") })
      #expect(line.hasSuffix("/jobs run --root \(project.root) --quiet --trigger cron nightly"))
      let program = line.dropFirst("30 2 * * * ".count).prefix { $0 != " " }
      #expect(program.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: String(program)))

      let again = try await installed.cron("install", "--system-zone", "UTC")
      #expect(again.out.isEmpty && again.err == "the installed lines are up to date\n")
      #expect(try installed.text().split(separator: "\n") == lines)
      #expect(try await installed.cron("install", "--remove").out.contains("- 30 2 * * * "))
      #expect(try installed.text() == "7 * * * * mine\n")
      #expect(try await installed.cron("install", "--remove").err == "no line of this project is installed\n")
    }
  }

  @Test func `install refuses what cron would misread, and a job that does not exist`() async throws {
    try await Project.with { project in
      let installed = try FakeCrontab(in: project)
      try project.write("30 2 * * * jobs run nightly\n", to: "crontab")
      let misread = try await installed.cron("install", "--system-zone", "Europe/Berlin")
      #expect(misread.status == 78 && misread.err.contains("cron(8) knows only the system's zone, Europe/Berlin"), "\(misread)")
      try project.write("30 2 * * * jobs run nightli\n", to: "crontab")
      let lost = try await installed.cron("install", "--system-zone", "UTC")
      #expect(lost.status == 78 && lost.err.contains("`nightli` in line 1"), "\(lost)")
      #expect(!installed.exists)
      let sandbox = try await installed.cron("install", "--sandbox")
      #expect(sandbox.status == 64, "\(sandbox)")
    }
  }

  @Test func `install says that there is no cron, and prints the lines all the same`() async throws {
    try await Project.with { project in
      let nowhere = ["PATH": project.root]
      let ended = try await project.jobs("cron", "install", "--system-zone", "UTC", environment: nowhere)
      #expect(ended.status == 74 && ended.err.contains("install the Debian package cron"), "\(ended)")
      let printed = try await project.jobs("cron", "install", "--print", "--system-zone", "UTC", environment: nowhere)
      #expect(printed.status == 0 && printed.out.hasPrefix("# BEGIN jobs \(project.root)\n"), "\(printed)")
    }
  }

  private struct Problem: Decodable { let schema: String }

  private struct Next: Decodable {
    let schema: String
    let next: [[String: String?]]
  }

  private struct List: Decodable {
    let schema: String
    let entries: [Entry]

    struct Entry: Decodable {
      let line: Int
      let job: String?
      let zone: String
      let arguments: [String]
      let next: [[String: String?]]
      let last_run: Run?
    }

    struct Run: Decodable { let state: String }
  }
}

/// A crontab(1) that keeps its lines in a file of the test.
private struct FakeCrontab {
  private let project: Project
  private var path: String { "\(project.root)/bin/kept" }

  init(in project: Project) throws {
    self.project = project
    try FileManager.default.createDirectory(atPath: "\(project.root)/bin", withIntermediateDirectories: true)
    try project.write(
      """
      #!/bin/sh
      kept=$(dirname "$0")/kept
      case $1 in
        -l) if [ -e "$kept" ]; then cat "$kept"; else echo "no crontab for me" >&2; exit 1; fi ;;
        -) cat > "$kept" ;;
        *) exit 2 ;;
      esac

      """, to: "bin/crontab")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(project.root)/bin/crontab")
  }

  var exists: Bool { FileManager.default.fileExists(atPath: path) }
  func text() throws -> String { try project.text("bin/kept") }
  func write(_ text: String) throws { try project.write(text, to: "bin/kept") }

  func cron(_ arguments: String...) async throws -> Program.Ended {
    try await project.start(["cron"] + arguments, environment: ["PATH": "\(project.root)/bin:/usr/bin:/bin"]).end()
  }
}
