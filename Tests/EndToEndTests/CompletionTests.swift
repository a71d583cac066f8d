import Foundation
import Testing

@Suite struct `Completion` {
  @Test(
    arguments: [
      (["ru"], ":words", ["run"]), (["run", "ni"], ":words", ["nightly"]), (["run", "nightly", "--res"], ":words", ["--resume"]),
      (["run", "nightly", "--only", "crypto_"], ":words", ["crypto_hourly", "crypto_hourly+"]),
      (["run", "nightly", "--skip=rep"], ":words", ["--skip=report", "--skip=report+"]),
      (["run", "nightly", "--set", "hist"], ":words", ["history="]), (["run", "no_such_job", "--set", ""], ":words", []),
      (["logs", "nightly", "equ"], ":words", ["equities"]), (["explain", "E104"], ":words", ["E104"]),
      (["operations", "binance.ti"], ":words", ["binance.tickers"]), (["graph", "nightly", "--format", "s"], ":words", ["svg"]),
      (["check", "x"], ":files", []), (["list", "--root", ""], ":folders", []), (["help", "rep"], ":words", ["report"]),
      (["report", "bu"], ":words", ["build"]), (["run", "--wait", "--", "ho"], ":words", ["hourly"]),
      (["no", "such", "thing"], ":words", []),
      (["cron", "next", "@daily", "--zone", "America/New_Y"], ":words", ["America/New_York"]),
      ([""], ":words", ["run", "plan", "check", "list"]),
    ] as [([String], String, [String])])
  func `knows what may follow`(words: [String], kind: String, values: [String]) async throws {
    try await Project.with { project in
      let ended = try await project.start(["__complete", "--"] + words).end()
      #expect(ended.status == 0 && ended.err.isEmpty, "\(ended)")
      let lines = ended.out.split(separator: "\n")
      #expect(lines.first.map(String.init) == kind)
      let found = lines.dropFirst().map { String($0.prefix { $0 != "\t" }) }
      #expect(words == [""] ? Array(found.prefix(values.count)) == values : found == values, "\(ended)")
    }
  }

  @Test func `knows the runs of the project that the line names, while another process holds its lock`() async throws {
    try await Project.with { project in
      try project.job("small", "steps: { a: { uses: shell, with: { run: [\"true\"] } } }")
      let run = try await project.jobs("run", "small", "--sandbox", "--date", "2026-01-15")
      #expect(run.status == 0)
      let ended = try await project.jobs(
        "__complete", "--", "show", "--sandbox", "--root", project.root, "small-",
        shell: #"cd /; exec flock "$ROOT/data/sandbox/run.lock" "$@""#.replacing("$ROOT", with: project.root))
      #expect(ended.out == ":words\nsmall-20260115T0000Z-1\tsucceeded\n", "\(ended)")
      let nowhere = try await project.jobs("__complete", "--", "run", "", shell: #"cd /; exec "$@""#)
      #expect(nowhere.status == 0 && nowhere.out == ":words\n" && nowhere.err.isEmpty, "\(nowhere)")
    }
  }

  @Test(.enabled(if: Shells.has("bash"), "there is no bash here"))
  func `works in bash, whose words end at = and :`() async throws {
    let out = try await offered(
      by: "bash",
      """
      source "$1"
      t() { COMP_LINE="$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _market_jobs jobs; echo "${COMPREPLY[*]}"; }
      t "jobs run ni" jobs run ni
      t "jobs run nightly --set hi" jobs run nightly --set hi
      t "jobs run nightly --skip=rep" jobs run nightly --skip = rep
      t "jobs graph nightly --format=" jobs graph nightly --format =
      t "jobs run tagged --only tag:pr" jobs run tagged --only tag : pr
      t "jobs check x" jobs check x
      complete -p jobs
      """)
    #expect(
      out == [
        "nightly", "history=", "report report+", "text mermaid dot svg", "prices", "", "complete -F _market_jobs jobs",
      ])
  }

  @Test(.enabled(if: Shells.has("zsh"), "there is no zsh here"))
  func `works in zsh, and leaves zsh's own _jobs alone`() async throws {
    let out = try await offered(
      by: "zsh",
      """
      _jobs() { print own }
      source "$1"
      _describe() { print -r -- "describe ${(P)@[-1]}" }
      compadd() { print -r -- "add ${(P)@[-1]}" }
      _files() { print -r -- "files $@" }
      t() { words=("$@"); CURRENT=${#words}; _market_jobs }
      t jobs run ni
      t jobs run nightly --set hi
      t jobs run tagged --only tag:
      t jobs check x
      t jobs list --root x
      _jobs
      """)
    #expect(
      out == [
        "describe nightly:job", "add history=", #"describe tag\:prices:all steps with this tag"#, "files ", "files -/", "own",
      ])
  }

  @Test(.enabled(if: Shells.has("fish"), "there is no fish here"))
  func `works in fish`() async throws {
    let out = try await offered(
      by: "fish",
      """
      source $argv[1]
      complete -C 'jobs run ni'
      complete -C 'jobs run nightly --set hi'
      complete -C 'jobs run nightly --skip=rep'
      """)
    #expect(
      out == [
        "nightly\tjob", "history=\ta parameter of the job", "--skip=report\treport.nightly", "--skip=report+\twith all that need it",
      ])
  }

  /// What the shell says when it runs `script` with our own as its first argument.
  private func offered(by shell: String, _ script: String) async throws -> [String] {
    try await Project.with { project in
      try project.job("tagged", "steps: { a: { uses: shell, tags: [prices], with: { run: [\"true\"] } } }")
      let ours = try await project.jobs("completion", shell)
      #expect(ours.status == 0, "\(ours)")
      try project.write(ours.out, to: "ours")
      try project.write(script + "\n", to: "script")
      let options = ["bash": "--norc", "zsh": "-f", "fish": "--no-config"][shell]!
      let ended = try await project.jobs(shell: "exec \(shell) \(options) script ours")
      #expect(ended.err.isEmpty, "\(ended)")
      return ended.out.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
  }
}

enum Shells {
  static func has(_ name: String) -> Bool {
    ["/usr/bin", "/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
  }
}
