import Foundation
import Testing

@Suite struct `Killed without warning` {
  private static let kills = 20
  /// Each killed run may have asked for two shares that it never stored, and the sandbox's day has 25 requests.
  private static let killsPerProject = 8
  private let night = [
    "run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=3y", "--set", "hourly_history=60d",
  ]

  /// JOBS_TEST_SEED repeats a choice of moments; the length of a run still varies.
  private let seed = ProcessInfo.processInfo.environment["JOBS_TEST_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...99999)

  /// Runs the night undisturbed and says how long it took.
  private func timed(_ project: Project) async throws -> Duration {
    let started = ContinuousClock.now
    let ended = try await project.start(night).end()
    try #require(ended.status == 0, "\(ended)")
    return ContinuousClock.now - started
  }

  @Test func `twenty times, a run that is resumed ends as an undisturbed one`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"], equities: ["AAPL", "IBM"]) { calm in
      let clean = try calm.copy()
      var length = try await timed(calm)
      let (files, learned) = (try calm.reportFiles(), try calm.learned())
      let twin = try clean.copy()
      // The machine may have been busy: the shorter of two, so that a kill seldom comes when all is over.
      length = min(length, try await timed(twin))
      expectSame(files, try twin.reportFiles(), "two undisturbed runs")
      expectSame(learned, try twin.learned(), "two undisturbed runs")

      print("Killed without warning: JOBS_TEST_SEED=\(seed), an undisturbed run takes \(length)")
      var moments = SplitMix(state: seed)
      var (project, history, count) = (try clean.copy(), [String](), 0)
      while true {
        let isEnough = count == Self.kills || history.count == Self.killsPerProject
        let moment = isEnough ? nil : .milliseconds(5) + (length - .milliseconds(5)) * Double.random(in: 0..<1, using: &moments)
        let running = try project.start(try project.hasUnfinishedRun ? ["run", "nightly", "--sandbox", "--resume"] : night)
        let ended = if let moment { try await running.killed(after: moment) } else { try await running.end() }
        if ended.status == 128 + SIGKILL {
          count += 1
          history.append("\(moment!)")
          guard try project.hasFinishedRun else { continue }
        } else {
          #expect(ended.status == 0, "seed \(seed), killed after \(history): \(ended)")
        }
        expectSame(files, try project.reportFiles(), "seed \(seed), killed after \(history)")
        expectSame(learned, try project.learned(), "seed \(seed), killed after \(history)")
        #expect(try project.rubbish() == [], "seed \(seed), killed after \(history)")
        if count == Self.kills { break }
        // It is over, and killed as often as it may be: the rest happens to another one.
        (project, history) = (try clean.copy(), [])
      }
    }
  }
}

extension Project {
  fileprivate var hasUnfinishedRun: Bool {
    get throws { try hasRun("state <> 'succeeded'") }
  }

  fileprivate var hasFinishedRun: Bool {
    get throws { try hasRun("state = 'succeeded'") }
  }

  private func hasRun(_ condition: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: "\(root)/\(sandboxDatabase)"),
      try rows("SELECT name FROM sqlite_master WHERE name = 'runs'") == ["runs"]
    else { return false }
    return try rows("SELECT id FROM runs WHERE \(condition)").isEmpty == false
  }

  /// What a killed process had begun to write, and nobody has cleared away.
  fileprivate func rubbish() throws -> [String] {
    try (entries(below: "reports") + entries(below: "data")).map(\.path).filter { path in
      path.hasSuffix(".new") || path.split(separator: "/").contains { $0.hasPrefix(".") }
    }
  }
}

/// Random numbers that a seed repeats: Steele, Lea and Flood's SplitMix64.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
