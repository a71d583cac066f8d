import Foundation
import Testing

@Suite struct `jobs sandbox` {
  @Test(arguments: [SIGINT, SIGTERM])
  func `serves a project that names its addresses, until a signal`(signal: Int32) async throws {
    try await Project.with { project in
      let served = try Served(by: project, ["--date", "2026-01-15", "--ledger", "ledger.jsonl"])
      try served.use(in: project)
      let night = try await project.jobs(
        "run", "nightly", "--date", "2026-01-15", "--set", "history=30d", "--set", "hourly_history=1d",
        environment: ["JOBS_SECRET_ALPHAVANTAGE": "sandbox"])
      served.running.signal(signal)
      let ended = try await served.running.end()
      #expect(night.status == 0, "\(night)")
      #expect(ended.status == 0 && ended.err.hasSuffix("stopped\n"), "\(ended)")
      #expect(try project.text("ledger.jsonl").contains("\"provider\":\"alphavantage\""))
    }
  }

  @Test func `tells people where it is and what to write`() async throws {
    try await Project.with { project in
      let served = try Served(by: project, [], isForPeople: true)
      served.running.signal(SIGTERM)
      let ended = try await served.running.end()
      #expect(ended.status == 0 && ended.err.contains("base_url: http://127.0.0.1:"), "\(ended)")
    }
  }

  @Test func `says that another listens on its port`() async throws {
    try await Project.with { project in
      let served = try Served(by: project, [])
      let second = try await project.jobs("sandbox", "--port", "\(served.addresses.port)")
      served.running.signal(SIGTERM)
      _ = try await served.running.end()
      let sentence = "127.0.0.1:\(served.addresses.port): the sandbox cannot listen: Address already in use; choose another port"
      #expect(second.status == 74 && second.err.contains(sentence), "\(second)")
    }
  }

  @Test(
    arguments: [
      (["--scale", "0"], 64, "--scale takes"), (["--scale", "nan"], 64, "--scale takes"), (["--port", "70000"], 64, "--port"),
      (["--date", "soon"], 64, "--date `soon` is no instant"), (["--seed", "1", "--data", "."], 64, "choose one"),
      (["--data", "Jobs"], 65, "holds neither `binance` nor `alphavantage`"), (["--faults", "nofile"], 74, "nofile"),
      (["--faults", "crontab"], 65, "crontab: not a list of faults"), (["--ledger", "no/such/file"], 74, "cannot write its ledger"),
      (["--plan", "gold"], 64, "gold"),
    ] as [([String], Int32, String)])
  func `says what it cannot do`(arguments: [String], status: Int32, message: String) async throws {
    try await Project.with { project in
      let ended = try await project.start(["sandbox"] + arguments).end()
      #expect(ended.status == status && ended.err.contains(message) && ended.out.isEmpty, "\(ended)")
    }
  }
}
