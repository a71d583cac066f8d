import Foundation
import Testing

@Suite struct `jobs quality` {
  @Test func `shows verdicts, and that two sources disagree`() async throws {
    try await Project.with { project in
      let sandbox = ["JOBS_SANDBOX": "1"]
      let short = ["--date", "2026-01-15", "--set", "history=60d", "--set", "hourly_history=2d"]
      let early = try await project.jobs("quality", environment: sandbox)
      #expect(early.status != 0 && !early.err.isEmpty, "\(early)")
      #expect(try await project.start(["run", "nightly"] + short, environment: sandbox).end().status == 0)
      let one = try await project.jobs("quality", "BTCUSDT", environment: sandbox)
      #expect(one.status == 0 && one.out.contains("BTCUSDT 1d: every row of the last days is a candle"), "\(one)")
      #expect(!one.out.contains("ETHUSDT"))

      // The desk's own prices are five per cent higher.
      let csv = try await project.jobs("data", "export", "candles", "--symbol", "BTCUSDT", "--interval", "1d", environment: sandbox).out
      let lines = csv.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      let raised = lines.dropFirst().map { fields in
        (fields[0...2] + fields[3...6].map { "\(Double($0)! * 1.05)" } + [fields[7]]).joined(separator: ",")
      }
      try project.write((["\(lines[0].joined(separator: ","))"] + raised).joined(separator: "\n") + "\n", to: "desk.csv")
      #expect(try await project.jobs("data", "import", "desk.csv", "--source", "desk", environment: sandbox).status == 0)
      #expect(try await project.start(["run", "nightly", "--only", "quality"] + short, environment: sandbox).end().status == 0)
      let found = try await project.jobs("quality", "BTCUSDT", "--interval", "1d", "--json", environment: sandbox)
      let document = try #require(try JSONSerialization.jsonObject(with: Data(found.out.utf8)) as? [String: Any])
      let verdicts = try #require(document["verdicts"] as? [[String: Any]])
      let disagreement = try #require(verdicts.first { $0["rule"] as? String == "agreement" })
      #expect(document["schema"] as? String == "jobs.quality/1" && document["findings"] as? Int == 1, "\(found)")
      #expect(disagreement["passed"] as? Bool == false && disagreement["severity"] as? String == "warning")
      #expect((disagreement["sentence"] as? String)?.contains("desk says otherwise in 30 of the last 30 bars") == true, "\(disagreement)")

      for (words, said) in [
        (["QQQ"], "QQQ was not checked"), (["--date", "soon"], "is no date"), (["--date", "2020-01-01"], "nothing was checked by then"),
      ] {
        let ended = try await project.start(["quality"] + words, environment: sandbox).end()
        #expect(ended.status == 64 && ended.err.contains(said), "\(ended)")
      }
    }
  }
}
