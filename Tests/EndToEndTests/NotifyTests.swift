import Foundation
import Testing

@Suite struct `Those who are told` {
  private let job = """
    steps:
      fetch: { uses: shell, with: { run: [echo, done] } }
      last: { uses: shell, needs: [fetch], with: { run: [sh, -c, "test ! -e broken"] } }
    finally:
      notify: { uses: notify.send, with: { within: 1s } }
    """
  private let trouble = "rules: { trouble: { on: [failed, partial, recovered], to: [hook] } }"

  /// A job that fails while there is a file `broken`, and a channel at an address that is kept as a secret.
  private func tell(_ project: Project, _ channel: String, at url: String, secret: String = "hook_url") async throws {
    try project.job("small", job)
    try project.write("channels: { hook: \(channel) }\n\(trouble)\n", to: "Jobs/config/notifications.yaml")
    try await keep(project, secret, url)
  }

  private func keep(_ project: Project, _ name: String, _ text: String) async throws {
    try project.write(text, to: "typed")
    let stored = try await project.jobs("secrets", "set", name, shell: #""$@" < typed"#)
    try #require(stored.status == 0, "\(stored)")
    try FileManager.default.removeItem(atPath: "\(project.root)/typed")
  }

  private let hook = "{ kind: webhook, secret: hook_url, allow_private: true }"
  private let slack = "{ kind: slack, secret: hook_url, allow_private: true }"

  private func states(_ project: Project) throws -> [String] {
    try Database("\(project.root)/data/jobs.sqlite").lines("SELECT state || ' ' || word FROM notifications ORDER BY id")
  }

  @Test func `hear once that a job fails, and once that it is well again`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await tell(project, hook, at: "\(server.url)/hook")
      #expect(try await project.jobs("run", "small").status == 0)
      #expect(server.requests.isEmpty)
      try project.write("", to: "broken")
      let failed = try await project.jobs("run", "small", "--date", "2026-01-15")
      #expect(failed.status == 1, "\(failed)")
      #expect(try await project.jobs("run", "small", "--date", "2026-01-16").status == 1)
      #expect(server.requests.count == 1, "failed and failed again is said once")
      try FileManager.default.removeItem(atPath: "\(project.root)/broken")
      let well = try await project.jobs("run", "small", "--date", "2026-01-17")
      #expect(well.status == 0, "\(well)")
      let requests = server.requests
      try #require(requests.count == 2)
      #expect(requests.map { $0.head.contains("X-Jobs-Event: failed") } == [true, false])
      #expect(
        requests[0].body.contains("[jobs] Failed: small for 15 Jan 2026") && requests[0].body.contains("last: failed"),
        "\(requests[0].body)")
      #expect(requests[1].body.contains("[jobs] Recovered: small for 17 Jan 2026"))
      #expect(try states(project) == ["delivered failed", "delivered succeeded"])
      let history = try await project.jobs("notify", "history")
      #expect(history.status == 0 && history.out.contains("[jobs] Failed: small for 15 Jan 2026"), "\(history)")
      // Told within five seconds of being known.
      let waits = try Database("\(project.root)/data/jobs.sqlite").lines("SELECT max(ended_at - queued_at) < 5000 FROM notifications")
      #expect(waits == ["1"])
    }
  }

  @Test(arguments: [("slack", 1, "unknown failed"), ("webhook", 2, "delivered failed")])
  func `are not told twice when jobs is killed while it tells them`(kind: String, requests: Int, state: String) async throws {
    try await Project.with { project in
      let running = Held<Program.Running>()
      // The request has come, and its sender dies before it has the answer.
      let server = try SwitchServer { place in
        while running.value == nil { sched_yield() }
        if place == 0 { running.value?.signal(SIGKILL) }
        return 200
      }
      defer { server.stop() }
      try await tell(project, kind == "slack" ? slack : hook, at: "\(server.url)/hook")
      try project.write("", to: "broken")
      running.value = try project.start(["run", "small", "--date", "2026-01-15"])
      #expect(try await running.value!.end().status == 128 + SIGKILL)
      #expect(try states(project) == ["sending failed"])
      let resumed = try await project.jobs("run", "small", "--resume")
      #expect(resumed.status == 1, "the job itself fails: \(resumed)")
      #expect(server.requests.count == requests)
      #expect(try states(project) == [state])
      let ids = Set(server.requests.map { $0.head.split(separator: "\n").first { $0.hasPrefix("X-Jobs-Delivery") } })
      #expect(ids.count == 1, "a webhook can tell the second one by its id")
      if kind == "slack" { #expect(resumed.err.contains("perhaps told: hook"), "\(resumed)") }
      #expect(try await project.jobs("run", "small", "--resume").status == 1)
      #expect(server.requests.count == requests)
    }
  }

  @Test func `and were not, are named in the exit status and in the next report, and are told when it is possible`() async throws {
    try await Project.with { project in
      let isUp = Held<Bool>()
      let server = try SwitchServer { _ in isUp.value == true ? 200 : 503 }
      defer { server.stop() }
      try await tell(project, slack, at: "\(server.url)/hook")
      try project.job(
        "small",
        """
        steps: { report: { uses: report.nightly } }
        finally: { notify: { uses: notify.send, with: { within: 1s } } }
        """)
      try project.write("channels: { hook: \(slack) }\nrules: { r: { on: [verdict], to: [hook] } }\n", to: "Jobs/config/notifications.yaml")
      let first = try await project.jobs("run", "small", "--date", "2026-01-15")
      #expect(first.status == 3, "\(first)")
      #expect(first.err.contains("not yet told: hook, \"[jobs] "), "\(first)")
      #expect(first.err.contains("it answered 503"), "\(first)")
      isUp.value = true
      let second = try await project.jobs("run", "small", "--date", "2026-01-16")
      let page = try project.text("reports/small/2026-01-16/index.html")
      #expect(page.contains("Not notified") && page.contains("it answered 503"), "\(second)")
      #expect(try project.text("reports/small/2026-01-16/report.json").contains(#""told": "not yet""#))
      #expect(try !project.text("reports/small/2026-01-15/index.html").contains("Not notified"))
      // The wait that the first attempt has earned is not over yet; the second night's own message has arrived.
      // Unless this machine was slow.
      #expect(server.requests.count == (second.status == 3 ? 2 : 3), "\(second)")
    }
  }

  @Test func `are left alone by a sandbox, unless they are on this machine and allow it`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await tell(project, hook, at: "\(server.url)/hook")
      try project.write("", to: "broken")
      let silent = try await project.jobs("run", "small", "--sandbox")
      #expect(silent.status == 1 && server.requests.isEmpty, "\(silent)")
      let show = try await project.jobs("show", "latest", "--sandbox")
      #expect(show.out.contains("nothing leaves the sandbox: hook not contacted"), "\(show)")
      let tested = try await project.jobs("notify", "test", "--sandbox")
      #expect(tested.status == 1 && tested.out.contains("nothing leaves the sandbox") && server.requests.isEmpty, "\(tested)")
      try await tell(project, hook.replacing("}", with: ", sandbox: true }"), at: "\(server.url)/hook")
      #expect(try await project.jobs("run", "small", "--sandbox").status == 1)
      #expect(server.requests.count == 1)
      let offline = try await project.jobs("run", "small", "--offline", "--date", "2026-01-15")
      #expect(offline.status == 1 && server.requests.count == 1, "\(offline)")
      // Allowed, but elsewhere.
      try await keep(project, "hook_url", "https://hooks.example/x")
      #expect(try await project.jobs("notify", "test", "--sandbox").out.contains("nothing leaves the sandbox"))
    }
  }

  @Test func `whose address is gone are asked no more, until a test has reached them`() async throws {
    try await Project.with { project in
      let status = Held<Int>()
      status.value = 410
      let server = try SwitchServer { _ in status.value! }
      defer { server.stop() }
      try await tell(project, hook, at: "\(server.url)/hook")
      try project.write("", to: "broken")
      #expect(try await project.jobs("run", "small", "--date", "2026-01-15").status == 1)
      try FileManager.default.removeItem(atPath: "\(project.root)/broken")
      status.value = 200
      let closed = try await project.jobs("run", "small", "--date", "2026-01-16")
      #expect(closed.status == 3 && closed.err.contains("the channel is closed (it answered 410"), "\(closed)")
      #expect(server.requests.count == 1)
      #expect(try await project.jobs("notify", "list").out.contains("closed: it answered 410"))
      let opened = try await project.jobs("notify", "test", "hook", "--json")
      #expect(opened.status == 0 && opened.out.contains(#""result" : "delivered""#), "\(opened)")
      #expect(opened.err.contains("hook is open again"))
      #expect(try await project.jobs("notify", "list").out.contains("ready"))
    }
  }

  @Test func `are nobody, as the project comes`() async throws {
    try await Project.with { project in
      try project.job("small", job)
      let ended = try await project.jobs("run", "small")
      #expect(ended.status == 0, "\(ended)")
      #expect(try await project.jobs("show", "latest").out.contains("nobody is to be told"))
      #expect(try await project.jobs("notify", "list").err.contains("nobody is told"))
      #expect(try await project.jobs("notify", "test").status == 78)
      try FileManager.default.removeItem(atPath: "\(project.root)/Jobs/config/notifications.yaml")
      #expect(try await project.jobs("run", "small").status == 0)
      #expect(try await project.jobs("notify", "test", "x").status == 78)
    }
  }

  @Test func `find no password, token or secret address in anything that is written`() async throws {
    let canary = "CANARY7f3kQx9LmZ2v"
    try await Project.with { project in
      // It says again what it was asked for, and what it was told.
      let server = try SwitchServer(answer: { "\($0.target) \($0.head)" }, status: { [200, 500, 400, 404, 200][$0 % 5] })
      defer { server.stop() }
      let token = "110201543:\(canary)_TELEGRAM"
      let secrets = [
        "url_a": "\(server.url)/services/T0/B0/\(canary)_SLACK", "url_b": "\(server.url)/api/webhooks/1/\(canary)_DISCORD",
        "url_c": "\(server.url)/\(canary)_NTFY", "url_d": "\(server.url)/hook?k=\(canary)_HOOK", "key": "\(canary)_KEY", "token": token,
        "password": "\(canary)_PASSWORD",
      ]
      for (name, text) in secrets { try await keep(project, name, text) }
      try project.job("small", job)
      try project.write("", to: "broken")
      try project.write(
        """
        channels:
          a: { kind: slack, secret: url_a, allow_private: true }
          b: { kind: discord, secret: url_b, allow_private: true }
          c: { kind: ntfy, secret: url_c, key: key, allow_private: true }
          d: { kind: webhook, secret: url_d, key: key, allow_private: true }
          e: { kind: telegram, chat: "1", server: "\(server.url)", secret: token, allow_private: true }
          f: { kind: mail, server: "smtp://127.0.0.1:9", from: a@x.example, to: b@x.example, user: a, secret: password }
        rules: { trouble: { on: [failed], to: [a, b, c, d, e, f] } }
        """, to: "Jobs/config/notifications.yaml")
      var said = [try await project.jobs("run", "small", "--date", "2026-01-15")]
      #expect(server.requests.count >= 5, "\(said)")
      for words in [
        ["run", "small", "--resume", "--log-format", "json"], ["notify", "history", "--json"], ["notify", "list", "--json"],
        ["notify", "test", "--json"], ["secrets", "list"], ["logs", "latest"], ["show", "latest"], ["plan", "small"], ["backup", "create"],
      ] {
        said.append(try await project.start(words).end())
      }
      for ended in said { #expect(!ended.description.contains(canary), "\(ended)") }
      for entry in try project.entries() where !entry.isFolder && !entry.path.hasPrefix("data/secrets/") {
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        #expect(bytes.firstRange(of: Data(canary.utf8)) == nil, "\(entry.path)")
      }
    }
  }
}

@Suite(.enabled(if: MailServer.python != nil, "pip install aiosmtpd: there is no mail server to try this with"))
struct `A mail of a run` {
  private func project(_ body: (Project) async throws -> Void) async throws {
    try await Project.with { project in
      try project.job(
        "small", "steps: { report: { uses: report.nightly } }\nfinally: { notify: { uses: notify.send, with: { within: 1s } } }")
      try await body(project)
    }
  }

  private func configure(_ project: Project, _ port: Int) throws {
    try project.write(
      """
      channels: { desk: { kind: mail, server: "smtp://127.0.0.1:\(port)", from: jobs@desk.example, to: [a@desk.example, nobody@desk.example], attach: true } }
      rules: { morning: { on: [verdict], to: [desk] } }
      """, to: "Jobs/config/notifications.yaml")
  }

  @Test func `brings the report, to each of those who are there`() async throws {
    try await project { project in
      let server = try MailServer("refuse-some", folder: "\(project.root)/mails")
      defer { server.stop() }
      try configure(project, server.port)
      let ended = try await project.jobs("run", "small", "--date", "2026-01-15")
      #expect(ended.status == 3 && ended.err.contains("not told: desk (nobody@desk.example)"), "\(ended)")
      #expect(ended.err.contains("550 5.1.1 no such mailbox"))
      let mails = try server.mails
      try #require(mails.count == 1)
      for part in ["To: a@desk.example\r\n", "Subject: [jobs] ", "multipart/alternative", "text/html", "filename*=UTF-8''report.html"] {
        #expect(mails[0].contains(part), "\(part)")
      }
      // Not again, whatever happens.
      _ = try await project.jobs("run", "small", "--resume")
      _ = try await project.jobs("run", "small", "--date", "2026-01-15")
      #expect(try server.mails.filter { $0.contains("To: nobody") } == [])
    }
  }

  @Test func `is not sent a second time when jobs was killed before the server had answered`() async throws {
    try await project { project in
      let server = try MailServer("hang-data", folder: "\(project.root)/mails")
      defer { server.stop() }
      try configure(project, server.port)
      let running = try project.start(["run", "small", "--date", "2026-01-15"])
      server.awaitMail()
      running.signal(SIGKILL)
      #expect(try await running.end().status == 128 + SIGKILL)
      let other = try MailServer("accept", folder: "\(project.root)/mails2")
      defer { other.stop() }
      try configure(project, other.port)
      let resumed = try await project.jobs("run", "small", "--resume")
      #expect(resumed.status == 3 && resumed.err.contains("perhaps told: desk (a@desk.example)"), "\(resumed)")
      #expect(try server.mails.count == 1)
      #expect(try other.mails.map { $0.contains("To: nobody@desk.example") } == [true], "the other recipient has had none yet")
    }
  }
}

/// A value that a server's thread and a test share.
private final class Held<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var held: Value?
  var value: Value? {
    get { lock.withLock { held } }
    set { lock.withLock { held = newValue } }
  }
}
