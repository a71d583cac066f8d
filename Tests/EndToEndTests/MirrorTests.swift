import Foundation
import FoundationNetworking
import Testing

@Suite struct `The mirror elsewhere` {
  @Test func `holds the night after a push that was killed again and again, and no reader saw a mixture`() async throws {
    try await Project.with { project in
      let standIn = try RealtimeStandIn("--lose", "5", "--errors", "0.02", "--token-uses", "40")
      try await standIn.use(in: project)
      let first = try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-01-15")
      #expect(first.status == 0, "\(first)")
      var moments = SystemRandomNumberGenerator()
      for night in 1...2 {
        try fill(project, 2000, night)
        var kills = 0
        while true {
          let running = try project.start(["realtime", "push", "--sandbox"])
          let ended =
            kills < 4 ? try await running.killed(after: .milliseconds(Int.random(in: 60...900, using: &moments))) : try await running.end()
          guard ended.status == 128 + SIGKILL else {
            #expect(ended.status == 0, "\(ended)")
            break
          }
          kills += 1
        }
        let series = try #require(try standIn.json("/__tree")["quotes"] as? [String: [String: [String: [String: Any]]]])
        let nights = (0..<2000).filter { series["binance"]?[String(format: "S%06d", $0)]?["1d"]?["night"] as? Int == night }
        #expect(nights.count == 2000)
      }
      let status = try await project.jobs("realtime", "status", "--sandbox", "--json")
      #expect(status.status == 0 && status.out.contains("\"different\" : 0") && status.out.contains("\"missing\" : 0"), "\(status)")
      let stats = try standIn.json("/__stats")
      for name in ["posts", "out_of_order", "mixtures", "unsigned"] { #expect(stats[name] as? Int == 0, "\(name): \(stats)") }
      #expect((stats["refusals"] as? [Any])?.isEmpty == true, "\(stats)")
      #expect((stats["lost"] as? Int ?? 0) > 0)
    }
  }

  @Test func `that is disabled makes the run partial; the report is there, and the next push tells what waited`() async throws {
    try await Project.with { project in
      let standIn = try RealtimeStandIn()
      try await standIn.use(in: project)
      try standIn.control(#"{"refuse":[{"after":0,"status":403,"text":"The database is disabled"}]}"#)
      let ended = try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-01-15")
      #expect(ended.status == 3 && ended.err.contains("it answered 403, The database is disabled"), "\(ended)")
      #expect(try project.text("reports/sandbox/nightly/2026-01-15/index.html").contains("</html>"))
      #expect(try project.rows("SELECT count(*) > 3 FROM outbox") == ["1"])
      let status = try await project.jobs("realtime", "status", "--sandbox")
      #expect(
        status.out.contains("waiting       candles") && status.out.contains("last failure") && status.out.contains("disabled"), "\(status)")
      try standIn.control(#"{"refuse":[]}"#)
      let pushed = try await project.jobs("realtime", "push", "--sandbox", "--repair", "--json")
      #expect(pushed.status == 0 && pushed.out.contains("jobs.realtime.push/1"), "\(pushed)")
      #expect(try project.rows("SELECT count(*) FROM outbox") == ["0"])
      let tree = try standIn.json("/__tree")
      #expect(tree["quotes"] != nil && tree["signals"] != nil && tree["reports"] != nil)
    }
  }

  @Test func `has a key that is in nothing that is written or said, nor its tokens`() async throws {
    try await Project.with { project in
      let standIn = try RealtimeStandIn("--lose", "2", "--token-uses", "2")
      let unset = try await project.jobs("secrets", "list")
      #expect(unset.status == 0)
      try await standIn.use(in: project)
      var said = [try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-01-15")]
      #expect(said[0].status == 0, "\(said[0])")
      try fill(project, 1500, 1)
      said.append(try await project.jobs("realtime", "push", "--sandbox", "--log-format", "json"))
      try fill(project, 10, 2)
      try standIn.control(#"{"refuse":[{"after":0,"status":401,"text":"Permission denied"}]}"#)
      said.append(try await project.jobs("realtime", "push", "--sandbox"))
      #expect(said[2].status == 1 && said[2].err.contains("the rules of the database do not let us write it"), "\(said[2])")
      for words in [["secrets", "list", "--json"], ["logs", "latest", "--sandbox"], ["realtime", "status", "--sandbox"], ["check"]] {
        said.append(try await project.start(words).end())
      }
      let key = try #require(try JSONSerialization.jsonObject(with: Data(standIn.keyFile.utf8)) as? [String: String])
      let lines = key["private_key"]!.split(separator: "\n").map(String.init).filter { $0.count > 40 }
      let secrets = try #require(try standIn.list("/__secrets")) + lines
      #expect(secrets.count > 20)
      for ended in said { for secret in secrets { #expect(!ended.description.contains(secret), "\(ended)") } }
      for entry in try project.entries() where !entry.isFolder && entry.path != "data/secrets/firebase" {
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        for secret in secrets { #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "\(entry.path)") }
      }
    }
  }

  @Test func `without its key is an error of the check, with its place and what to do`() async throws {
    try await Project.with { project in
      try project.write("# Where to.\nsink: firebase\ndatabase: https://desk.firebaseio.com\n", to: "Jobs/config/realtime.yaml")
      let said = try await project.start(["check"]).end()
      #expect(said.status == 78 && said.err.contains("error[E143]: the secret `firebase` cannot be used"), "\(said)")
      #expect(said.err.contains("Jobs/config/realtime.yaml:2:1") && said.err.contains("jobs secrets set firebase < key.json"), "\(said)")
      let document = try await project.start(["check", "--json", "Jobs/config/realtime.yaml"]).end()
      let json = try #require(try JSONSerialization.jsonObject(with: Data(document.out.utf8)) as? [String: Any])
      let found = try #require((json["diagnostics"] as? [[String: Any]])?.first)
      #expect(json["ok"] as? Bool == false && document.status == 78 && found["code"] as? String == "E143", "\(document)")
      let notes = found["notes"] as? [String]
      #expect(found["line"] as? Int == 2 && notes?.first?.contains("jobs secrets set firebase") == true, "\(document)")
      // Another file is right, whatever this one lacks.
      #expect(try await project.start(["check", "Jobs/nightly.yaml"]).end().status == 0)
    }
  }

  private func fill(_ project: Project, _ count: Int, _ night: Int) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [RealtimeStandIn.folder + "/fill_outbox.py", "\(project.root)/\(project.sandboxDatabase)", "\(count)", "\(night)"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}

/// Tests/StandIns/realtime_stand_in.py, running.
final class RealtimeStandIn {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../StandIns").standardized.path()
  private let process = Process()
  private let port: Int
  let keyFile: String

  init(_ arguments: String...) throws {
    let key = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString).json").path()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["\(Self.folder)/realtime_stand_in.py", "--key-out", key] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var line = Data()
    while !line.contains(0x0A) {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Mistake("the stand-in ended") }
      line += more
    }
    port = try #require((try JSONSerialization.jsonObject(with: line) as? [String: Int])?["port"])
    keyFile = try String(contentsOfFile: key, encoding: .utf8)
    try FileManager.default.removeItem(atPath: key)
  }

  deinit { kill(process.processIdentifier, SIGKILL) }

  /// Makes it the project's realtime database.
  func use(in project: Project) async throws {
    try project.write("sink: firebase\ndatabase: http://127.0.0.1:\(port)\nsecret: firebase\n", to: "Jobs/config/realtime.yaml")
    try project.write(keyFile, to: "typed")
    let stored = try await project.jobs("secrets", "set", "firebase", shell: #""$@" < typed"#)
    try #require(stored.status == 0, "\(stored)")
    try FileManager.default.removeItem(atPath: "\(project.root)/typed")
  }

  func json(_ path: String) throws -> [String: Any] { try JSONSerialization.jsonObject(with: body(path)) as? [String: Any] ?? [:] }

  func list(_ path: String) throws -> [String]? { try JSONSerialization.jsonObject(with: body(path)) as? [String] }

  func control(_ json: String) throws {
    _ = try body("/__control?" + json.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!)
  }

  private func body(_ path: String) throws -> Data { try Data(contentsOf: URL(string: "http://127.0.0.1:\(port)\(path)")!) }
}
