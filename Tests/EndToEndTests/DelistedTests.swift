import Foundation
import Testing

@Suite struct `A pair that is traded no more` {
  @Test func `keeps its history, is named in the report, and costs no night its success`() async throws {
    // The sandbox's exchange delisted it on 19 January 2022.
    try await Project.with(crypto: ["BTCUSDT", "BTTUSDT"], equities: ["AAPL"]) { project in
      var stored: [Int64: [Double]] = [:]
      for date in ["2026-01-15", "2026-01-16", "2026-01-17"] {
        let night = try await project.jobs("run", "nightly", "--sandbox", "--date", date, "--set", "hourly_history=5d")
        #expect(night.status == 0, "\(night)")
        let candles = try project.candles("binance", "BTTUSDT")
        #expect(candles.count > 1000 && (stored.isEmpty || candles == stored))
        stored = candles
        #expect(try project.text("reports/sandbox/nightly/\(date)/index.html").contains("BTTUSDT"))
      }
      #expect(try project.rows("SELECT status FROM instruments WHERE symbol = 'BTTUSDT'") == ["BREAK"])
      let verdicts = try project.rows(
        """
        SELECT severity || ': ' || sentence FROM quality_results WHERE symbol = 'BTTUSDT' AND interval = '1d' AND rule = 'staleness' \
        ORDER BY logical_date DESC LIMIT 1
        """)
      #expect(verdicts.first?.contains("BTTUSDT 1d: the last bar, 2022-01-18, is 1459 bars behind") == true, "\(verdicts)")
    }
  }
}
