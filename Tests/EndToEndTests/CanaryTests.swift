import Foundation
import Testing

/// All that issues keys, tokens, passwords and secret addresses at once: every byte that is written or said is looked at, what other users
/// see of a process, and what a crash leaves.
@Suite struct `Not one of all secrets` {
  private let canary = "CANARY7f3kQx9LmZ2v"

  private func keep(_ project: Project, _ name: String, _ text: String) async throws {
    try project.write(text, to: "typed")
    let stored = try await project.jobs("secrets", "set", name, shell: #""$@" < typed"#)
    try #require(stored.status == 0, "\(stored)")
    try FileManager.default.removeItem(atPath: "\(project.root)/typed")
  }

  /// Channels of every kind, at an address on the loopback.
  private func keepChannels(_ project: Project, at url: String, mailPort: Int) async throws {
    for (name, text) in [
      "url_a": "\(url)/services/T0/B0/\(canary)_SLACK", "url_b": "\(url)/api/webhooks/1/\(canary)_DISCORD",
      "url_c": "\(url)/\(canary)_NTFY", "url_d": "\(url)/hook?k=\(canary)_HOOK", "key": "\(canary)_KEY",
      "token": "110201543:\(canary)_TELEGRAM", "password": "\(canary)_PASSWORD",
    ] {
      try await keep(project, name, text)
    }
    try project.write(
      """
      channels:
        a: { kind: slack, secret: url_a, allow_private: true }
        b: { kind: discord, secret: url_b, allow_private: true }
        c: { kind: ntfy, secret: url_c, key: key, allow_private: true }
        d: { kind: webhook, secret: url_d, key: key, allow_private: true }
        e: { kind: telegram, chat: "1", server: "\(url)", secret: token, allow_private: true }
        f: { kind: mail, server: "smtp://127.0.0.1:\(mailPort)", from: a@x.example, to: b@x.example, user: a, secret: password }
      rules: { trouble: { on: [failed, partial, late], to: [a, b, c, d, e, f] } }
      """, to: "Jobs/config/notifications.yaml")
  }

  /// In base64 a text stands in one of three ways, by what comes before it.
  private func forms(of text: String) -> [Data] {
    let encoded = (0..<3).map { shift in
      let whole = Data((String(repeating: "x", count: shift) + text).utf8).base64EncodedString()
      return String(whole.dropFirst(shift == 0 ? 0 : 4).dropLast(4))
    }
    return ([text] + encoded).map { Data($0.utf8) }
  }

  /// What other users see of the programs at work here.
  private func seen() throws -> [String] {
    let program = try URL(filePath: Program.path.get()).resolvingSymlinksInPath().path
    return (try FileManager.default.contentsOfDirectory(atPath: "/proc")).filter { Int($0) != nil }.compactMap { process in
      guard (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")) == program else { return nil }
      return ["cmdline", "environ", "comm"].compactMap { FileManager.default.contents(atPath: "/proc/\(process)/\($0)") }
        .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }
  }

  @Test(.enabled(if: RedisServer.isThere, RedisServer.absence), .enabled(if: MailServer.python != nil, "pip install aiosmtpd"))
  func `is in what is written, said or shown of processes, whatever the other sides answer`() async throws {
    try await Project.with { project in
      let looks = Looks()
      // It says again what it was asked for, and what it was told; and looks at who asks.
      let server = try SwitchServer(answer: { "\($0.target) \($0.head) \($0.body)" }) { [seen] place in
        looks.add((try? seen()) ?? [])
        return [200, 500, 400, 404, 429][place % 5]
      }
      defer { server.stop() }
      let mail = try MailServer("echo", folder: "\(project.root)/mails", "--user", "a", "--password", "b")
      defer { mail.stop() }
      let standIn = try RealtimeStandIn("--lose", "3", "--token-uses", "3")
      let redis = try await RedisServer(password: "\(canary)_REDIS")
      try await standIn.use(in: project)
      try await keepChannels(project, at: server.url, mailPort: mail.port)
      try await keep(project, "redis", "\(canary)_REDIS")
      try project.write("redis: 127.0.0.1:\(redis.port)\nsecret: redis\n", to: "Jobs/config/bridge.yaml")
      try project.write("metrics: { file: data/jobs.prom }\n", to: "Jobs/config/monitoring.yaml")
      try project.write("0 0 * * * jobs run small\n", to: "crontab")
      try project.job(
        "small",
        """
        ready_by: "00:01"
        steps:
          report: { uses: report.nightly }
          tell: { uses: realtime.push, needs: [report], with: { rules: $config.realtime } }
          look: { uses: shell, with: { run: [sh, -c, "cat /proc/$PPID/cmdline /proc/$PPID/environ | tr '\\\\0' '\\\\n'; env"] } }
          last: { uses: shell, needs: [tell], with: { run: ["false"] } }
        finally: { notify: { uses: notify.send, with: { within: 1s } } }
        """)
      var said = [try await project.jobs("run", "small", "--trigger", "cron", "--date", "2026-01-15")]
      #expect(said[0].status == 3, "\(said[0])")
      #expect(server.requests.count >= 6, "\(said[0])")
      let bridge = try project.start(["bridge", "--verbose", "--log-format", "json"])
      while try !bridge.errors().contains("subscribed") { await Task.yield() }
      // A connection that is cut is made again, with the password again.
      _ = try? redis.cli("AUTH \(canary)_REDIS\nCLIENT KILL TYPE pubsub\nPUBLISH ticker:AAPL nonsense\n")
      bridge.signal(SIGTERM)
      said.append(try await bridge.end())
      try standIn.control(#"{"refuse":[{"after":0,"status":401,"text":"Permission denied"}]}"#)
      for words in [
        ["run", "small", "--date", "2026-01-16", "--log-format", "json"], ["notify", "send", "--json"], ["notify", "test", "--json"],
        ["notify", "history", "--json"], ["notify", "list", "--json"], ["realtime", "status"], ["realtime", "push", "--json"],
        ["secrets", "list", "--json"], ["check"], ["plan", "small"], ["logs", "latest"], ["show", "latest", "--json"], ["metrics"],
        ["data", "query", "SELECT * FROM notifications"], ["backup", "create"],
      ] {
        said.append(try await project.start(words).end())
      }
      let key = try #require(try JSONSerialization.jsonObject(with: Data(standIn.keyFile.utf8)) as? [String: String])
      let tokens = try #require(try standIn.list("/__secrets"))
      #expect(tokens.count > 2)
      let lines = key["private_key"]!.split(separator: "\n").map(String.init).filter { $0.count > 40 }
      let hidden = forms(of: canary) + (tokens + lines).map { Data($0.utf8) }
      for text in said.map(\.description) + looks.all {
        for secret in hidden { #expect(Data(text.utf8).firstRange(of: secret) == nil, "\(text)") }
      }
      // The mail server was told the password, and its answer stands in the history.
      #expect(said.contains { $0.out.contains("454 4.7.0 not now: ***") }, "\(said)")
      #expect(looks.all.contains { $0.contains("small") }, "processes were looked at while they sent")
      let kept = ["mails/", "data/secrets/"]
      for entry in try project.entries() where !entry.isFolder && !kept.contains(where: { entry.path.hasPrefix($0) }) {
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        for secret in hidden { #expect(bytes.firstRange(of: secret) == nil, "\(entry.path)") }
      }
    }
  }

  @Test(.enabled(if: Cores.canBeMade, "this kernel writes no core files into the current folder"), arguments: [SIGABRT, SIGSEGV])
  func `is left behind by a crash in the middle of sending, though cores are allowed`(signal: Int32) async throws {
    try await Project.with { project in
      let running = Crashed()
      let server = try SwitchServer { _ in
        running.crash(signal)
        return 200
      }
      defer { server.stop() }
      try await keepChannels(project, at: server.url, mailPort: 9)
      try project.job("small", "steps: { last: { uses: shell, with: { run: [\"false\"] } } }\nfinally: { notify: { uses: notify.send } }")
      running.start(try project.start(["run", "small"], shell: Cores.line))
      let ended = try await running.end()
      #expect(ended.status == 128 + signal, "\(ended)")
      #expect(!ended.description.contains(canary), "\(ended)")
      for entry in try project.entries() where !entry.isFolder && !entry.path.hasPrefix("data/secrets/") {
        #expect(!entry.path.contains("core"), "\(entry.path)")
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        #expect(bytes.firstRange(of: Data(canary.utf8)) == nil, "\(entry.path)")
      }
    }
  }
}

/// What was seen of processes.
private final class Looks: @unchecked Sendable {
  private let lock = NSLock()
  private var texts: [String] = []
  func add(_ more: [String]) { lock.withLock { texts += more } }
  var all: [String] { lock.withLock { texts } }
}

/// A program that is made to crash from a server's thread.
private final class Crashed: @unchecked Sendable {
  private let lock = NSCondition()
  private var running: Program.Running?

  func start(_ running: Program.Running) {
    lock.lock()
    self.running = running
    lock.broadcast()
    lock.unlock()
  }

  func crash(_ signal: Int32) {
    lock.lock()
    while running == nil { lock.wait() }
    running?.signal(signal)
    lock.unlock()
  }

  func end() async throws -> Program.Ended { try await running!.end() }
}

/// Whether a program that crashes here leaves its memory in a file beside it.
private enum Cores {
  /// Allows cores, and lets signals through: in what a test starts they are blocked.
  static let line = """
    ulimit -c unlimited && exec /usr/bin/python3 -c 'import os, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execv(sys.argv[1], sys.argv[1:])' "$@"
    """

  static let canBeMade: Bool = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "core-\(UUID().uuidString)").path()
    guard (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil else { return false }
    // What cannot be deleted is the system's to clean.
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", line, "sh", "/bin/sh", "-c", "cd \"$1\" && kill -ABRT $$", "sh", folder]
    guard (try? process.run()) != nil else { return false }  // no shell, no core
    process.waitUntilExit()
    return (try? FileManager.default.contentsOfDirectory(atPath: folder))?.contains { $0.hasPrefix("core") } ?? false
  }()
}
