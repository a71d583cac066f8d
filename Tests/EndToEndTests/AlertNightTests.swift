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

  @Test func `are told once by the hour, and no more by the night`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      try project.write(
        "turned: { symbols: $watchlist.crypto, interval: 1h, when: { macd_cross: any } }\n", to: "Jobs/config/alerts.yaml")
      for hour in ["00", "20"] {
        let ended = try await project.start(["run", "hourly", "--sandbox", "--date", "2026-01-15T\(hour):00Z"]).end()
        try #require(ended.status == 0, "\(ended)")
      }
      let fired = try project.rows("SELECT symbol, bar_time, sentence FROM alerts ORDER BY 1, 2")
      #expect(!fired.isEmpty)
      let ended = try await project.start(night("2026-01-15T20:00Z")).end()
      try #require(ended.status == 0, "\(ended)")
      #expect(try project.rows("SELECT symbol, bar_time, sentence FROM alerts ORDER BY 1, 2") == fired)
    }
  }

  @Test func `are warned of by the check where no job looks at them`() async throws {
    try await Project.with(crypto: ["BTCUSDT"]) { project in
      try project.write("lost: { symbol: NOWHERE, when: { macd_cross: any } }\n", to: "Jobs/config/alerts.yaml")
      for arguments in [["check"], ["check", "Jobs/config/alerts.yaml"]] {
        let ended = try await project.start(arguments).end()
        #expect(ended.status == 0 && ended.err.contains("alerts.yaml:1:17") && ended.err.contains("W104"), "\(ended)")
      }
    }
  }

  @Test func `can be tried on a file`() async throws {
    try await Project.with { project in
      try project.write(
        """
        up: { symbol: A, when: { price_above: 100 }, muted_until: 2030-01-01 }
        other: { symbol: B, when: { stop: 95 } }
        quiet: { symbol: A, when: { stale: 2 } }

        """, to: "Jobs/config/alerts.yaml")
      let rows = [99, 101, 90].enumerated().map { "A,1d,2026-01-0\($0 + 1)T00:00:00Z,\($1),\($1),\($1),\($1),1\n" }
      try project.write("symbol,interval,open_time,open,high,low,close,volume\n" + rows.joined(), to: "candles.csv")
      let all = try await project.jobs("analyze", "alerts", "--input", "candles.csv")
      #expect(
        all.out == """
          symbol,open_time,alert,severity,valid_from,sentence
          A,2026-01-02T00:00:00Z,up,info,2026-01-03T00:00:00Z,"The close rose above 100."

          """, "\(all)")
      #expect(
        all.err.contains("up: fires 1 time on 1 symbol, 121.8 a year and symbol") && all.err.contains("other: none of its symbols")
          && all.err.contains("quiet: the newest 2 bars are missing needs the time of a run"), "\(all.err)")
      let one = try await project.jobs("analyze", "alerts", "--input", "candles.csv", "--alert", "other", "--json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(one.out.utf8)) as? [String: Any])
      let found = try #require(document["alerts"] as? [[String: Any]])
      #expect(document["schema"] as? String == "jobs.analyze.alerts/1" && found.count == 1, "\(one)")
      #expect(found.first?["observed"] as? [String: Double] == ["close": 90, "low": 90, "stop": 95])
      let wrong = try await project.start(["analyze", "alerts", "--input", "candles.csv", "--alert", "othr"]).end()
      #expect(wrong.status == 64 && wrong.err.contains("an alert with a similar name exists: `other`"), "\(wrong)")
    }
  }

  @Test func `are told to whom a rule says, once, also when the night is made again`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      let server = try SwitchServer()
      defer { server.stop() }
      try project.write(
        "turned: { symbols: $watchlist.all, when: { macd_cross: any }, severity: warning }\n", to: "Jobs/config/alerts.yaml")
      try project.write(
        """
        channels: { hook: { kind: webhook, secret: hook_url, allow_private: true, sandbox: true } }
        rules: { now: { on: [alerts], to: [hook] } }
        """, to: "Jobs/config/notifications.yaml")
      try project.write("\(server.url)/hook", to: "typed")
      #expect(try await project.jobs("secrets", "set", "hook_url", shell: #""$@" < typed"#).status == 0)
      for date in ["2026-01-10", "2026-02-20", "2026-02-20"] {
        let ended = try await project.start(night(date)).end()
        try #require(ended.status == 0, "\(ended)")
      }
      let told = try project.rows("SELECT count(*) FROM alerts WHERE date(logical_date / 1000, 'unixepoch') = '2026-02-20'")
      let requests = server.requests.filter { $0.body.contains("2026-02-20") || $0.body.contains("20 Feb 2026") }
      try #require(requests.count == 1, "\(server.requests.map(\.body))")
      #expect(requests[0].head.contains("X-Jobs-Event: alerts") && requests[0].body.contains("turned: "))
      #expect(requests[0].body.contains("\(told[0]) alert"), "\(requests[0].body)")
    }
  }
}
