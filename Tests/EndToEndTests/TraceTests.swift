import Foundation
import Testing

@Suite struct `A number of a report` {
  @Test func `can be followed back to the bytes of its source`() async throws {
    try await Project.with { project in
      let sandbox = ["JOBS_SANDBOX": "1"]
      let night = try await project.jobs(
        "run", "nightly", "--date", "2026-01-15", "--set", "history=60d", "--set", "hourly_history=2d", environment: sandbox)
      #expect(night.status == 0, "\(night)")
      let row = try #require(
        try project.rows(
          "SELECT symbol, date(bar_time / 1000, 'unixepoch'), strategy FROM signals WHERE source = 'binance' ORDER BY bar_time"
        ).first
      ).split(separator: "|").map(String.init)
      let (symbol, day, strategy) = (row[0], row[1], row[2])

      let signal = try await project.jobs("trace", "signal", "\(symbol)/1d/\(day)/\(strategy)", environment: sandbox)
      #expect(signal.status == 0 && signal.out.contains("signal  \(strategy)") && signal.out.contains("says the same"), "\(signal)")
      #expect(signal.out.contains("binance /api/v3/klines?") && !signal.out.contains("apikey"), "\(signal)")

      let json = try await project.jobs("trace", "candle", "binance/\(symbol)/1d/\(day)", "--json", environment: sandbox)
      let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
      let answer = try #require((document["answers"] as? [[String: Any]])?.first)
      let file = try #require(answer["file"] as? String)
      #expect(document["schema"] as? String == "jobs.trace/1" && answer["body"] as? String == "says the same")
      #expect(FileManager.default.fileExists(atPath: "\(project.root)/\(file)"))

      // What nobody keeps any more cannot vouch for what is stored.
      try FileManager.default.removeItem(atPath: "\(project.root)/\(file)")
      let lost = try await project.jobs("trace", "candle", "\(symbol)/1d/\(day)", environment: sandbox)
      #expect(lost.status == 65 && lost.out.contains("missing"), "\(lost)")
    }
  }

  @Test func `that is not stored, or is no number at all, is told of`() async throws {
    try await Project.with { project in
      try project.write("symbol,interval,open_time,open,high,low,close,volume\nA,1d,2026-01-01T00:00:00Z,1,1,1,1,0\n", to: "a.csv")
      for source in ["desk", "copy"] { #expect(try await project.jobs("data", "import", "a.csv", "--source", source).status == 0) }
      for (words, said) in [
        (["candle", "A/1d/2026-01-02"], "no candle A/1d/2026-01-02T00:00:00Z is stored"),
        (["candle", "A/1d/2026-01-01"], "stored from copy and from desk; write copy/A/1d/"),
        (["candle", "A"], "names no candle"), (["candle", "A/1d/soon"], "`soon` is no time"),
        (["candle", "A/1d/2026-01-01/rsi"], "a candle has no `/rsi`"), (["signal", "desk/A/1d/2026-01-01"], "caused no signal"),
      ] {
        let ended = try await project.start(["trace"] + words, environment: [:]).end()
        #expect(ended.status == 64 && ended.err.contains(said) && ended.out.isEmpty, "\(words) \(ended)")
      }
      let imported = try await project.jobs("trace", "candle", "desk/A/1d/2026-01-01")
      #expect(imported.status == 65 && imported.out.contains("No answer is recorded that brought it"), "\(imported)")
    }
  }

  @Test func `can be asked for in SQL, and nothing else be done with it`() async throws {
    try await Project.with { project in
      try project.write("symbol,interval,open_time,open,high,low,close,volume\n=A,1d,2026-01-01T00:00:00Z,1,2,1,1.5,2\n", to: "a.csv")
      #expect(try await project.jobs("data", "import", "a.csv", "--source", "desk").status == 0)
      let question = "SELECT symbol, close, volume FROM candles"
      #expect(try await project.jobs("data", "query", question).out == "symbol  close  volume\n=A        1.5       2\n")
      #expect(try await project.jobs("data", "query", question, "--format", "csv").out == "symbol,close,volume\n'=A,1.5,2\n")
      let json = try await project.jobs("data", "query", question, "--json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
      #expect((document["rows"] as? [[Any]])?.first?.first as? String == "=A" && document["is_cut"] as? Bool == false)
      let change = try await project.jobs("data", "query", "DELETE FROM candles")
      #expect(change.status == 64 && change.err.contains("only a question can be asked"), "\(change)")
      #expect(try await project.jobs("data", "export", "candles").out.split(separator: "\n").count == 2)
      let screened = try await project.jobs("data", "screen", "--min-price", "1", "--json")
      #expect(screened.out.contains("\"looked\" : 1") && screened.out.contains("\"turnover\" : 3"), "\(screened)")
      let none = try await project.jobs("data", "screen", "--change", "up")
      #expect(none.status == 64 && none.err.contains("--change is `up`"), "\(none)")
    }
  }
}
