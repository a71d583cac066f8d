import Foundation
import Testing

@Suite struct `A sandbox night` {
  private let night = ["run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=300d", "--set", "hourly_history=5d"]
  private let folder = "reports/sandbox/nightly/2026-01-15"

  @Test func `leaves rows, pages, tables and the facts of the run, and nothing elsewhere`() async throws {
    try await Project.with(crypto: ["BTCUSDT", "ETHUSDT"], equities: ["AAPL", "IBM"]) { project in
      let before = try project.entries().filter { !$0.isFolder }.map(\.path)
      let ended = try await project.start(night).end()
      try #require(ended.status == 0, "\(ended)")
      #expect(ended.out.contains("SUCCEEDED"))
      #expect(ended.out.contains("Report   \(folder)/index.html"))

      let page = try project.text("\(folder)/index.html")
      for symbol in ["BTCUSDT", "ETHUSDT", "AAPL", "IBM"] {
        #expect(page.contains(symbol))
        #expect(page.contains("symbols/\(symbol).html"))
        #expect(try project.text("\(folder)/symbols/\(symbol).html").contains("<svg"))
        #expect(try project.text("\(folder)/symbols/\(symbol).csv").contains("\r\n"))
      }
      let names = Set(try project.entries(below: folder).map { String($0.path.dropFirst(folder.count + 1)) })
      #expect(names.isSuperset(of: ["report.json", "run.html", "run.json"]))
      let tables = names.filter { $0.hasSuffix(".csv") }
      #expect(tables.count > 4)
      for table in tables { #expect(names.contains(table.replacing(".csv", with: ".schema.json"))) }
      for document in names where document.hasSuffix(".json") {
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(try project.text("\(folder)/\(document)").utf8)) }
      }
      #expect(try project.text("reports/sandbox/index.html").contains("nightly/2026-01-15/index.html"))

      #expect(try project.rows("SELECT state, exit_status FROM runs") == ["succeeded|0"])
      #expect(try project.candles("binance", "BTCUSDT").count == 300)
      #expect(try project.candles("binance", "ETHUSDT", "1h").count == 120)
      #expect(try project.candles("alphavantage", "IBM").count > 190)

      let outside = try project.entries().filter { !$0.isFolder }.map(\.path)
        .filter { !$0.hasPrefix("data/sandbox/") && !$0.hasPrefix("reports/sandbox/") }
      #expect(outside == before)
    }
  }

  @Test func `keeps data and reports to their owner`() async throws {
    try await Project.with { project in
      let ended = try await project.start(night, shell: #"umask 000; exec "$@""#).end()
      try #require(ended.status == 0, "\(ended)")
      for part in ["data", "reports"] {
        for entry in try project.entries(below: part) {
          #expect(entry.mode == (entry.isFolder ? 0o700 : 0o600), "\(entry.path) has the mode \(String(entry.mode, radix: 8))")
        }
      }
    }
  }

  @Test func `asks nothing twice for the same date, and says the same`() async throws {
    try await Project.with { project in
      let first = try await project.start(night).end()
      try #require(first.status == 0, "\(first)")
      let (asked, files, learned) = (try project.answeredRequests(), try project.reportFiles(), try project.learned())
      let second = try await project.start(night).end()
      #expect(second.status == 0, "\(second)")
      #expect(try project.answeredRequests() == asked)
      expectSame(files, try project.reportFiles())
      expectSame(learned, try project.learned())
    }
  }

  @Test func `is made again from what was fetched, without a request`() async throws {
    try await Project.with { project in
      let first = try await project.start(night).end()
      try #require(first.status == 0, "\(first)")
      let copy = try project.copy()
      let tables = ["candles", "candle_pages", "watermarks", "corporate_actions", "signals", "quality_results", "reports", "instruments"]
      try Database("\(copy.root)/\(copy.sandboxDatabase)").execute(tables.map { "DELETE FROM \($0);" }.joined())
      try FileManager.default.removeItem(atPath: "\(copy.root)/reports")
      let again = try await copy.start(night + ["--offline"]).end()
      #expect(again.status == 0, "\(again)")
      expectSame(try project.reportFiles(), try copy.reportFiles())
      #expect(try copy.answeredRequests() == project.answeredRequests())
      expectSame(try project.learned(), try copy.learned())
    }
  }

  @Test func `is written once more by hand with the same bytes`() async throws {
    try await Project.with { project in
      let first = try await project.start(night).end()
      try #require(first.status == 0, "\(first)")
      let files = try project.reportFiles()
      try FileManager.default.removeItem(atPath: "\(project.root)/\(folder)/index.html")
      let built = try await project.jobs("report", "build", "nightly", "--sandbox")
      #expect(built.status == 0, "\(built)")
      expectSame(files, try project.reportFiles())
    }
  }

  @Test func `goes on where the night before ended`() async throws {
    try await Project.with { project in
      let first = try await project.start(night).end()
      try #require(first.status == 0, "\(first)")
      let asked = try project.answeredRequests()
      let next = try await project.jobs("run", "nightly", "--sandbox", "--date", "2026-01-16", "--set", "history=300d")
      #expect(next.status == 0, "\(next)")
      let klines = try project.answeredRequests().dropFirst(asked.count).filter { $0.contains("interval=1d") }
      #expect(klines.count == 1, "one page with the new bar and the last few again")
      #expect(try project.candles("binance", "BTCUSDT").count == 301)
      #expect(try project.rows("SELECT count(*) FROM candle_revisions") == ["0"])
      #expect(try project.text("reports/sandbox/nightly/2026-01-16/index.html").contains("../2026-01-15/index.html"))
    }
  }
}
