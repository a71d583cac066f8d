import Foundation
import Testing

@Suite struct `The alerts of a night` {
  private func night(_ date: String) -> [String] {
    ["run", "nightly", "--sandbox", "--date", date, "--set", "history=500d", "--set", "hourly_history=2d"]
  }

  @Test func `fire once, are shown in the report, pushed, and can be followed back`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      try project.write(
        "turned: { symbols: $watchlist.all, when: { macd_cross: any }, severity: warning }\n", to: "Jobs/config/alerts.yaml")
      for date in ["2026-01-10", "2026-02-20"] {
        let ended = try await project.start(night(date)).end()
        try #require(ended.status == 0, "\(ended)")
      }
      // Between the two nights every one of the three symbols has turned.
      let question = "SELECT symbol, interval, bar_time, observed, sentence, logical_date FROM alerts ORDER BY 1, 2, 3"
      let fired = try project.rows(question)
      #expect(try project.rows("SELECT count(DISTINCT symbol) FROM alerts WHERE bar_time > unixepoch('2026-01-10') * 1000") == ["3"])
      #expect(
        try project.rows("SELECT count(*) FROM alerts WHERE bar_time < unixepoch('2026-01-08') * 1000") == ["0"],
        "what happened before an alert was written is not told of")
      #expect(
        try project.rows("SELECT count(*) FROM realtime_nodes WHERE replace(path, char(1), '/') LIKE 'alerts/%/turned/%/sentence'") == [
          "\(fired.count)"
        ])

      let folder = "reports/sandbox/nightly/2026-02-20"
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(try project.text("\(folder)/report.json").utf8)) as? [String: Any])
      let hits = try #require(report["alerts"] as? [[String: Any]]).filter { $0["hit"] as? Bool == true }
      #expect(
        try project.rows("SELECT count(*) FROM alerts WHERE logical_date > unixepoch('2026-01-11') * 1000") == ["\(hits.count)"])
      #expect(try project.text("\(folder)/index.html").contains("crossed above its signal line"))
      #expect(try project.text("\(folder)/alerts.csv").contains("turned,"))

      let again = try await project.start(night("2026-02-20")).end()
      try #require(again.status == 0, "\(again)")
      #expect(try project.rows(question) == fired)

      let last = try #require(
        try project.rows("SELECT symbol, date(bar_time / 1000, 'unixepoch') FROM alerts WHERE source = 'binance' LIMIT 1").first
      ).split(separator: "|")
      let trace = try await project.jobs("trace", "alert", "\(last[0])/1d/\(last[1])/turned", "--sandbox")
      #expect(trace.status == 0 && trace.out.contains("alert  turned  warning: MACD crosses its signal line"), "\(trace)")
      let other = try await project.start(["trace", "alert", "\(last[0])/1d/\(last[1])/else", "--sandbox"]).end()
      #expect(other.status == 64 && other.err.contains("fired no alert else; it fired turned"), "\(other)")
    }
  }
}
