import Foundation
import Testing

@Suite struct `On a terminal` {
  private let job = """
    steps:
      a_step_with_a_rather_long_name_that_does_not_fit: { uses: shell, with: { run: [sleep, "0.35"] } }
      second: { uses: shell, with: { run: [sh, -c, "sleep 0.3"] } }
      bad: { uses: shell, retry: { attempts: 2, backoff: 1s }, with: { run: ["false"] } }
    """

  @Test(arguments: [40, 80, 200])
  func `a run shows lines that change, and leaves one per step`(columns: Int) async throws {
    try await Project.with { project in
      try project.job("small", job)
      let ended = try await project.onTerminal(
        ["run", "small", "--sandbox"], columns: columns, environment: ["LC_ALL": "C.UTF-8", "NO_COLOR": "1"])
      #expect(ended.status == 1, "\(ended)")
      #expect(ended.out.contains("small  0/3 steps"), "it showed how far it was: \(ended)")
      #expect(ended.out.contains("░"))
      #expect(!ended.out.contains(/\u{1B}\[[0-9]*m/), "NO_COLOR")
      #expect(!ended.out.contains("\u{1B}[?25l"), "the cursor is never hidden, so that it is there however the run ends")
      let screen = Screen(ended.out)
      let text = screen.lines.joined(separator: "\n")
      #expect(!text.contains("░") && !text.contains("0/3 steps"), "nothing of it is left: \(text)")
      for line in ["ok         second", "failed     bad", "FAILED  2 ok, 1 failed in", "Next     jobs run small --resume --sandbox"] {
        #expect(text.contains(line), "\(text)")
      }
      let moving = ended.out.components(separatedBy: "FAILED")[0].split(whereSeparator: \.isNewline).filter { $0.contains("░") }
      #expect(moving.allSatisfy { $0.replacing(/\u{1B}\[[0-9]*[A-Z]/, with: "").count < columns }, "\(moving)")
    }
  }

  @Test func `of another locale there are marks of ASCII alone`() async throws {
    try await Project.with { project in
      try project.job("small", job)
      let ended = try await project.onTerminal(["run", "small", "--sandbox"], columns: 50, environment: ["LC_ALL": "C"])
      #expect(!ended.out.unicodeScalars.contains { !$0.isASCII }, "\(ended)")
      #expect(ended.out.contains("[.......") && ended.out.contains("\u{1B}[31m"), "\(ended)")
    }
  }

  @Test(arguments: [(["--progress", "plain"], true), (["--progress", "none"], false), (["--quiet"], false)])
  func `lines do not change when they shall not`(options: [String], hasLines: Bool) async throws {
    try await Project.with { project in
      try project.job("small", "steps: { a: { uses: shell, with: { run: [sleep, \"0.3\"] } } }")
      let ended = try await project.onTerminal(["run", "small", "--sandbox"] + options)
      #expect(ended.status == 0)
      #expect(!ended.out.contains("\u{1B}[K") && !ended.out.contains("\u{1B}[J"), "\(ended)")
      #expect(ended.out.contains("1 steps, 1 tasks") == hasLines)
      #expect(ended.out.isEmpty == (options == ["--quiet"]), "\(ended)")
    }
  }

  @Test(
    arguments: [
      ([:], [], false), (["FORCE_COLOR": "1"], [], true), (["CLICOLOR_FORCE": "1"], [], true), ([:], ["--color", "always"], true),
      (["NO_COLOR": "1"], ["--color=always"], false), (["FORCE_COLOR": "1"], ["--color", "never"], false),
    ] as [([String: String], [String], Bool)])
  func `and elsewhere colour is a matter of the environment and of --color`(
    environment: [String: String], options: [String], isColoured: Bool
  ) async throws {
    try await Project.with { project in
      try project.job("small", "steps: { a: { uses: shell, with: { run: [\"false\"] } } }")
      let ended = try await project.start(["run", "small", "--sandbox"] + options, environment: environment).end()
      #expect(ended.out.contains("\u{1B}[31mFAILED\u{1B}[0m") == isColoured, "\(ended)")
      #expect(ended.out.contains("\u{1B}") == isColoured && ended.err.contains("\u{1B}") == isColoured)
    }
  }
}

@Suite struct `The log of a run` {
  @Test func `is a JSON object per line when that is asked for`() async throws {
    try await Project.with { project in
      try project.job(
        "small", "steps: { a: { uses: shell, with: { run: [\"false\"] } }, b: { uses: shell, needs: [a], with: { run: [\"true\"] } } }")
      for (options, environment) in [
        (["--log-format", "json"], [:]), (["--log-format=json", "--json"], [:]), ([], ["JOBS_LOG_FORMAT": "json"]),
      ] {
        let ended = try await project.start(["run", "small", "--sandbox"] + options, environment: environment).end()
        #expect(ended.status == 1)
        let lines = ended.err.split(separator: "\n")
        #expect(lines.count >= 4, "\(ended)")
        for line in lines {
          let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
          #expect(object.keys.sorted() == ["attempt", "code", "job", "level", "message", "run", "step", "task", "time"])
          #expect((object["run"] as? String)?.hasPrefix("small-") == true && object["job"] as? String == "small")
        }
        #expect(
          ended.err.contains(#""level":"error","run":"small-"#) && ended.err.contains(#""step":"a","task":"","attempt":1"#), "\(ended)")
      }
      let check = try await project.jobs("run", "nothing", "--log-format", "json")
      #expect(check.status == 64 && check.err.contains(#""level":"error""#) && check.err.split(separator: "\n").count == 1, "\(check)")
      let odd = try await project.jobs("list", environment: ["JOBS_LOG_FORMAT": "xml"])
      #expect(odd.status == 64 && odd.err.contains("JOBS_LOG_FORMAT is `xml`; it may be text or json"), "\(odd)")
    }
  }

  @Test func `has priorities when the journal listens, and only then`() async throws {
    try await Project.with { project in
      try project.job("small", "steps: { a: { uses: shell, with: { run: [\"false\"] } } }")
      let listening = try await project.jobs(
        "run", "small", "--sandbox", shell: #"exec 2> journal; JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/2) "$@""#)
      #expect(listening.status == 1)
      let lines = try project.text("journal").split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("<6>small-") } && lines.contains { $0.hasPrefix("<3>  failed     a") }, "\(lines)")
      #expect(lines.allSatisfy { $0.wholeMatch(of: /<[346]>.*/) != nil })
      let elsewhere = try await project.jobs("run", "small", "--sandbox", environment: ["JOURNAL_STREAM": "1:2"])
      #expect(!elsewhere.err.contains("<"), "\(elsewhere)")
    }
  }
}
