import Foundation
import Testing

@Suite struct `A document for programs` {
  /// In a good project, in one that warns of everything, in an empty one and in a broken one: one document on standard output, no more.
  @Test func `is what every command with --json prints, whatever happens`() async throws {
    try await Project.with { project in
      let commands = try await CommandTree.read(project).all.filter { $0.command.hasJSON }
      #expect(commands.count >= 15)
      let empty = try project.copy()
      let broken = try project.copy()
      try broken.write("crypto: [BTCUSDT\n", to: broken.watchlist)
      try broken.write("61 2 * * * jobs run nightly\n", to: "crontab")
      let night = try await project.jobs(
        "run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=60d", "--set", "hourly_history=2d")
      try #require(night.status == 0, "\(night)")
      try warn(project)
      for (path, command) in commands {
        for (name, place) in [("warned", project), ("empty", empty), ("broken", broken)] {
          for words in lines(path, command) {
            let ended = try await place.start(
              Array(words.dropFirst()), environment: ["JOBS_SANDBOX": "1", "JOBS_SECRET_ALPHAVANTAGE": "x"]
            ).end()
            check(ended, "\(name): \(words.joined(separator: " "))")
          }
        }
      }
    }
  }

  @Test func `is what the version is told in, too`() async throws {
    try await Project.with { project in
      let ended = try await project.jobs("--version", "--json")
      #expect(ended.status == 0)
      let document = try JSONSerialization.jsonObject(with: Data(ended.out.utf8)) as? [String: Any]
      #expect(document?["schema"] as? String == "jobs.version/1")
      #expect(document?["version"] as? String == (try await project.jobs("--version").out.trimmingCharacters(in: .newlines)))
    }
  }

  @Test func `has every key, also those of which nothing is known`() async throws {
    try await Project.with { project in
      try project.job("small", "steps: { a: { uses: shell, with: { run: [\"true\"] } } }")
      let ended = try await project.jobs("run", "small", "--sandbox", "--json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(ended.out.utf8)) as? [String: Any])
      #expect(
        document.keys.sorted() == [
          "caught_up", "due", "exit_status", "job", "late", "logical_date", "next", "reason", "report", "run", "schema", "seconds", "state",
          "steps",
        ])
      #expect(document["late"] is NSNull && document["due"] is NSNull && document["next"] is NSNull)
      let step = try #require((document["steps"] as? [[String: Any]])?.first)
      #expect(
        step.keys.sorted() == ["failed", "failures", "reason", "seconds", "state", "step", "succeeded", "tasks", "warnings", "what"])
      let list = try await project.jobs("list", "--json")
      let jobs = try #require((try JSONSerialization.jsonObject(with: Data(list.out.utf8)) as? [String: Any])?["jobs"] as? [[String: Any]])
      #expect(jobs.allSatisfy { $0["last_run"] is NSNull && $0.keys.contains("next") })
    }
  }

  @Test func `names a schema that is documented`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    let page = try String(contentsOf: root.appending(path: "docs/json.md"), encoding: .utf8)
    let sources = try #require(FileManager.default.enumerator(atPath: root.appending(path: "Sources").path()))
    var schemas: Set<String> = []
    while let name = sources.nextObject() as? String {
      guard name.hasSuffix(".swift") else { continue }
      let text = try String(contentsOf: root.appending(path: "Sources/\(name)"), encoding: .utf8)
      schemas.formUnion(text.matches(of: /"(jobs\.[a-z_.]+\/[0-9]+)"/).map { String($0.1) })
    }
    #expect(schemas.count >= 20)
    for schema in schemas.sorted() { #expect(page.contains("`\(schema)`"), "docs/json.md does not know \(schema)") }
  }

  /// Whatever makes the program warn.
  private func warn(_ project: Project) throws {
    let crontab = try project.text("crontab")
    try project.write(crontab + "0 3 * * * jobs run nothing_of_this_name\n0 4 31 2 * jobs run nightly\n", to: "crontab")
    try project.write("pings: { nightly: no_such_key }\n", to: "Jobs/config/monitoring.yaml")
    // A list that is empty: a warning of every command that reads the job.
    try project.job("odd", "steps: { a: { uses: analysis.signals, each: { symbol: $watchlist.none }, with: { interval: 1d } } }")
    try project.write(try project.text(project.watchlist) + "none: []\n", to: project.watchlist)
  }

  /// How a command can be typed: with what it needs, with what is wrong, and with nothing.
  private func lines(_ path: [String], _ command: CommandTree.Command) -> [[String]] {
    // These wait for something that no test gives.
    if ["sandbox", "serve", "bridge"].contains(path.last!) || path.suffix(2) == ["cron", "run"] {
      return [path + ["--json", "--no-such-option"]]
    }
    let good = command.required.flatMap { argument -> [String] in
      let value =
        argument.allValues?.first ?? [
          "job": "nightly", "run": "nightly", "expression": "30 2 * * *", "input": "candles.csv", "file": "candles.csv", "code": "E104",
        ][argument.valueName ?? ""] ?? "nightly"
      return argument.kind == "positional" ? [value] : [argument.longName ?? "--?", value]
    }
    let bad = command.required.flatMap { $0.kind == "positional" ? ["no_such_thing"] : [$0.longName ?? "--?", "no_such_thing"] }
    return [path + good + ["--json"], path + bad + ["--json"], path + ["--json", "--no-such-option"]]
  }

  private func check(_ ended: Program.Ended, _ comment: String) {
    guard let document = try? JSONSerialization.jsonObject(with: Data(ended.out.utf8)) as? [String: Any] else {
      Issue.record("\(comment): standard output is no single document\n\(ended)")
      return
    }
    #expect((document["schema"] as? String)?.contains(/^jobs\.[a-z_.]+\/[0-9]+$/) == true, "\(comment)\n\(ended)")
    #expect(Self.keys(document).allSatisfy { $0.contains(/^[a-z][a-z0-9_]*$/) }, "\(comment): \(Self.keys(document))")
  }

  /// All keys but those of objects whose keys are data.
  private static func keys(_ value: Any, below parent: String = "") -> [String] {
    if let list = value as? [Any] { return list.flatMap { keys($0, below: parent) } }
    guard let object = value as? [String: Any], !["counts", "labels", "tables", "parameters", "with"].contains(parent) else { return [] }
    return object.flatMap { [$0.key] + keys($0.value, below: $0.key) }
  }
}
