import Foundation
import Testing

/// The folder of shared recorded bodies: named by JOBS_SHARED, or beside the checkout.
private let shared: String? = {
  let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared").standardized.path()
  let folder = "\(ProcessInfo.processInfo.environment["JOBS_SHARED"] ?? beside)/data"
  return FileManager.default.fileExists(atPath: "\(folder)/binance/klines-1d") ? folder : nil
}()

@Suite(.enabled(if: shared != nil, "the shared data is not there; name its folder with JOBS_SHARED"))
struct `The shared data of a real night` {
  private let crypto = ["BTCUSDT", "ADAUSDT", "EOSUSDT", "LTCUSDT", "TRXUSDT"]
  private let equities = ["AAPL", "AMD", "CRM", "DIS", "FB", "IBM", "INTC", "JNJ", "JPM", "SPY", "VZ", "WMT"]
  private let night: Int64 = 1_541_808_000_000  // 2018-11-10T00:00:00Z

  @Test func `is in the warehouse with the files' own numbers, and is asked for once`() async throws {
    let data = try #require(shared)
    try await Project.with(crypto: crypto, equities: equities) { project in
      let words = ["run", "nightly", "--sandbox", "--sandbox-data", data, "--date", "2018-11-10"]
      let ended = try await project.start(words).end()
      try #require(ended.status == 0, "\(ended)")
      for symbol in crypto {
        let closed = try RecordedFiles.klines("\(data)/binance/klines-1d/\(symbol).json.gz").filter { $0.key < night }
        #expect(closed.count > 100)
        #expect(comparison(try project.candles("binance", symbol), with: closed) == "equal", "\(symbol)")
      }
      for symbol in equities {
        let daily = try RecordedFiles.daily("\(data)/alphavantage/daily-adjusted/\(symbol).json.gz")
        let closed = daily.candles.filter { $0.key < night }
        #expect(closed.count > 1000)
        #expect(comparison(try project.candles("alphavantage", symbol), with: closed) == "equal", "\(symbol)")
        let dividends = try project.rows("SELECT ex_date FROM corporate_actions WHERE symbol = '\(symbol)' AND kind = 'dividend'")
        #expect(dividends.count == daily.dividends.filter { $0.key < night }.count, "\(symbol)")
        let splits = try project.rows("SELECT ex_date FROM corporate_actions WHERE symbol = '\(symbol)' AND kind = 'split'")
        #expect(splits.count == daily.splits.filter { $0.key < night }.count, "\(symbol)")
      }
      let folder = "reports/sandbox/nightly/2018-11-10"
      let page = try project.text("\(folder)/index.html")
      for symbol in crypto + equities {
        #expect(page.contains("symbols/\(symbol).html"))
        #expect(try project.text("\(folder)/symbols/\(symbol).html").contains("<svg"))
      }
      #expect(page.utf8.count <= 300 * 1024)

      let (asked, files) = (try project.answeredRequests(), try project.reportFiles())
      // On a busy machine one may come a moment too early: that is refused, weighs nothing, and is asked again.
      let answered = asked.filter { $0.contains("alphavantage") && !$0.contains(#""weight":0,"#) }
      #expect(answered.count == equities.count)
      let again = try await project.start(words).end()
      #expect(again.status == 0, "\(again)")
      #expect(try project.answeredRequests() == asked)
      expectSame(files, try project.reportFiles())
    }
  }
}
