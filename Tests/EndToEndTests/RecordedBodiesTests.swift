import Foundation
import Testing

@Suite struct `Recorded bodies` {
  private let night: Int64 = 1_541_808_000_000  // 2018-11-10T00:00:00Z
  private let bodies = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/recorded").path()

  private func run(_ project: Project) async throws -> Program.Ended {
    try await project.jobs(
      "run", "nightly", "--sandbox", "--sandbox-data", bodies, "--date", "2018-11-10", "--set", "hourly_history=1y")
  }

  @Test func `arrive row by row with their own numbers, as far as they had closed`() async throws {
    try await Project.with(crypto: ["BTCUSDT"], equities: ["AAPL", "INTC"]) { project in
      let ended = try await run(project)
      try #require(ended.status == 0, "\(ended)")
      let klines: [(String, String, Int64)] = [
        ("1d", "klines-1d/BTCUSDT.json.gz", 86_400_000), ("1h", "klines-1h/BTCUSDT-2017-2018.json.gz", 3_600_000),
      ]
      for (interval, file, length) in klines {
        let closed = try RecordedFiles.klines("\(bodies)/binance/\(file)").filter { $0.key + length <= night }
        #expect(closed.count > 200)
        #expect(comparison(try project.candles("binance", "BTCUSDT", interval), with: closed) == "equal")
      }
      for (symbol, file) in [("AAPL", "daily-adjusted/AAPL.json.gz"), ("INTC", "daily-adjusted-csv/INTC.csv.gz")] {
        let daily = try RecordedFiles.daily("\(bodies)/alphavantage/\(file)")
        #expect(comparison(try project.candles("alphavantage", symbol), with: daily.candles.filter { $0.key < night }) == "equal")
        let dividends = daily.dividends.filter { $0.key < night }.sorted { $0.key < $1.key }.map { "\($0.key)|\($0.value)" }
        let stored = "SELECT ex_date, value FROM corporate_actions WHERE symbol = '\(symbol)' AND kind = 'dividend' ORDER BY 1"
        #expect(try project.rows(stored) == dividends)
      }
      #expect(try project.rows("SELECT symbol, ex_date, value FROM corporate_actions WHERE kind = 'split'") == ["AAPL|1402272000000|7.0"])
    }
  }

  @Test func `keep their oddities, which are flagged and explained`() async throws {
    try await Project.with(crypto: ["BTCUSDT"], equities: ["AAPL", "INTC"]) { project in
      let ended = try await run(project)
      try #require(ended.status == 0, "\(ended)")
      // After the outage of 2018-02-08 hours began at 28 minutes and 14.789 seconds past.
      #expect(try project.rows("SELECT count(*) FROM candles WHERE interval = '1h' AND open_time % 3600000 = 1694789")[0] != "0")
      let findings = try project.rows("SELECT symbol, interval, rule FROM quality_results WHERE passed = 0 ORDER BY 1, 2, 3")
      #expect(findings.contains("AAPL|1d|staleness") && findings.contains("BTCUSDT|1h|gaps"), "\(findings)")
      let folder = "reports/sandbox/nightly/2018-11-10"
      let page = try project.text("\(folder)/index.html")
      #expect(page.contains("Partial") && page.contains("Do not trade on AAPL"))
      for symbol in ["BTCUSDT", "AAPL", "INTC"] { #expect(try project.text("\(folder)/symbols/\(symbol).html").contains("<svg")) }
    }
  }

  @Test func `lack a symbol as the provider would`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "NOSUCHUSDT"], equities: ["INTC", "NOSUCH"]) { project in
      let ended = try await run(project)
      #expect(ended.status == 3, "\(ended)")
      #expect(ended.out.contains("binance NOSUCHUSDT 1d:") && ended.out.contains("alphavantage NOSUCH 1d:"), "\(ended)")
      #expect(try project.candles("binance", "BTCUSDT").count == 245)
      let asked = try project.answeredRequests()
      let again = try await run(project)
      #expect(again.status == 3, "\(again)")
      #expect(try project.answeredRequests() == asked, "a refusal that is an answer is not asked for again either")
    }
  }
}
