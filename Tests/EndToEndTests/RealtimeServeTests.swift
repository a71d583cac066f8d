import Foundation
import FoundationNetworking
import Testing

@Suite struct `jobs realtime serve` {
  @Test(arguments: [SIGINT, SIGTERM])
  func `serves what a run mirrored and what clients write, until a signal`(signal: Int32) async throws {
    try await Project.with { project in
      let night = try await project.jobs(
        "run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=30d", "--set", "hourly_history=1d")
      #expect(night.status == 0, "\(night)")
      let served = try TwinServer(by: project, ["--sandbox"])
      let token = try project.text("data/sandbox/realtime.token").trimmingCharacters(in: .whitespacesAndNewlines)
      let mode = try FileManager.default.attributesOfItem(atPath: "\(project.root)/data/sandbox/realtime.token")[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try await served.ask("GET", "/.json").status == 401)
      let tops = try await served.ask("GET", "/.json?shallow=true", token: token)
      #expect(tops.status == 200 && tops.body.contains(#""quotes":true"#), "\(tops)")
      let quote = try await served.ask("GET", "/quotes/binance/BTCUSDT.json", token: token)
      #expect(quote.status == 200 && quote.body.contains("\"close\":"), "\(quote)")
      #expect(try await served.ask("PUT", "/users/ann.json", token: token, body: #"{"watch":["AAPL"]}"#).body == #"{"watch":["AAPL"]}"#)
      // A run goes on beside it, and both writers' leaves stay.
      let again = try await project.jobs(
        "run", "nightly", "--sandbox", "--date", "2026-01-16", "--set", "history=30d", "--set", "hourly_history=1d")
      #expect(again.status == 0, "\(again)")
      #expect(try await served.ask("GET", "/users/ann/watch/0.json", token: token).body == #""AAPL""#)
      served.running.signal(signal)
      let ended = try await served.running.end()
      #expect(ended.status == 0 && ended.err.hasSuffix("stopped\n") && !ended.err.contains(token), "\(ended)")
    }
  }

  @Test func `makes a warehouse where there is none, and keeps rules that it is given`() async throws {
    try await Project.with { project in
      try project.write(#"{"rules": {"open": {".read": true}}}"#, to: "rules.json")
      for arguments in [["--rules", "rules.json"], []] {
        let served = try TwinServer(by: project, arguments)
        #expect(try await served.ask("GET", "/open.json").body == "null")
        #expect(try await served.ask("GET", "/closed.json").status == 401)
        served.running.signal(SIGTERM)
        #expect(try await served.running.end().status == 0)
      }
    }
  }

  @Test func `is the emulator on request, and ends when the warehouse is replaced`() async throws {
    try await Project.with { project in
      let served = try TwinServer(by: project, ["--emulator"])
      #expect(try await served.ask("PUT", "/a.json", token: "owner", body: "1").status == 200)
      #expect(try await served.ask("GET", "/a.json").body == "1")
      let path = "\(project.root)/data/jobs.sqlite"
      try FileManager.default.copyItem(atPath: path, toPath: path + ".other")
      #expect(rename(path + ".other", path) == 0)
      let ended = try await served.running.end()
      #expect(ended.status == 75 && ended.err.contains("was replaced by another file"), "\(ended)")
    }
  }

  @Test(
    arguments: [
      (["--port", "70000"], 64, "--port"), (["--emulator", "--host", "0.0.0.0"], 64, "loopback only"),
      (["--rules", "nofile"], 74, "nofile"),
      (["--rules", "crontab"], 78, "crontab: Line 1, column 1:"), (["--host", "nowhere"], 74, "nowhere:9000 cannot be listened on"),
    ] as [([String], Int32, String)])
  func `says what it cannot do`(arguments: [String], status: Int32, message: String) async throws {
    try await Project.with { project in
      let ended = try await project.start(["realtime", "serve"] + arguments).end()
      #expect(ended.status == status && ended.err.contains(message) && ended.out.isEmpty, "\(ended)")
    }
  }

  @Test func `does not use a token that others can read`() async throws {
    try await Project.with { project in
      try FileManager.default.createDirectory(atPath: "\(project.root)/data", withIntermediateDirectories: true)
      try project.write("known", to: "data/realtime.token")
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(project.root)/data/realtime.token")
      let ended = try await project.start(["realtime", "serve", "--port", "0"]).end()
      #expect(ended.status == 77 && ended.err.contains("can be read by others"), "\(ended)")
    }
  }
}

/// A realtime database that accepts connections.
struct TwinServer {
  struct Address: Decodable { let url: String }

  let running: Program.Running
  let url: String

  init(by project: Project, _ arguments: [String]) throws {
    let pipe = "\(project.root)/pipe"
    unlink(pipe)
    guard mkfifo(pipe, 0o600) == 0 else { throw Mistake("\(pipe) cannot be made") }
    running = try project.start(["realtime", "serve", "--port", "0", "--json"] + arguments, shell: #"exec "$@" > pipe"#)
    guard let reader = FileHandle(forReadingAtPath: pipe) else { throw Mistake("\(pipe) cannot be read") }
    var text = ""
    while !text.hasSuffix("}\n") {
      let piece = reader.availableData
      guard !piece.isEmpty else { throw Mistake("the server ended before it served: \(text)") }
      text += String(decoding: piece, as: UTF8.self)
    }
    url = try JSONDecoder().decode(Address.self, from: Data(text.utf8)).url
  }

  func ask(_ method: String, _ target: String, token: String? = nil, body: String? = nil) async throws -> (status: Int, body: String) {
    var request = URLRequest(url: URL(string: url + target)!)
    request.httpMethod = method
    request.httpBody = body.map { Data($0.utf8) }
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    let (data, response) = try await URLSession.shared.data(for: request)
    return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
  }
}
