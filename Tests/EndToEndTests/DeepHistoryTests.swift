import Foundation
import Testing

@Suite struct `Deep history` {
  private let date = "2025-03-10"

  private func job(_ archive: String) -> String {
    """
    steps:
      minutes:
        uses: binance.candles
        each: { symbol: [BTCUSDT], interval: [1m] }
        with: { history: 40d, archive: \(archive) }
    """
  }

  /// How many requests each provider answered.
  private func asked(_ project: Project) throws -> [String: Int] {
    let lines = try project.answeredRequests()
    return Dictionary(
      lines.compactMap { $0.firstMatch(of: /"provider":"([a-z_]+)"/).map { (String($0.1), 1) } }, uniquingKeysWith: +)
  }

  @Test func `of minutes comes from the archive, is that of the API, and costs what the plan says`() async throws {
    try await Project.with { project in
      let other = try project.copy()
      try project.job("deep", job("auto"))
      try other.job("deep", job("never"))

      let plan = try await project.jobs("plan", "deep", "--sandbox", "--date", date, "--json")
      try #require(plan.status == 0, "\(plan)")
      let document = try #require(JSONSerialization.jsonObject(with: Data(plan.out.utf8)) as? [String: Any])
      let promised = try #require(document["providers"] as? [[String: Any]]).reduce(into: [String: Int]()) {
        $0[$1["provider"] as? String ?? ""] = $1["requests"] as? Int
      }
      let run = try await project.start(["run", "deep", "--sandbox", "--date", date]).end()
      try #require(run.status == 0, "\(run)")
      let plain = try await other.start(["run", "deep", "--sandbox", "--date", date]).end()
      try #require(plain.status == 0, "\(plain)")

      #expect(try asked(project) == promised)
      #expect(promised["binance_archive"] == 4 && promised["binance_listing"] == 1)
      #expect(try asked(other) == ["binance": 58])
      // The sandbox's exchange was down for an hour.
      #expect(try project.candles("binance", "BTCUSDT", "1m").count == 40 * 1440 - 60)
      #expect(try project.rows("SELECT (end_time - first_open_time) / 60000, asks FROM candle_holes") == ["60|0"])
      #expect(try project.rows("SELECT * FROM candles ORDER BY open_time") == other.rows("SELECT * FROM candles ORDER BY open_time"))
      // The way back from a candle to its file.
      let source = try project.rows(
        """
        SELECT raw_responses.source, request FROM raw_responses JOIN candle_pages ON body_hash = response_hash
        WHERE first_open_time <= 1738400000000 AND last_open_time >= 1738400000000
        """)
      #expect(source == ["binance_archive|/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-02.zip"])

      let offline = try await project.start(["run", "deep", "--sandbox", "--date", date, "--offline"]).end()
      #expect(offline.status == 0, "\(offline)")
    }
  }

  @Test func `comes from the API where a file of the archive is damaged, and the run says so`() async throws {
    try await Project.with { project in
      try project.job("deep", job("auto"))
      let file = "/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01.zip"
      try project.write(#"[{"provider": "binance_archive", "path": "\#(file)", "times": 0, "answer": "html200"}]"#, to: "faults.json")
      let run = try await project.start(["run", "deep", "--sandbox", "--date", date, "--sandbox-faults", "faults.json"]).end()
      #expect(run.status == 0, "\(run)")
      #expect(try project.candles("binance", "BTCUSDT", "1m").count == 40 * 1440 - 60)
      let said = try project.rows("SELECT note FROM tasks").joined() + run.out
      #expect(said.contains("the API was asked instead of the archive: BTCUSDT-1m-2025-01.zip"), "\(said)")
      #expect(said.contains("its SHA-256 is not the one of its checksum file"))
    }
  }

  @Test func `is not asked of the archive where providers.yaml does not name it`() async throws {
    try await Project.with { project in
      try project.job("deep", job("auto"))
      try project.write(
        "binance:\n  base_url: http://127.0.0.1:9\n  limits: [{ weight: 6000, per: 1m }]\n", to: "Jobs/config/providers.yaml")
      let run = try await project.start(["run", "deep", "--only", "minutes", "--sandbox", "--date", date]).end()
      #expect(run.status == 0, "\(run)")
      #expect(try asked(project) == ["binance": 58])
    }
  }
}

@Suite struct `Order books and trades` {
  @Test func `of a sandbox night are stored with the way back to their answers`() async throws {
    try await Project.with { project in
      try project.job(
        "market",
        """
        steps:
          book: { uses: binance.depth, each: { symbol: [BTCUSDT, ETHUSDT] }, with: { levels: 20 } }
          trades: { uses: binance.trades, each: { symbol: [BTCUSDT] }, with: { history: 30m } }
          single: { uses: binance.trades, each: { symbol: [BTCUSDT] }, with: { kind: trades } }
        """)
      for date in ["2026-01-15T07:00Z", "2026-01-15T07:10Z"] {
        let run = try await project.start(["run", "market", "--sandbox", "--date", date]).end()
        try #require(run.status == 0, "\(run)")
      }
      #expect(
        try project.rows("SELECT symbol, side, count(*) FROM depth_levels GROUP BY 1, 2 ORDER BY 1, 2") == [
          "BTCUSDT|ask|40", "BTCUSDT|bid|40", "ETHUSDT|ask|40", "ETHUSDT|bid|40",
        ])
      #expect(
        try project.rows("SELECT count(*), max(agg_id) - min(agg_id) + 1, max(traded_at) FROM agg_trades") == ["2400|2400|1768460999000"])
      #expect(try project.rows("SELECT kind, missed FROM trade_marks ORDER BY kind") == ["agg|0", "trades|\(try missed(project))"])
      #expect(
        try project.rows("SELECT count(*) FROM trade_pages WHERE response_hash NOT IN (SELECT body_hash FROM raw_responses)") == ["0"])
    }
  }

  /// Numbers of single trades that no row has.
  private func missed(_ project: Project) throws -> String {
    try project.rows("SELECT max(trade_id) - min(trade_id) + 1 - count(*) FROM trades")[0]
  }
}

@Suite struct `A slip in the watchlist` {
  @Test func `is a warning before the exchange was asked; what it lists is none`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "DOEGUSDT", "SHIBBUSDT"]) { project in
      let first = try await project.jobs("check")
      #expect(first.status == 0 && first.err.contains("warning[W103]: `DOEGUSDT`") && first.err.contains("`DOGEUSDT`"), "\(first)")
      #expect(first.err.contains("`SHIBBUSDT`"))
      try project.write("binance: { USDT: [BTC, DOGE] }\n", to: "Jobs/config/instruments.yaml")
      let second = try await project.jobs("check")
      #expect(second.err.contains("`DOEGUSDT`") && !second.err.contains("`SHIBBUSDT`"), "\(second)")
    }
  }

  @Test func `is no slip once the exchange lists it`() async throws {
    try await Project.with(crypto: ["LTCUSDT"]) { project in
      // As if LTCUSDT were unknown, and looked like another pair.
      try project.write("binance: { USDT: [TCL] }\n", to: "Jobs/config/instruments.yaml")
      #expect(try await project.jobs("check", "--sandbox").err.contains("W103"))
      try project.job("list", "steps: { a: { uses: binance.instruments } }")
      let run = try await project.jobs("run", "list", "--sandbox", "--date", "2026-01-15")
      try #require(run.status == 0, "\(run)")
      let after = try await project.jobs("check", "--sandbox")
      #expect(after.status == 0 && !after.err.contains("W103"), "\(after)")
    }
  }
}
