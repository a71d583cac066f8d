import Foundation
import Testing

@Suite struct `Those who watch from outside` {
  private let job = """
    steps:
      fetch: { uses: shell, with: { run: [echo, done] } }
      report: { uses: shell, needs: [fetch], with: { run: [sh, -c, "test ! -e broken"] } }
    """

  /// Asks for a ping of the job, at an address that is kept as a key.
  private func watch(_ project: Project, _ url: String) async throws {
    try project.job("small", job)
    try project.write("metrics: { file: metrics/jobs.prom }\npings: { small: small_ping }\n", to: "Jobs/config/monitoring.yaml")
    try FileManager.default.createDirectory(atPath: "\(project.root)/metrics", withIntermediateDirectories: true)
    try project.write(url, to: "url")
    let stored = try await project.jobs("secrets", "set", "small_ping", shell: #""$@" < url"#)
    try #require(stored.status == 0, "\(stored)")
  }

  @Test func `are told of the start and of the end, with the log and the same run`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await watch(project, "\(server.url)/ping/0f0e8f5c-very-secret")
      let good = try await project.jobs("run", "small")
      #expect(good.status == 0, "\(good)")
      let requests = server.requests
      try #require(requests.count == 2, "\(requests)")
      let run = try #require(
        requests[0].target.firstMatch(
          of: /^\/ping\/0f0e8f5c-very-secret\/start\?rid=([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12})$/)?.1)
      #expect(requests[1].target == "/ping/0f0e8f5c-very-secret?rid=\(run)")
      #expect(requests[1].body.contains("SUCCEEDED  2 ok"), "\(requests[1].body)")

      try project.write("", to: "broken")
      let bad = try await project.jobs("run", "small", "--quiet")
      #expect(bad.status == 1, "\(bad)")
      #expect(server.requests.last?.target.hasPrefix("/ping/0f0e8f5c-very-secret/1?rid=") == true)
      #expect(server.requests.last?.body.contains("failed report") == true)
      #expect(server.requests.count == 4)
      // Where the address must not be.
      for entry in try project.entries(below: "data") where !entry.isFolder && !entry.path.contains("/secrets/") {
        let bytes = try Data(contentsOf: URL(filePath: "\(project.root)/\(entry.path)"))
        #expect(bytes.firstRange(of: Data("very-secret".utf8)) == nil, "\(entry.path)")
      }
      #expect(!good.description.contains("very-secret") && !bad.description.contains("very-secret"))
    }
  }

  @Test func `do not fail a run when they cannot be told`() async throws {
    try await Project.with { project in
      let server = try SwitchServer { _ in 404 }
      defer { server.stop() }
      try await watch(project, "\(server.url)/ping/0f0e8f5c-very-secret")
      let ended = try await project.jobs("run", "small", "--quiet")
      #expect(ended.status == 0 && ended.out.isEmpty, "\(ended)")
      #expect(ended.err.contains("warning: the start of small-"), "\(ended)")
      #expect(ended.err.contains("could not be told to its check: it answered 404"))
      #expect(!ended.err.contains("very-secret"))
      try project.write("http://hc.example/x", to: "data/secrets/small_ping")
      let plain = try await project.jobs("run", "small")
      #expect(plain.status == 0 && plain.err.contains("it must begin with https://"), "\(plain)")
      try FileManager.default.removeItem(atPath: "\(project.root)/data/secrets/small_ping")
      let missing = try await project.jobs("run", "small")
      #expect(missing.status == 0 && missing.err.contains("warning: small cannot be pinged: no key `small_ping` is set"), "\(missing)")
    }
  }

  @Test func `are not told of a sandbox, nor of other jobs`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await watch(project, "\(server.url)/ping")
      try project.job("other", job)
      #expect(try await project.jobs("run", "small", "--sandbox").status == 0)
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/metrics/jobs.prom"))
      #expect(try await project.jobs("run", "other").status == 0)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func `find figures in a file that all can read, after each run, whatever its end`() async throws {
    try await Project.with { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try await watch(project, "\(server.url)/ping")
      _ = try await project.jobs("run", "small")
      let path = "metrics/jobs.prom"
      let first = try project.text(path)
      #expect(try project.entries(below: "metrics").map(\.mode) == [0o644], "nothing but the file is left, and all can read it")
      #expect(first.contains("jobs_last_run_exit_status{job=\"small\"} 0\n"))
      #expect(first.contains(/\njobs_last_success_timestamp_seconds\{job="small"\} 1[0-9.]+\n/))
      try project.write("", to: "broken")
      _ = try await project.jobs("run", "small")
      let second = try project.text(path)
      #expect(second.contains("jobs_last_run_exit_status{job=\"small\"} 1\n"))
      let success = first.firstMatch(of: /\njobs_last_success_timestamp_seconds.*\n/)?.0
      #expect(success != nil && second.contains(success!), "a failure does not move the last success")
      #expect(second.contains("jobs_runs_total{job=\"small\",state=\"failed\"} 1\n"))
      let shown = try await project.jobs("metrics")
      #expect(shown.status == 0 && shown.out.contains("jobs_last_run_tasks{job=\"small\",state=\"failed\"} 1\n"), "\(shown)")
      // Every line is what the format allows: no timestamp, one value.
      for line in shown.out.split(separator: "\n") where !line.hasPrefix("#") {
        #expect(line.contains(/^jobs_[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9][0-9.e+-]*$/), "\(line)")
      }
      try FileManager.default.removeItem(atPath: "\(project.root)/metrics")
      let noFolder = try await project.jobs("run", "small", "--resume")
      #expect(noFolder.status == 1 && noFolder.err.contains("warning: the metrics cannot be written: "), "\(noFolder)")
    }
  }
}
