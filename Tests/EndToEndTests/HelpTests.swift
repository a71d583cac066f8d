import Foundation
import Testing

@Suite struct `The help of every command` {
  /// Examples that a test cannot run, and why.
  private static let skipped: [(start: String, why: String)] = [
    ("jobs sandbox", "it serves until it is stopped"), ("jobs serve", "it serves until it is stopped"),
    ("jobs realtime serve", "it serves until it is stopped"), ("jobs bridge", "it listens until it is stopped"),
    ("jobs cron run", "it waits for the next start until it is stopped"), ("jobs cron install", "it would change a person's crontab"),
    ("jobs cron systemd", "it is refused on the sandbox, and would change timers"), ("pass show", "it needs a program that is not here"),
    ("jobs notify mute phone", "there is no channel yet"), ("jobs notify unmute phone", "there is no channel yet"),
    ("jobs notify test", "it sends a message"), ("sudo ", "it would change the machine"), ("systemctl ", "it would change the machine"),
  ]

  @Test func `begins with examples`() async throws {
    try await Project.with { project in
      for (path, command) in try await CommandTree.read(project).all {
        #expect(command.discussion?.hasPrefix("EXAMPLES\n") == true, "\(path.joined(separator: " "))")
        #expect(!command.examples.isEmpty, "\(path.joined(separator: " "))")
        #expect(command.examples.allSatisfy { $0.contains("jobs") || Self.isSkipped($0) }, "\(command.examples)")
      }
    }
  }

  /// Each example is typed in a project that has had a night; it may end in any way that the user guide knows, but not as misuse.
  @Test func `shows what can be typed`() async throws {
    try await Project.with { project in
      let statuses = try ExitStatuses.documented().subtracting([64, 70, 78, 141])
      try prepare(project)
      let environment = ["JOBS_SANDBOX": "1", "PATH": "\(project.root)/bin:/usr/bin:/bin", "HOME": "\(project.root)/home"]
      let short = ["--set", "history=60d", "--set", "hourly_history=2d"]
      for words in [
        ["run", "nightly", "--date", "2026-01-14T02:30Z"] + short, ["run", "hourly", "--date", "2026-01-15"],
        ["run", "nightly", "--date", "2026-01-15T02:30Z"] + short,
      ] {
        let run = try await project.start(words, environment: environment).end()
        try #require(run.status == 0, "\(run)")
      }
      var examples: [String] = []
      for (_, command) in try await CommandTree.read(project).all {
        for example in command.examples where !examples.contains(example) && !Self.isSkipped(example) { examples.append(example) }
      }
      #expect(examples.count > 40, "\(examples)")
      for example in examples {
        try writeFiles(project)
        // `jobs` is a command of the shell, too; a function comes before it. Standard input is empty.
        let ended = try await project.start([], environment: environment, shell: #"bin="$1"; jobs() { "$bin" "$@"; }; "# + example).end()
        // Nothing is unfinished after a good night, no key is stored, nothing was imported, and these days are too quiet for an alert.
        let isRefused =
          ended.status == 64 && ["is unfinished", "no key `", "there is no import `", "fired no alert"].contains { ended.err.contains($0) }
        #expect(statuses.contains(ended.status) || isRefused, "\(example)\n\(ended)")
        for word in ["Error: Unknown", "Error: Unexpected", "Error: Missing", "Usage:", "Fatal error"] {
          #expect(!ended.err.contains(word), "\(example)\n\(ended)")
        }
      }
    }
  }

  private static func isSkipped(_ example: String) -> Bool { skipped.contains { example.hasPrefix($0.start) } }

  /// The files that examples name.
  private func prepare(_ project: Project) throws {
    let manager = FileManager.default
    for folder in [
      "bin", "home", "home/.local/share/bash-completion/completions", "home/.zfunc", "home/.config/fish/completions", "data", "bodies",
    ] {
      try manager.createDirectory(atPath: "\(project.root)/\(folder)", withIntermediateDirectories: true)
    }
    try manager.createSymbolicLink(atPath: "\(project.root)/bin/jobs", withDestinationPath: try Program.path.get())
    // Graphviz is of no interest here, and not on every machine: what stands in for it takes a drawing, and no other input.
    try project.write("#!/bin/sh\ngrep -q '^digraph'\n", to: "bin/dot")
    try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(project.root)/bin/dot")
    try writeFiles(project)
  }

  /// The files that examples name; an example may write over them.
  private func writeFiles(_ project: Project) throws {
    let header = "symbol,interval,open_time,open,high,low,close,volume\n"
    func days(_ interval: String) -> String {
      (1...28).map { "ETHUSDT,\(interval),2026-01-\($0 < 10 ? "0" : "")\($0)T00:00:00Z,1,2,0.5,1.5,10\n" }.joined()
    }
    for name in ["candles.csv", "daily.csv"] { try project.write(header + days("1d"), to: name) }
    try project.write(header + days("1d") + days("1h"), to: "mixed.csv")
    try project.write(header.replacing("symbol,interval,", with: "") + days("1d").replacing("ETHUSDT,1d,", with: ""), to: "closes.csv")
    try project.write("a-key\n", to: "file")
  }
}
