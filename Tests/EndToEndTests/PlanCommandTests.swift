import Foundation
import Testing

@Suite struct `The plan of a run` {
  private static let short = ["--set", "history=30d", "--set", "hourly_history=2d"]

  /// Every file of the data folder, byte for byte, and when it was last written.
  private func state(of project: Project) throws -> [String: String] {
    var files: [String: String] = [:]
    guard FileManager.default.fileExists(atPath: "\(project.root)/data") else { return files }
    for entry in try project.entries(below: "data") {
      let path = "\(project.root)/\(entry.path)"
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let data = entry.isFolder ? Data() : try Data(contentsOf: URL(filePath: path))
      files[entry.path] = "\(data.count) \(data.hashValue) \(attributes[.modificationDate] ?? "")"
    }
    return files
  }

  private func night(_ project: Project, _ date: String) async throws {
    let ended = try await project.start(["run", "nightly", "--sandbox", "--date", date] + Self.short).end()
    try #require(ended.status == 0, "\(ended)")
  }

  @Test func `changes nothing, on a first start as after a night`() async throws {
    try await Project.with { project in
      for arguments in [["plan", "nightly", "--sandbox", "--explain"], ["plan", "nightly", "--sandbox", "--json"], ["plan", "nightly"]] {
        let ended = try await project.start(arguments).end()
        #expect(ended.status == 0, "\(ended)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(project.root)/data"), "a plan made a folder")
      try await night(project, "2026-01-14")
      let before = try state(of: project)
      for command in [
        ["plan", "nightly", "--explain"], ["run", "nightly", "--dry-run"], ["history"], ["show", "latest"], ["logs", "latest"],
      ] {
        let ended = try await project.start(command + ["--sandbox"]).end()
        #expect(ended.status == 0, "\(ended)")
        expectSame(before, try state(of: project), command.joined(separator: " "))
      }
    }
  }

  @Test func `can be asked for while a run goes on, which then ends as it should`() async throws {
    try await Project.with { project in
      let gate = try Gate(in: project)
      let run = try project.start(["run", "gate", "--sandbox", "--date", "2026-01-15"])
      try await gate.reached()
      let lock = try project.text("data/sandbox/run.lock")
      let plan = try await project.jobs("plan", "gate", "--sandbox", "--explain")
      #expect(plan.status == 0 && plan.out.contains("waits for gate"), "\(plan)")
      #expect(try await project.jobs("history", "--sandbox").out.contains("running"))
      #expect(try project.text("data/sandbox/run.lock") == lock)
      try await gate.open()
      let ended = try await run.end()
      #expect(ended.status == 0, "\(ended)")
    }
  }

  @Test func `says why each step runs, waits or is skipped, what it costs, and what follows from it`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      let first = try await project.jobs("plan", "nightly", "--sandbox", "--explain", "--date", "2026-01-14", "--skip", "mirror")
      #expect(first.out.contains("Expected: unknown, since no step has run before"), "\(first)")
      #expect(first.out.contains("mirror         skipped: left out by the command line"), "\(first)")
      #expect(first.out.contains("2 tasks: 2 symbol x 1 interval; 2 series never fetched"), "\(first)")
      #expect(first.out.contains("Notifies: nobody") && first.out.contains("Forgets:  nothing of what is stored now"), "\(first)")
      try await night(project, "2026-01-14")
      let second = try await project.start(["plan", "nightly", "--sandbox", "--explain", "--date", "2026-01-15"] + Self.short).end()
      #expect(second.out.contains("2 series to continue, stored up to 2026-01-14 00:00 UTC"), "\(second)")
      #expect(second.out.contains("the last session of XNYS is that of 2026-01-14"), "\(second)")
      #expect(second.out.contains("by 1 earlier run"), "\(second)")
      #expect(second.out.contains("report writes reports/sandbox/nightly/2026-01-15/"), "\(second)")
      #expect(second.out.contains("alphavantage: 1 of 25 requests per day of US/Eastern, 0 used, 24 left after"), "\(second)")
      let live = try await project.jobs("plan", "nightly", "--explain")
      #expect(live.out.contains("equities       skipped: no key `alphavantage` is set"), "\(live)")
    }
  }

  @Test func `tells the rows that pruning would delete, as prune --dry-run does`() async throws {
    try await Project.with { project in
      try await night(project, "2026-01-14")
      try project.replace(/quality_results: 400d/, with: "quality_results: 1d", in: "Jobs/config/retention.yaml")
      let rows = try project.rows("SELECT count(*) FROM quality_results")[0]
      let plan = try await project.jobs("plan", "nightly", "--sandbox", "--date", "2026-01-16", "--json")
      let document = try JSONDecoder().decode(Plan.self, from: Data(plan.out.utf8))
      #expect(document.pruning.first?.rows.first { $0.table == "quality_results" }?.rows == Int(rows))
      let pruned = try await project.jobs("prune", "--sandbox", "--dry-run", "--date", "2026-01-16", "--json")
      #expect(try JSONDecoder().decode(Pruned.self, from: Data(pruned.out.utf8)).rows == document.pruning.first?.rows)
    }
  }

  /// What was planned is journaled with the run, and what was asked is counted where it goes out.
  @Test func `is what the run is compared with`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      let planned = try await project.start(["plan", "nightly", "--sandbox", "--date", "2026-01-14", "--json"] + Self.short).end()
      let plan = try JSONDecoder().decode(Plan.self, from: Data(planned.out.utf8))
      try await night(project, "2026-01-14")
      let shown = try await project.jobs("show", "nightly", "--sandbox", "--json")
      let story = try JSONDecoder().decode(Story.self, from: Data(shown.out.utf8))
      for step in plan.steps {
        let found = try #require(story.steps.first { $0.step == step.step })
        #expect(found.planned?.requests == step.requests && found.planned?.weight == step.weight, "\(step.step)")
      }
      #expect(story.steps.reduce(0) { $0 + $1.requests } == (try project.answeredRequests()).count, "each request is counted once")
      let page = try project.text("reports/sandbox/nightly/2026-01-14/run.json")
      #expect(page.contains("\"planned_requests\": 2"), "\(page)")
    }
  }
}

private struct Plan: Decodable {
  let steps: [Step]
  let pruning: [Pruned]

  struct Step: Decodable {
    let step: String
    let requests: Int
    let weight: Int
  }
}

private struct Pruned: Decodable {
  let rows: [Rows]

  struct Rows: Decodable, Equatable {
    let table: String
    let rows: Int
  }
}

private struct Story: Decodable {
  let steps: [Step]

  struct Step: Decodable {
    let step: String
    let requests: Int
    let planned: Plan.Step?

    enum CodingKeys: CodingKey { case step, requests, planned }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      step = try values.decode(String.self, forKey: .step)
      requests = try values.decode(Int.self, forKey: .requests)
      planned = try values.decodeIfPresent(Figures.self, forKey: .planned).map {
        Plan.Step(step: "", requests: $0.requests, weight: $0.weight)
      }
    }
  }

  private struct Figures: Decodable {
    let requests: Int
    let weight: Int
  }
}
