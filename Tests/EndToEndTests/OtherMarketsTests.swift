import Foundation
import Testing

/// Weeks, months, minutes, currencies, rates and companies, through the built program and the sandbox.
@Suite struct `What is fetched beside daily shares and crypto` {
  private let steps = """
    steps:
      days: { uses: alphavantage.candles, each: { symbol: [IBM] }, with: { history: 2y } }
      weeks: { uses: alphavantage.candles, each: { symbol: [IBM] }, with: { interval: 1w, history: 2y } }
      months: { uses: alphavantage.candles, each: { symbol: [IBM] }, with: { interval: 1M, history: 2y, form: csv } }
      minutes: { uses: alphavantage.candles, each: { symbol: [IBM] }, with: { interval: 30m, history: 20d } }
      euro: { uses: alphavantage.fx, each: { symbol: [EURUSD] }, with: { history: 1y } }
      coin: { uses: alphavantage.crypto, each: { symbol: [BTCEUR] }, with: { history: 1y, form: csv } }
      rates: { uses: ecb.rates }
      companies: { uses: sec.tickers }
    """

  @Test func `is told beside prices, too`() async throws {
    try await Project.with { project in
      let kinds = ["quote", "overview", "earnings", "news"].map {
        "  \($0): { uses: alphavantage.company, each: { symbol: [IBM, KO] }, with: { kind: \($0) } }"
      }
      let markets = ["listings", "delisted", "status", "movers"].map { "  \($0): { uses: alphavantage.market, with: { kind: \($0) } }" }
      let search = "  search: { uses: alphavantage.market, with: { kind: search, keywords: NVDA } }"
      try project.job("facts", (["steps:"] + kinds + markets + [search]).joined(separator: "\n"))
      let ended = try await project.jobs("run", "facts", "--sandbox", "--date", "2026-01-15T07:00Z")
      try #require(ended.status == 0, "\(ended)")
      #expect(try project.rows("SELECT symbol, date(trading_day / 1000, 'unixepoch') FROM quotes") == ["IBM|2026-01-14", "KO|2026-01-14"])
      #expect(try project.rows("SELECT name FROM company_overviews WHERE symbol = 'KO'") == ["KO made-up Inc."])
      #expect(try project.rows("SELECT count(*) > 10 FROM earnings") == ["1"])
      #expect(try project.rows("SELECT count(*) FROM news JOIN news_symbols USING (source, url) WHERE symbol = 'IBM'") == ["3"])
      #expect(
        try project.rows("SELECT count(*), min(status), max(status) FROM listings WHERE symbol IN ('IBM', 'GONE')") == ["2|Active|Delisted"]
      )
      #expect(try project.rows("SELECT status FROM market_states WHERE region = 'United States'") == ["closed"])
      #expect(try project.rows("SELECT count(*) FROM movers") == ["9"])
      #expect(try project.rows("SELECT symbol FROM symbol_matches") == ["NVDA"])
    }
  }

  @Test func `is stored whole, and asked for once`() async throws {
    try await Project.with { project in
      try project.job("other", steps)
      let planned = try await project.jobs("plan", "other", "--sandbox", "--date", "2026-01-15T07:00Z", "--json")
      try #require(planned.status == 0, "\(planned)")
      let ended = try await project.jobs("run", "other", "--sandbox", "--date", "2026-01-15T07:00Z")
      try #require(ended.status == 0, "\(ended)")
      func candles(_ source: String, _ symbol: String, _ interval: String) throws -> [String] {
        try project.rows(
          """
          SELECT count(*), datetime(min(open_time) / 1000, 'unixepoch'), datetime(max(open_time) / 1000, 'unixepoch') FROM candles
          WHERE source = '\(source)' AND symbol = '\(symbol)' AND interval = '\(interval)'
          """)
      }
      // 2026-01-15 is a Thursday: the last whole week opened on the 5th, the last whole month on 1 December.
      #expect(try candles("alphavantage", "IBM", "1w").first?.hasSuffix("|2026-01-05 00:00:00") == true)
      #expect(try candles("alphavantage", "IBM", "1M").first?.hasSuffix("|2025-12-01 00:00:00") == true)
      #expect(try candles("alphavantage", "IBM", "30m").first?.hasSuffix("|2026-01-14 20:30:00") == true)
      #expect(try candles("alphavantage_fx", "EURUSD", "1d").first?.hasSuffix("|2026-01-14 00:00:00") == true)
      #expect(try candles("alphavantage_crypto", "BTCEUR", "1d") == ["365|2025-01-15 00:00:00|2026-01-14 00:00:00"])
      #expect(
        try project.rows("SELECT date(max(date) / 1000, 'unixepoch'), count(DISTINCT currency) FROM reference_rates") == ["2026-01-14|15"])
      #expect(try project.rows("SELECT title FROM companies WHERE symbol = 'BRK-B'") == ["BRK-B made-up Inc."])
      #expect(
        try project.rows("SELECT symbol, passed, observed < 0.001 FROM quality_results WHERE rule = 'adjustment'") == ["IBM|1|1"])

      // The weeks and months are those of the days.
      #expect(
        try project.rows(
          """
          SELECT count(*) FROM candles AS week WHERE interval = '1w' AND week.close <> (
            SELECT close FROM candles AS day WHERE day.symbol = 'IBM' AND day.interval = '1d'
              AND day.open_time < week.open_time + 7 * 86400000 ORDER BY open_time DESC LIMIT 1)
          """) == ["0"])

      let asked = try project.answeredRequests()
      #expect(asked.filter { $0.contains("INTRADAY") }.count == 2, "December and January")
      let again = try await project.jobs("run", "other", "--sandbox", "--date", "2026-01-15T07:00Z")
      try #require(again.status == 0, "\(again)")
      #expect(try project.answeredRequests() == asked)
    }
  }
}
