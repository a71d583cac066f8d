import Foundation
import Testing

/// What a night computes besides candles, and what its report says of it.
@Suite struct `The analyses of a night` {
  private func night(_ date: String) -> [String] {
    ["run", "nightly", "--sandbox", "--date", date, "--set", "history=500d", "--set", "hourly_history=2d"]
  }

  private func folder(_ date: String) -> String { "reports/sandbox/nightly/\(date)" }

  @Test func `are kept, shown, and the same when an earlier night is written again`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"]) { project in
      var first: [String: String] = [:]
      for date in ["2026-01-14", "2026-01-15"] {
        let ended = try await project.start(night(date)).end()
        try #require(ended.status == 0, "\(ended)")
        if date == "2026-01-14" { first = try texts(project, date) }
      }
      // Of three symbols the newest bar of each night; a share has no bar that is newer on the second one's morning than its last session.
      #expect(try project.rows("SELECT count(DISTINCT symbol), count(DISTINCT name) >= 40 FROM indicator_values") == ["3|1"])
      #expect(try project.rows("SELECT count(DISTINCT symbol), min(ratio) > 0 FROM volume_states") == ["3|1"])
      #expect(
        try project.rows("SELECT count(*) >= 120, count(state) FROM regimes") == ["1|0"], "without a fitted model only the rules speak")
      #expect(try project.rows("SELECT count(DISTINCT strategy), count(DISTINCT symbol) FROM backtests") == ["9|3"])
      #expect(try project.rows("SELECT count(*) FROM backtests WHERE bars < 15 OR bars > 31") == ["0"])
      let unscored =
        "SELECT count(*) FROM signals AS s WHERE valid_from < unixepoch('2025-12-20') * 1000 AND NOT EXISTS (SELECT 1 FROM"
        + " signal_outcomes AS o WHERE o.source = s.source AND o.symbol = s.symbol AND o.bar_time = s.bar_time AND o.strategy = s.strategy"
        + " AND o.horizon = 5)"
      #expect(try project.rows(unscored) == ["0"])
      #expect(try project.rows("SELECT group_concat(DISTINCT horizon) FROM (SELECT horizon FROM signal_outcomes ORDER BY 1)") == ["1,5,20"])

      let page = try project.text("\(folder("2026-01-15"))/index.html")
      for word in ["Chart patterns", "Strategies", "After 5 bars", "Regime", "Hit rate"] { #expect(page.contains(word), "\(word)") }
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(try project.text("\(folder("2026-01-15"))/report.json").utf8)) as? [String: Any])
      let strategies = try #require(report["strategies"] as? [[String: Any]])
      #expect(strategies.count >= 9 && strategies.contains { ($0["outcomes"] as? [Any])?.count == 3 })
      #expect((report["patterns"] as? [Any]) != nil && (report["risks"] as? [[String: Any]])?.allSatisfy { $0["trend"] is String } == true)

      // What was scored and seen later is not known to the earlier night.
      let again = try await project.start(night("2026-01-14")).end()
      try #require(again.status == 0, "\(again)")
      let second = try texts(project, "2026-01-14")
      for (name, text) in first { #expect(second[name] == text, "\(name)") }
    }
  }

  private func texts(_ project: Project, _ date: String) throws -> [String: String] {
    let names = ["index.html", "report.json", "signals.csv", "strategies.csv", "risk.csv", "symbols/BTCUSDT.html"]
    return try names.reduce(into: [:]) { $0[$1] = try project.text("\(folder(date))/\($1)") }
  }

  @Test func `fit a model once a month, and filter it forward`() async throws {
    try await Project.with { project in
      try #require(try await project.start(night("2026-01-14")).end().status == 0)
      let steps = "steps: { r: { uses: analysis.regimes, each: { symbol: [BTCUSDT] }, with: { model: monthly } } }"
      try project.job("models", steps)
      try project.job("states", steps.replacing("monthly", with: "stored"))
      for (job, date) in [("models", "2026-01-14"), ("models", "2026-01-15"), ("states", "2026-01-15")] {
        let ended = try await project.jobs("run", job, "--sandbox", "--date", date)
        try #require(ended.status == 0, "\(ended)")
      }
      #expect(try project.rows("SELECT count(*), max(fitted_until) = unixepoch('2026-01-01') * 1000 FROM regime_models") == ["1|1"])
      // Either a model fits, and then each judged bar has its state, or none does.
      let found = try project.rows("SELECT count(numbers), (SELECT count(state) FROM regimes) FROM regime_models")
      #expect(found == ["0|0"] || found == ["1|40"], "\(found)")
    }
  }
}
