import Foundation
import Testing

@Suite struct `jobs backtest` {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../AnalysisTests/Fixtures")
    .standardized.path()

  private static let scenarios =
    ((try? FileManager.default.contentsOfDirectory(atPath: fixtures + "/backtest")) ?? []).filter { $0.first?.isNumber == true }.sorted()

  @Test func `has every recorded scenario`() {
    #expect(Self.scenarios.count == 12)
  }

  /// The numbers are the business of the analysis' own tests; here a wrong file, column or row would show.
  @Test(arguments: scenarios) func `plays a scenario and writes the files of its kind`(name: String) async throws {
    try await Project.with { project in
      let folder = "\(Self.fixtures)/backtest/\(name)"
      let given = try FileManager.default.contentsOfDirectory(atPath: folder)
      let targets = given.contains("targets.csv") ? ["--targets", "\(folder)/targets.csv"] : []
      let ended = try await project.start(
        ["backtest", "\(folder)/scenario.json", "--input", "\(folder)/candles.csv", "--output", "out"] + targets
      ).end()
      #expect(ended.status == 0, "\(ended)")
      let wanted = given.filter { !["scenario.json", "candles.csv", "targets.csv"].contains($0) }
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: "\(project.root)/out")) == Set(wanted))
      for file in wanted {
        let (expected, found) = (try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8), try project.text("out/\(file)"))
        if file.hasSuffix(".csv") {
          let (a, b) = (expected.split(whereSeparator: \.isNewline), found.split(whereSeparator: \.isNewline))
          #expect(a.count == b.count && a.first == b.first, "\(file)")
          for (old, new) in zip(a, b).dropFirst() { #expect(Self.agree(String(old), String(new)), "\(file): \(old) | \(new)") }
        } else {
          let objects = try [expected, found].map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
          #expect(Self.agree(objects[0], objects[1]), "\(file)")
        }
      }
    }
  }

  @Test func `tries a strategy on a file, and says what is missing`() async throws {
    try await Project.with { project in
      let input = "\(Self.fixtures)/backtest/08-sma-9-21-btc/candles.csv"
      let page = try await project.jobs("backtest", "sma_cross_9_21", "--input", input, "--grid", "--monte-carlo", "50")
      #expect(page.status == 0, "\(page)")
      for word in ["buy and hold", "grid of 25 pairs", "50 other lives", "deflated by 25 trials", "fee 0.1 %"] {
        #expect(page.out.contains(word), "\(page.out)")
      }
      let json = try await project.jobs("backtest", "sma_cross_9_21", "--input", input, "--json")
      let document = try JSONDecoder().decode(Document.self, from: Data(json.out.utf8))
      #expect(document.schema == "jobs.backtest/1" && document.fee == 0.001 && document.results.map(\.symbol) == ["BTCUSDT"])
      #expect(document.results[0].trials == 1 && document.results[0].source == nil)
      let part = try await project.jobs("backtest", "sma_cross_9_21", "--input", input, "--from", "2019-01-01", "--json")
      let late = try JSONDecoder().decode(Document.self, from: Data(part.out.utf8))
      #expect(late.results[0].from == "2019-01-01T00:00:00Z" && late.results[0].trials == 0)
    }
  }

  @Test func `counts what is tried on stored candles`() async throws {
    try await Project.with { project in
      let input = "\(Self.fixtures)/backtest/08-sma-9-21-btc/candles.csv"
      try #require(try await project.jobs("data", "import", input).status == 0)
      func trials(_ arguments: String...) async throws -> Int {
        let ended = try await project.start(["backtest"] + arguments + ["--symbol", "BTCUSDT", "--json"]).end()
        #expect(ended.status == 0, "\(ended)")
        return try JSONDecoder().decode(Document.self, from: Data(ended.out.utf8)).results[0].trials
      }
      #expect(try await trials("pullback") == 1)
      #expect(try await trials("pullback") == 1, "the same rule twice is one trial")
      #expect(try await trials("sma_cross_9_21", "--grid") == 26)
      #expect(try await trials("rsi_14_30_70") == 27)
      let rows = try await project.jobs("data", "query", "SELECT count(*), count(DISTINCT rule) FROM backtest_trials")
      #expect(rows.out.contains("27"), "\(rows)")
    }
  }

  @Test(
    arguments: [
      (["backtest", "sma_cross", "--symbol", "BTCUSDT"], 64, "no strategy is called `sma_cross`"),
      (["backtest", "pullback", "--input", "FILE", "--grid"], 64, "pullback has no `grid:"),
      (["backtest", "sma_cross_9_21", "--input", "FILE", "--walk-forward", "200,60"], 64, "add --grid"),
      (["backtest", "sma_cross_9_21", "--input", "FILE", "--grid", "--walk-forward", "200"], 64, "two numbers of bars"),
      (["backtest", "sma_cross_9_21", "--input", "FILE", "--monte-carlo", "0"], 64, "at least 1"),
      (["backtest", "sma_cross_9_21", "--input", "FILE", "--market", "bonds"], 64, "`bonds` is no market"),
      (["backtest", "sma_cross_9_21", "--input", "FILE", "--targets", "t.csv"], 64, "is for a scenario"),
      (["backtest", "s.json"], 64, "--input candles.csv"), (["backtest", "s.json", "--input", "FILE", "--grid"], 64, "says by itself"),
      (["backtest", "s.json", "--input", "FILE"], 74, "s.json"), (["backtest", "pullback"], 65, "nothing is stored yet"),
      (["analyze", "check", "pullback", "--input", "/dev/null"], 65, "the file is empty"),
      (["analyze", "signals", "--input", "FILE", "--strategy", "dip"], 64, "no strategy is called `dip`"),
    ] as [([String], Int32, String)])
  func `says what it cannot do`(arguments: [String], status: Int32, message: String) async throws {
    try await Project.with { project in
      let file = "\(Self.fixtures)/backtest/08-sma-9-21-btc/candles.csv"
      let ended = try await project.start(arguments.map { $0 == "FILE" ? file : $0 }).end()
      #expect(ended.status == status && ended.err.contains(message) && ended.out.isEmpty, "\(ended)")
    }
  }

  @Test func `refuses a strategy with a mistake, as do check and run`() async throws {
    try await Project.with { project in
      try project.replace(/ema_50/, with: "emma_50", in: "Jobs/strategies/pullback.yaml")
      for words in [["backtest", "pullback", "--symbol", "BTCUSDT"], ["check"], ["run", "nightly", "--sandbox"]] {
        let ended = try await project.start(words).end()
        #expect(ended.status == 78 && ended.err.contains("Jobs/strategies/pullback.yaml:") && ended.err.contains("E141"), "\(ended)")
        #expect(ended.err.contains("`ema_50`"), "\(ended)")
      }
    }
  }

  @Test func `and its signals are what a check of causality passes`() async throws {
    try await Project.with { project in
      let file = "\(Self.fixtures)/backtest/08-sma-9-21-btc/candles.csv"
      let check = try await project.jobs("analyze", "check", "pullback", "--input", file)
      #expect(check.status == 0 && check.out.contains("pullback") && check.out.contains(" no "), "\(check)")
      let signals = try await project.jobs("analyze", "signals", "--input", file, "--strategy", "pullback", "--strategy", "pullback")
      #expect(signals.status == 0 && signals.out.hasPrefix("symbol,open_time,strategy,direction,strength,valid_from,sentence\n"))
      let volume = try await project.jobs("analyze", "volume", "--input", file)
      #expect(volume.status == 0 && volume.out.contains(",obv_t,") && volume.out.contains(",vp_poc,"), "\(volume.err)")
    }
  }

  /// Rows whose texts are equal, or numbers within 1e-6.
  private static func agree(_ a: String, _ b: String) -> Bool {
    let (old, new) = (a.split(separator: ",", omittingEmptySubsequences: false), b.split(separator: ",", omittingEmptySubsequences: false))
    return old.count == new.count
      && zip(old, new).allSatisfy { x, y in
        if x == y { return true }
        guard let x = Double(x), let y = Double(y) else { return x.replacing(".0", with: "") == y }
        return abs(x - y) <= 1e-6 * max(1, abs(x))
      }
  }

  private static func agree(_ a: Any, _ b: Any) -> Bool {
    switch (a, b) {
    case (let a as [String: Any], let b as [String: Any]):
      // Who else computed it, a recorded case says of itself.
      return a.filter { $0.key != "engine_checked_against" }.allSatisfy { key, value in b[key].map { agree(value, $0) } ?? false }
    case (let a as [Any], let b as [Any]): return a.count == b.count && zip(a, b).allSatisfy { agree($0, $1) }
    case (let a as NSNumber, let b as NSNumber): return abs(a.doubleValue - b.doubleValue) <= 1e-6 * max(1, abs(a.doubleValue))
    case (is NSNull, is NSNull): return true
    case (let a as String, let b as String): return a == b
    default: return false
    }
  }

  private struct Document: Decodable {
    let schema: String
    let fee: Double
    let results: [Result]

    struct Result: Decodable {
      let source: String?
      let symbol: String
      let from: String?
      let trials: Int
    }
  }
}
