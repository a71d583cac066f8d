import Foundation
import Testing

@Suite struct `The rules command` {
  @Test func `prints rules that it finds to be as declared`() async throws {
    try await Project.with { project in
      let printed = try await project.jobs("realtime", "rules")
      #expect(
        printed.status == 0 && printed.out.hasPrefix("{\n  \"rules\": {\n    \".read\": false,\n    \".write\": false,\n"), "\(printed)")
      let checked = try await project.jobs("realtime", "rules", "--check")
      #expect(checked.status == 0 && checked.err.contains(" questions, all answered as realtime.yaml declares"), "\(checked)")
      let row = try #require(
        checked.out.split(separator: "\n").first { $0.contains("/quotes/alphavantage/BRK%2EB/1d") && $0.contains(" read ") })
      #expect(row.split(whereSeparator: { $0 == " " }).dropFirst(2) == ["-", "yes", "yes", "yes", "yes", "yes"], "\(row)")
    }
  }

  @Test func `finds what rules written by hand let through, and where they cannot be read`() async throws {
    try await Project.with { project in
      let printed = try await project.jobs("realtime", "rules")
      try project.write(printed.out.replacing("auth != null && auth.uid === $uid", with: "auth != null"), to: "mine.json")
      let loose = try await project.jobs("realtime", "rules", "--check", "--file", "mine.json")
      #expect(loose.status == 65, "\(loose)")
      #expect(loose.err.contains("error: another user may write as it should be to /users/ann/profile; nothing declares that"), "\(loose)")
      let json = try await project.jobs("realtime", "rules", "--check", "--file", "mine.json", "--json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
      #expect(json.status == 65 && document["ok"] as? Bool == false && (document["cells"] as? [Any])?.isEmpty == false)
      try project.write("{\"rules\": {\n  \".read\": \"auth.uid = 1\"\n}}\n", to: "mine.json")
      let broken = try await project.jobs("realtime", "rules", "--file", "mine.json")
      #expect(broken.status == 65 && broken.err.contains("mine.json:2:22: `=` has no meaning here"), "\(broken)")
      let refused = try await project.jobs("realtime", "rules", "--deploy", "--file", "mine.json")
      #expect(refused.status == 65, "\(refused)")
    }
  }

  @Test func `deploys to the database that realtime.yaml names, and reads back`() async throws {
    try await Project.with { project in
      try project.job("small", "steps: { nothing: { uses: nothing } }")
      #expect(try await project.jobs("run", "small", environment: ["JOBS_SANDBOX": "1"]).status == 0)
      let here = try await project.jobs("realtime", "rules", "--deploy", "--sandbox")
      #expect(here.status == 0 && here.out.hasPrefix("the rules of the embedded realtime database are these now"), "\(here)")
      // The same database, as one elsewhere: over HTTP, by the address of an emulator.
      let server = try ServedTree(by: project)
      try project.replace(
        /sink: embedded/, with: "sink: firebase\ndatabase: http://127.0.0.1:\(server.port)?ns=desk", in: "Jobs/config/realtime.yaml")
      try project.replace(/watchlist_max: 100/, with: "watchlist_max: 7", in: "Jobs/config/realtime.yaml")
      let there = try await project.jobs("realtime", "rules", "--deploy", "--sandbox")
      #expect(there.status == 0 && there.out.contains("firebase http://127.0.0.1:\(server.port)"), "\(there)")
      let kept = try database(project).lines("SELECT value FROM realtime_settings WHERE name = 'rules'")
      #expect(kept.joined(separator: "\n").contains("[0-6]"), "\(kept)")
      // What a user writes there by the rules comes back by `realtime.pull`, and what an admin wrote past them into quarantine.
      let mine = try server.put("users/ann/watchlist", #"{"s0":"BTCUSDT","s6":"BRK.B"}"#, uid: "ann")
      let other = try server.put("users/ann/watchlist", #"{"s0":"ETHUSDT"}"#, uid: "bob")
      let tooMany = try server.put("users/ann/watchlist", #"{"s7":"ETHUSDT"}"#, uid: "ann")
      let quotes = try server.put("quotes/x", "1", uid: "ann")
      let past = try server.put("users/ann/alerts", #"{"s0":{"symbol":"A","kind":"moon"}}"#, uid: nil)
      #expect([mine, other, tooMany, quotes, past].elementsEqual([200, 401, 401, 401, 200]))
      try project.job("pull", "steps: { pull: { uses: realtime.pull, with: { rules: $config.realtime } } }")
      let pull = try await project.jobs("run", "pull", environment: ["JOBS_SANDBOX": "1"])
      #expect(pull.status == 0, "\(pull)")
      #expect(
        try database(project).lines("SELECT uid || position || symbol FROM user_watchlists ORDER BY 1") == ["ann0BTCUSDT", "ann1BRK.B"])
      #expect(try database(project).lines("SELECT path || ' ' || rule FROM user_quarantine") == ["users/ann/alerts/s0/kind unknown_word"])
      let export = try await project.jobs("realtime", "export", "ann", "--sandbox")
      #expect(export.status == 0 && export.out.contains("\"s6\" : \"BRK.B\"") && export.out.contains("\"moon\""), "\(export)")
      #expect(try await project.jobs("realtime", "export", "bob", "--sandbox").status == 65)
      // What the pull took and what it did not are in the export; nothing of anybody else is, not of one whose id begins alike.
      #expect(try server.put("users/ann2/watchlist", #"{"s0":"XRPUSDT","bad":1}"#, uid: nil) == 200)
      #expect(try await project.jobs("run", "pull", environment: ["JOBS_SANDBOX": "1"]).status == 0)
      let again = try await project.jobs("realtime", "export", "ann", "--sandbox")
      let whole = try #require(try JSONSerialization.jsonObject(with: Data(again.out.utf8)) as? [String: Any])
      let held = try #require(whole["warehouse"] as? [String: Any])
      #expect(held["user_watchlists"] as? [String] == ["BTCUSDT", "BRK.B"] && (held["user_quarantine"] as? [Any])?.count == 1, "\(again)")
      #expect(!again.out.contains("XRPUSDT") && !again.out.contains("ann2"), "\(again)")
      server.running.signal(SIGTERM)
      #expect(try await server.running.end().status == 0)
    }
  }

  private func database(_ project: Project) throws -> Database { try Database("\(project.root)/\(project.sandboxDatabase)") }
}

/// `jobs realtime serve` as an emulator, on the sandbox's data.
private struct ServedTree {
  let running: Program.Running
  let port: Int

  init(by project: Project) throws {
    let pipe = "\(project.root)/tree.pipe"
    guard mkfifo(pipe, 0o600) == 0 else { throw Mistake("\(pipe) cannot be made") }
    running = try project.start(
      ["realtime", "serve", "--port", "0", "--emulator", "--json", "--sandbox"], environment: [:], shell: #"exec "$@" > tree.pipe"#)
    guard let reader = FileHandle(forReadingAtPath: pipe) else { throw Mistake("\(pipe) cannot be read") }
    var text = ""
    while !text.hasSuffix("}\n") {
      let piece = reader.availableData
      guard !piece.isEmpty else { throw Mistake("the server ended before it served: \(text)") }
      text += String(decoding: piece, as: UTF8.self)
    }
    guard let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], let port = document["port"] as? Int
    else {
      throw Mistake("no port in \(text)")
    }
    self.port = port
  }

  /// - Parameter uid: who writes, by an unsigned token as emulators take it; nil: the admin.
  /// - Returns: the status.
  func put(_ path: String, _ json: String, uid: String?) throws -> Int {
    func part(_ text: String) -> String {
      Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    let token = uid.map {
      part(#"{"alg":"none","typ":"JWT"}"#) + "." + part(#"{"sub":"\#($0)","user_id":"\#($0)","iat":1,"exp":99999999999}"#) + "."
    }
    let query = token.map { "?ns=desk&auth=\($0)" } ?? "?ns=desk"
    let admin = uid == nil ? "Authorization: Bearer owner\r\n" : ""
    let answer = try exchange(
      "PUT /\(path).json\(query) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\(admin)Content-Length: \(json.utf8.count)\r\n\r\n\(json)"
    )
    return answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  private func exchange(_ request: String) throws -> String {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard handle >= 0 else { throw Mistake("no socket") }
    defer { close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard connected == 0 else { throw Mistake("nobody listens on \(port)") }
    let bytes = Array(request.utf8)
    guard write(handle, bytes, bytes.count) == bytes.count else { throw Mistake("the request could not be sent") }
    var (answer, piece) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
    while case let count = read(handle, &piece, piece.count), count > 0 { answer += piece[..<count] }
    return String(decoding: answer, as: UTF8.self)
  }
}
