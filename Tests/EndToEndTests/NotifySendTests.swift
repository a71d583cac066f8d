import Foundation
import Testing

/// What is told while a run goes on, and between runs.
@Suite struct `What is told outside of a step` {
  private let hook = "{ kind: webhook, secret: hook_url, allow_private: true }"

  private func tell(_ project: Project, _ channel: String, on: String, at url: String) async throws {
    try project.write(
      "channels: { hook: \(channel) }\nrules: { r: { on: [\(on)], to: [hook] } }\n", to: "Jobs/config/notifications.yaml")
    try project.write("\(url)/hook", to: "typed")
    try #require(try await project.jobs("secrets", "set", "hook_url", shell: #""$@" < typed"#).status == 0)
  }

  private func failing(_ project: Project) throws {
    try project.job(
      "small",
      "steps: { last: { uses: shell, with: { run: [\"false\"] } } }\nfinally: { notify: { uses: notify.send, with: { within: 1s } } }")
  }

  private func states(_ project: Project) throws -> [String] {
    try Database("\(project.root)/data/jobs.sqlite").lines("SELECT state || ' ' || word FROM notifications ORDER BY id")
  }

  @Test(arguments: ["cron", "daemon"])
  func `is that a run is late, while it still goes on, once`(trigger: String) async throws {
    try await Project.with { project in
      let (told, heard) = AsyncStream<Void>.makeStream()
      let server = try SwitchServer { _ in
        heard.yield()
        return 200
      }
      defer { server.stop() }
      try await tell(project, hook, on: "late", at: server.url)
      let gate = try Gate(in: project)
      // No step of this job tells anything.
      try project.replace(/description: A test./, with: "ready_by: \"00:01\"", in: "Jobs/gate.yaml")
      try project.write("0 0 * * * jobs run gate\n", to: "crontab")
      let running = try project.start(["run", "gate", "--trigger", trigger, "--date", "2026-01-15"])
      try await gate.reached()
      for await _ in told { break }
      #expect(server.requests.count == 1 && server.requests[0].body.contains("was to be ready by 00:01"), "\(server.requests)")
      try await gate.open()
      let ended = try await running.end()
      #expect(ended.status == 0, "\(ended)")
      #expect(try states(project) == ["delivered late"])
      let quick = try Database("\(project.root)/data/jobs.sqlite").lines("SELECT ended_at - queued_at < 5000 FROM notifications")
      #expect(quick == ["1"])
    }
  }

  @Test func `is that a run is late, and when it cannot be told the run does not mind`() async throws {
    try await Project.with { project in
      let server = try SwitchServer { _ in 404 }
      defer { server.stop() }
      try await tell(project, hook, on: "late", at: server.url)
      let steps = "ready_by: \"00:01\"\nsteps: { a: { uses: shell, with: { run: [\"true\"] } } }\n"
      try project.job("small", steps)
      try project.write("0 0 * * * jobs run small\n0 0 * * * jobs run told\n", to: "crontab")
      let ended = try await project.jobs("run", "small", "--trigger", "cron", "--date", "2026-01-15")
      #expect(ended.status == 0 && ended.err.contains("warning: not told: hook, \"[jobs] Late: small"), "\(ended)")
      // With the step it counts: what could not be told is in the exit status.
      try project.job("told", steps + "finally: { notify: { uses: notify.send, with: { within: 1s } } }")
      let step = try await project.jobs("run", "told", "--trigger", "cron", "--date", "2026-01-15")
      #expect(step.status == 3 && step.err.contains("not told: hook"), "\(step)")
      #expect(server.requests.count == 2)
    }
  }

  @Test func `is that a run is late that has not begun, and not again by the run when it comes`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await tell(project, hook, on: "late", at: server.url)
      try project.job("small", "ready_by: \"00:01\"\nsteps: { a: { uses: shell, with: { run: [\"true\"] } } }\n")
      try project.write("0 0 * * * jobs run small\n", to: "crontab")
      #expect(try await project.jobs("notify", "send").out == "nothing is to be told\n")
      // Its schedule has begun some days ago, by a person, who knows when it is late.
      let old = Date(timeIntervalSinceNow: -3 * 86_400).formatted(.iso8601.year().month().day())
      #expect(try await project.jobs("run", "small", "--date", "\(old)T00:00Z").status == 0)
      #expect(server.requests.isEmpty)
      let sent = try await project.jobs("notify", "send")
      #expect(sent.status == 0 && sent.out == "1 told\n", "\(sent)")
      #expect(server.requests.first?.body.contains("was to be ready by 00:01") == true)
      #expect(server.requests.first?.body.contains("and its run has not begun") == true)
      #expect(try await project.jobs("notify", "send").out == "nothing is to be told\n")
      let run = try await project.jobs("run", "small", "--trigger", "cron")
      #expect(run.status == 0 && run.err.contains("was to be ready by 00:01"), "\(run)")
      #expect(server.requests.count == 1)
    }
  }

  @Test func `is what waited for its time, by a command for a timer`() async throws {
    try await Project.with { project in
      let status = Held<Int>()
      status.value = 503
      let server = try SwitchServer { _ in status.value! }
      defer { server.stop() }
      let idle = try await project.jobs("notify", "send")
      #expect(idle.status == 0 && idle.out == "nothing is to be told\n", "\(idle)")
      try await tell(project, hook, on: "failed", at: server.url)
      try failing(project)
      #expect(try await project.jobs("run", "small", "--date", "2026-01-15").status == 1)
      #expect(server.requests.count == 1)
      // It waits for the second attempt, which comes after ten seconds; the third comes too late for it.
      let early = try await project.jobs("notify", "send", "--json")
      #expect(early.status == 1 && early.out.contains(#""schema" : "jobs.notify.send/1""#), "\(early)")
      #expect(early.out.contains("not yet told: hook") && early.out.contains("it answered 503"))
      try Database("\(project.root)/data/jobs.sqlite").execute("UPDATE notifications SET next_try = 0")
      status.value = 200
      let sent = try await project.jobs("notify", "send", "--quiet")
      #expect(sent.status == 0 && sent.out == "" && sent.err == "", "\(sent)")
      #expect(try states(project) == ["delivered failed"])
      #expect(try await project.jobs("notify", "send").out == "nothing is to be told\n")
      #expect(server.requests.count == 3)
    }
  }

  @Test func `is nothing in a mute, and all of it when the mute is over`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await tell(project, hook, on: "failed, recovered", at: server.url)
      try failing(project)
      for words in [["hook"], ["hook", "--for", "soon"], ["hook", "--until", "2020-01-01"], ["hok", "--for", "1h"]] {
        #expect(try await project.start(["notify", "mute"] + words).end().status == 64, "\(words)")
      }
      let muted = try await project.jobs("notify", "mute", "all", "--for", "2h")
      #expect(muted.status == 0 && muted.out.hasPrefix("all is muted until "), "\(muted)")
      #expect(try await project.jobs("run", "small", "--date", "2026-01-15").status == 1)
      try project.job(
        "small",
        "steps: { last: { uses: shell, with: { run: [\"true\"] } } }\nfinally: { notify: { uses: notify.send, with: { within: 1s } } }")
      let well = try await project.jobs("run", "small", "--date", "2026-01-16")
      #expect(well.status == 0, "what is held is nobody's fault: \(well)")
      #expect(try await project.jobs("show", "latest").out.contains("0 told, 2 held"))
      #expect(server.requests.isEmpty)
      #expect(try await project.jobs("notify", "send").out == "0 told, 2 held\n")
      let list = try await project.jobs("notify", "list")
      #expect(list.out.contains("ready, muted until ") && list.out.contains(" 2\n"), "\(list)")
      #expect(try await project.jobs("notify", "history").out.contains("muted until "))
      #expect(try await project.jobs("notify", "unmute", "hook").out == "hook was not muted\n")
      #expect(try await project.jobs("notify", "unmute", "all").out == "all is not muted any more\n")
      #expect(try await project.jobs("notify", "send").out == "1 told\n")
      try #require(server.requests.count == 1)
      #expect(server.requests[0].body.contains(#""remark":"Held back while the channel was muted, since "#))
      #expect(server.requests[0].body.contains("Failed: small") && server.requests[0].body.contains("Recovered: small"))
      #expect(try await project.jobs("notify", "history", "--json").out.contains("muted_since"))
    }
  }

  @Test func `can be muted and sent while a run holds the lock`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let server = try SwitchServer()
      defer { server.stop() }
      try await tell(project, hook, on: "failed", at: server.url)
      let running = try project.start(["run", "gate"])
      try await gate.reached()
      let muted = try await project.jobs("notify", "mute", "hook", "--until", "2099-01-01T07:00Z")
      #expect(muted.status == 0 && muted.out == "hook is muted until 2099-01-01T07:00:00Z\n", "\(muted)")
      #expect(try await project.jobs("notify", "send").status == 0)
      #expect(try await project.jobs("notify", "unmute", "hook").status == 0)
      try await gate.open()
      #expect(try await running.end().status == 0)
    }
  }

  @Test func `is sent by the daemon when its time comes`() async throws {
    try await Project.with { project in
      let status = Held<Int>()
      status.value = 503
      let (told, heard) = AsyncStream<Void>.makeStream()
      let server = try SwitchServer { _ in
        heard.yield()
        return status.value!
      }
      defer { server.stop() }
      try await tell(project, hook, on: "failed", at: server.url)
      try failing(project)
      #expect(try await project.jobs("run", "small", "--date", "2026-01-15").status == 1)
      status.value = 200
      try project.write("0 0 1 1 * jobs run small\n", to: "crontab")
      let daemon = try project.start(["cron", "run"])
      // The first one was the run's own; the second comes ten seconds after it, by the daemon.
      var count = 0
      for await _ in told {
        count += 1
        if count == 2 { break }
      }
      daemon.signal(SIGTERM)
      let ended = try await daemon.end()
      #expect(ended.status == 143 && !ended.err.contains("notify send"), "\(ended)")
      #expect(try states(project) == ["delivered failed"])
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
